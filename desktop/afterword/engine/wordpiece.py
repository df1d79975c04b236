"""WordPiece vocabularies, as BERT has them: words and parts of words, without the white space that stood between them.

Its decoder puts a space before every word and every mark. Here a text has those spaces while its tokens are looked for, and is
tidied when it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from afterword.text.scripts import unspaced

_CLOSING = ".?!,;:)]}”»…"
_BESIDE_MARKS = re.compile(rf" (?=[{re.escape(_CLOSING)}])|(?<=[([{{“«]) ")
_SPACED = re.compile(r"(\S) (?=(\S))")


def spelled(name: str) -> str:
    """What the token or the word `name` adds to a text."""
    if name.startswith("##"):
        return name[2:]
    return name if name[:1] in _CLOSING else f" {name}"


def seen(typed: str, backend: Any, inside: bool) -> str:
    """`typed` as the tokens of the tokenizer `backend` (of `tokenizers`) spell it; `inside` where it begins within a word."""
    words = [word for word, _ in backend.pre_tokenizer.pre_tokenize_str(backend.normalizer.normalize_str(typed))]
    text = "".join(spelled(word) for word in words)
    return (text.removeprefix(" ") if inside else text) + (" " if typed[-1:].isspace() else "")


def tidied(text: str) -> str:
    """`text` without the spaces that nobody writes."""
    text = _BESIDE_MARKS.sub("", text)
    return _SPACED.sub(lambda found: found[1] if unspaced(found[1]) and unspaced(found[2]) else found[0], text)


class TidyDecoder:
    """A WordPiece tokenizer as far as it decodes."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def decode(self, tokens: Sequence[int], **options: Any) -> str:
        """The text of `tokens`; `options` are those of transformers."""
        return tidied(self._tokenizer.decode(tokens, **options))
