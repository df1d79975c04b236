"""What each token of a vocabulary spells, in bytes: for half-typed words, and for where words begin.

A cursor in the middle of a word stands in the middle of a token, and a prompt that ends there asks for something that the
model has never seen: after "qui" comes no "et". So the prompt is cut back to the last white space, and the first tokens may only
be such as spell what the writer has typed from there on (token healing, as in Microsoft's guidance; here to the byte, over as
many tokens as it takes).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from afterword.engine import wordpiece
from afterword.text.half_typed import half_typed, tail
from afterword.text.scripts import unspaced

_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>\Z")  # a byte that SentencePiece has no piece for
_SPACE = "\u2581"  # SentencePiece's mark of a space
_JOINERS = "'’-‐‑"  # between letters, part of a word


class Vocabulary:
    """The tokens of a tokenizer of transformers, as bytes.

    Knows byte-level BPE (GPT-2, Llama 3), SentencePiece with or without byte fallback (Llama 2, Gemma), WordPiece (BERT), and
    anything else by what its decoder makes of single tokens.

    Args:
        tokenizer: from AutoTokenizer.
        size: how many tokens the model has logits for; what the tokenizer does not know of them spells nothing.
        silent: tokens that end a text.
    """

    def __init__(self, tokenizer: Any, size: int, silent: frozenset[int] = frozenset()) -> None:
        self._backend = tokenizer.backend_tokenizer if getattr(tokenizer, "is_fast", False) else None
        self._scheme = _scheme(tokenizer)
        self.decoder: Any = wordpiece.TidyDecoder(tokenizer) if self._scheme == "wordpiece" else tokenizer
        """What makes a text of tokens, by a method `decode`."""
        self.spelling = _spelling(tokenizer, size, self._scheme)
        starts = [token in silent or _begins_word(spelled) for token, spelled in enumerate(self.spelling)]
        self.begins_word = torch.tensor(starts)
        """Bool, shape (vocabulary,): whether a word that stands before the token has ended with it."""
        by_first: dict[int, list[tuple[bytes, int]]] = defaultdict(list)
        for token, spelled in enumerate(self.spelling):
            if spelled:
                by_first[spelled[0]].append((spelled, token))
        self._by_first = by_first
        self._sorted: set[int] = set()
        first: list[int] = tokenizer("a", add_special_tokens=False)["input_ids"]
        self._adds_space = bool(first) and self.spelling[first[0]].startswith(b" ")  # before a text, as SentencePiece does
        self._drops_space = self._adds_space and not tokenizer.decode(first).startswith(" ")
        self._lines_are_spaces = _same_tokens(tokenizer, "a\nb", "a b")

    def seen(self, typed: str, before: str = "") -> tuple[str, int]:
        """What a writer typed, as the tokens spell it.

        Args:
            typed: from `split`.
            before: all that stands before it.

        Returns:
            That text, and how many characters of what `decoder` makes of its tokens are the writer's.
        """
        if not typed:
            return "", 0
        at_start = not (before.strip() if self._lines_are_spaces else before)
        if self._scheme == "wordpiece":
            inside = before[-1:].isalnum() and typed[0].isalnum() and not unspaced(before[-1] + typed[0])
            text = wordpiece.seen(typed, self._backend, inside)
            decoded = wordpiece.tidied(text)
        else:
            text = self._normalized(typed)
            if self._lines_are_spaces:
                text = re.sub(r"\s+", " ", text)
            new_line = self._lines_are_spaces and before[-1:].isspace()
            if not text.startswith(" ") and (new_line or (at_start and self._adds_space)):
                text = f" {text}"
            decoded = text
        dropped = at_start and self._drops_space and text.startswith(" ")
        return text, len(decoded.replace("\ufffd", "")) - dropped

    def _normalized(self, typed: str) -> str:
        normalizer = self._backend.normalizer if self._backend else None
        if normalizer is None:
            return typed
        text: str = normalizer.normalize_str(typed).replace(_SPACE, " ")
        if b'"Prepend"' in normalizer.__getstate__():
            text = text[1:]
        before = " " if typed[0].isspace() and not text[:1].isspace() else ""
        after = " " if typed[-1].isspace() and not text[-1:].isspace() else ""
        return f"{before}{text}{after}" if text else before

    def spells(self, typed: bytes) -> bool:
        """Whether there are tokens that together spell `typed`, or more."""
        reached = {0}
        for at in range(len(typed)):
            if at in reached:
                rest = typed[at:]
                if next(self._beginning_with(rest), None) is not None:
                    return True
                reached.update(at + len(self.spelling[token]) for token in self.within(rest))
        return not typed

    def continuing(self, typed: bytes) -> list[int]:
        """The tokens that may stand at the beginning of `typed`, not empty: they spell it, or more, or others spell the rest."""
        parts = [token for token in self.within(typed) if len(self.spelling[token]) < len(typed)]
        return [token for token in parts if self.spells(self.rest(typed, token))] + list(self._beginning_with(typed))

    def rest(self, typed: bytes, token: int) -> bytes:
        """What of `typed` is left to be spelled after `token`, one of those that continue it."""
        return typed[len(self.spelling[token]) :]

    def within(self, typed: bytes) -> list[int]:
        """The tokens that spell `typed`, not empty, or a beginning of it, and no more."""
        tokens, found = self._tokens(typed[0]), []
        for end in range(1, len(typed) + 1):
            at = bisect_left(tokens, (typed[:end], -1))
            while at < len(tokens) and tokens[at][0] == typed[:end]:
                found.append(tokens[at][1])
                at += 1
        return found

    def _beginning_with(self, typed: bytes) -> Iterator[int]:
        """The tokens that spell `typed`, or more."""
        tokens = self._tokens(typed[0])
        at = bisect_left(tokens, (typed, -1))
        while at < len(tokens) and tokens[at][0].startswith(typed):
            yield tokens[at][1]
            at += 1

    def _tokens(self, first: int) -> list[tuple[bytes, int]]:
        """What begins with the byte `first`, in order."""
        tokens = self._by_first.get(first, [])
        if first not in self._sorted:
            tokens.sort()
            self._sorted.add(first)
        return tokens


def split(text: str, tokenizer: Any = None) -> tuple[str, str]:
    """`text` in two: what the model is given, and what its first tokens must spell.

    The second part is the word at the end with the white space before it, a blank at the end, or nothing at the end of a line.
    Where no white space is near, in scripts without spaces or in an address, it is the last two tokens.

    Args:
        text: what stands before the cursor.
        tokenizer: for those texts; without it they are not split.
    """
    begin = half_typed(text)
    if begin is not None:
        return text[:begin], text[begin:]
    if tokenizer is None or not getattr(tokenizer, "is_fast", False):
        return text, ""
    return _split_at_token(text, tail(text), tokenizer)


def _split_at_token(text: str, begin: int, tokenizer: Any) -> tuple[str, str]:
    near = max(begin, len(text) - 200)
    offsets = tokenizer(text[near:], return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
    starts = [start for (start, _), (_, end) in zip(offsets[1:], offsets, strict=False) if start == end]  # not within a character
    at = near + (starts[-2] if len(starts) >= 2 else starts[0] if starts else 0)
    return text[:at], text[at:]


def _scheme(tokenizer: Any) -> str:
    """How the tokens are written down: "bytes", "pieces", "wordpiece" or "plain"."""
    if not getattr(tokenizer, "is_fast", False):
        return "pieces" if hasattr(tokenizer, "sp_model") else "plain"
    decoder = tokenizer.backend_tokenizer.decoder
    written = decoder.__getstate__().decode() if decoder else ""  # JSON
    if '"ByteLevel"' in written:
        return "bytes"
    if '"WordPiece"' in written:
        return "wordpiece"
    return "pieces" if _SPACE in written or '"Metaspace"' in written else "plain"


def _same_tokens(tokenizer: Any, one: str, other: str) -> bool:
    return bool(tokenizer(one, add_special_tokens=False)["input_ids"] == tokenizer(other, add_special_tokens=False)["input_ids"])


def _spelling(tokenizer: Any, size: int, scheme: str) -> list[bytes]:
    special = set(tokenizer.all_special_ids)
    known = min(size, len(tokenizer))
    names: Sequence[str | None] = tokenizer.convert_ids_to_tokens(range(known))
    spell = {"bytes": _byte_level, "pieces": _piece, "wordpiece": _word_piece}.get(scheme)
    if spell is None:
        spelled = [tokenizer.decode([token]).encode("utf-8", "ignore") for token in range(known)]
    else:
        spelled = [b"" if name is None else spell(name) for name in names]
    added = tokenizer.added_tokens_decoder
    for token, entry in added.items():
        if token < known:
            spelled[token] = b"" if entry.special else entry.content.encode()
    return [b"" if token in special else text for token, text in enumerate(spelled)] + [b""] * (size - known)


def _byte_level(name: str) -> bytes:
    return bytes(_BYTES[c] for c in name) if all(c in _BYTES for c in name) else name.encode()


def _byte_table() -> dict[str, int]:
    """GPT-2's way to write bytes as printable characters, reversed."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    return {character: byte for byte, character in bytes_to_unicode().items()}


_BYTES = _byte_table()


def _piece(name: str) -> bytes:
    byte = _BYTE.match(name)
    return bytes([int(byte.group(1), 16)]) if byte else name.replace(_SPACE, " ").encode()


def _word_piece(name: str) -> bytes:
    return wordpiece.spelled(name).encode()


def _begins_word(spelled: bytes) -> bool:
    text = spelled.decode("utf-8", "ignore")
    if not text:
        return False  # part of a character, or nothing
    first = text[0]
    if first in _JOINERS and text[1:2].isalpha():
        return False
    return not (first.isalnum() or unicodedata.combining(first)) or unspaced(first)
