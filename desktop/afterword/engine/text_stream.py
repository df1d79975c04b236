"""From a growing list of tokens to text, whole characters only."""

from __future__ import annotations

from typing import Any

_REPLACEMENT = "\ufffd"  # what a decoder writes for bytes that are no character (yet)
_AT_MOST = 64  # tokens of the prompt that are looked at
_OVERLAP = 6  # tokens decoded again before the new ones: decoders treat the first token of a text in their own way


class TextStream:
    """Decodes tokens as they come and holds back only characters that are not complete.

    The new text is the difference between two decodings that begin at the same earlier token, since what a token spells can
    depend on its neighbours (spaces in SentencePiece, bytes of one character in byte-level BPE). Hugging Face's TextStreamer
    and text-generation-inference do the same; TextStreamer also holds back the last word, which ghost text cannot wait for.

    Args:
        tokenizer: a transformers tokenizer.
        prompt: the tokens before the first new one.
    """

    def __init__(self, tokenizer: Any, prompt: list[int]) -> None:
        self._tokenizer = tokenizer
        self._tokens = prompt[-_AT_MOST:]
        self._told = len(self._tokens)  # tokens whose text was given out
        self._start = self._beginning(0)  # where both decodings begin

    def push(self, token: int) -> str:
        """The text that `token` completes; empty while a character is unfinished, or for a special token."""
        self._tokens.append(token)
        known = self._decode(self._tokens[self._start : self._told])
        grown = self._decode(self._tokens[self._start :])
        if len(grown) <= len(known) or grown.endswith(_REPLACEMENT):
            return ""
        self._told = len(self._tokens)
        self._start = self._beginning(self._start)
        return grown[len(known) :].replace(_REPLACEMENT, "")

    def _beginning(self, least: int) -> int:
        """A few tokens before the end, and not within a character: all bytes behind one that is broken count as broken."""
        start = max(least, self._told - _OVERLAP)
        while start > least and self._decode(self._tokens[start : self._told]).startswith(_REPLACEMENT):
            start -= 1
        return start

    def _decode(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))
