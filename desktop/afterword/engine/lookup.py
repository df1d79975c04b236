"""Guesses of the next tokens, from what the text has said before.

Prompt lookup decoding (Saxena, 2023; `prompt_lookup_num_tokens` in transformers): what followed the last occurrence of the last
tokens is guessed again, and checked in one pass with the token that is computed anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

MATCH = 3  # tokens that must have occurred before: with 2 more guesses fail than their checking saves
GUESSES = 3  # tokens guessed: checking them costs a third of a decode step


def guess(tokens: Sequence[int], earlier: Sequence[int] = ()) -> list[int]:
    """Up to GUESSES tokens that may follow `tokens`, or none.

    Args:
        tokens: the text so far.
        earlier: another text that may be said again, looked at when `tokens` itself holds no match; a suggestion made before.
    """
    if len(tokens) < MATCH:
        return []
    end = list(tokens[-MATCH:])
    return _after(end, tokens, len(tokens) - MATCH - 1) or _after(end, earlier, len(earlier) - MATCH - 1)


def _after(end: list[int], tokens: Sequence[int], begin: int) -> list[int]:
    last = end[-1]
    for at in range(begin, -1, -1):
        if tokens[at + MATCH - 1] == last and list(tokens[at : at + MATCH]) == end:
            return list(tokens[at + MATCH : at + MATCH + GUESSES])
    return []
