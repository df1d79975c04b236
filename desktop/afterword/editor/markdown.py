"""Markdown made visible while it is written: strong is bold, marks are quiet, and nothing is hidden."""

from __future__ import annotations

import re
from enum import IntFlag, auto

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from afterword.editor.look import PageLook, between
from afterword.editor.plaintext import units


class _Kind(IntFlag):
    STRONG = auto()
    EMPHASIS = auto()
    CODE = auto()
    STRUCK = auto()
    LINK = auto()
    QUOTE = auto()
    MARK = auto()  # characters that are there for the markup


_PROSE = 0  # states of a paragraph, for the next one; inside a fenced block: the character of its fence
_SHADE = {"mark": 0.35, "quiet": 0.15}  # of the way from text to page; the first keeps 4.5:1 in both of the window's themes

# Marked runs are looked for over 500 characters: without a bound a paragraph of unclosed marks costs its length squared a key.
_SPECIAL = re.compile(r"[#*_`~>\[]|^\s*(?:[-+]|\d{1,9}[.)])(?:\s|-)")
_FENCE = re.compile(r" {0,3}(`{3,}(?!.*`)|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}(?=\s|$)")
_RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*$")
_QUOTE = re.compile(r"(?: {0,3}>)+")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])(?=\s)(?:\s\[[ xX]\](?=\s))?")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.{1,500}?)(?<!`)\1(?!`)")
_LINK = re.compile(r"!?\[([^\[\]]*)\](\([^()\s]*(?:\s[^()]*)?\)|\[[^\[\]]*\])")
_STRONG = re.compile(r"(\*{2,3})(?=[^\s*])(.{1,500}?)(?<=[^\s*])\1(?!\*)|(?<!\w)(_{2,3})(?=[^\s_])(.{1,500}?)(?<=[^\s_])\3(?!\w)")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?![\s*])[^*]+?(?<![\s*])\*(?!\*)|(?<![\w_])_(?![\s_])[^_]+?(?<![\s_])_(?![\w_])")
_STRUCK = re.compile(r"~~(?=\S).{1,500}?(?<=\S)~~")
_ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")


class MarkdownHighlighter(QSyntaxHighlighter):
    """Headings, quotes, lists, code, strong and emphasised text, links. Off until it is switched on."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._enabled = False
        self._look = PageLook()
        self._formats: dict[int, QTextCharFormat] = {}

    def set_enabled(self, on: bool) -> None:
        """Switch it on or off."""
        if on != self._enabled:
            self._enabled = on
            self.rehighlight()

    def set_look(self, look: PageLook) -> None:
        """Take the colours from `look`."""
        colours_changed = (look.page, look.text) != (self._look.page, self._look.text)
        self._look = look
        if colours_changed:
            self._formats.clear()
            if self._enabled:
                self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        if not self._enabled:
            return
        fence = max(self.previousBlockState(), _PROSE)  # Qt says -1 before the first paragraph
        self.setCurrentBlockState(fence)
        if fence or _SPECIAL.search(text):
            self._mark_runs(text, self._kinds(text, fence))

    def _kinds(self, text: str, fence: int) -> list[int]:
        kinds = [0] * len(text)

        def add(start: int, end: int, kind: _Kind) -> None:
            value = kind.value
            for index in range(start, end):
                kinds[index] |= value

        border = _FENCE.match(text)
        if fence or border:
            closes = border is not None and fence == ord(border.group(1)[0])
            if border is not None and (closes or not fence):
                self.setCurrentBlockState(_PROSE if closes else ord(border.group(1)[0]))
                add(0, len(text), _Kind.MARK)
            add(0, len(text), _Kind.CODE)
            return kinds
        if _RULE.match(text):
            add(0, len(text), _Kind.MARK)
            return kinds
        start = 0
        if quote := _QUOTE.match(text):
            start = quote.end()
            add(0, start, _Kind.MARK)
            add(start, len(text), _Kind.QUOTE)
        if item := _ITEM.match(text, start):
            add(start, item.end(), _Kind.MARK | _Kind.STRONG)
            start = item.end()
        if heading := _HEADING.match(text, start):
            add(start, len(text), _Kind.STRONG)
            add(start, heading.end(), _Kind.MARK)
            start = heading.end()

        rest = " " * start + text[start:]
        rest = _ESCAPE.sub("  ", rest)
        for found in _CODE.finditer(rest):
            add(*found.span(2), _Kind.CODE)
            add(found.start(), found.start(2), _Kind.MARK)
            add(found.end(2), found.end(), _Kind.MARK)
        rest = _CODE.sub(lambda found: " " * len(found.group()), rest)
        for found in _LINK.finditer(rest):
            add(*found.span(1), _Kind.LINK)
            add(found.start(), found.start(1), _Kind.MARK)
            add(found.end(1), found.end(), _Kind.MARK)
        rest = _LINK.sub(lambda found: found.group().replace(found.group(2), " " * len(found.group(2))), rest)
        for pattern, kind in ((_STRONG, _Kind.STRONG), (_STRUCK, _Kind.STRUCK), (_EMPHASIS, _Kind.EMPHASIS)):
            for found in pattern.finditer(rest):
                marks = len(found.group(1) or found.group(3)) if kind is _Kind.STRONG else (2 if kind is _Kind.STRUCK else 1)
                start, end = found.start() + marks, found.end() - marks
                add(start, end, kind | _Kind.EMPHASIS if marks == 3 else kind)
                add(found.start(), start, _Kind.MARK)
                add(end, found.end(), _Kind.MARK)
            rest = pattern.sub(_inside, rest) if kind is _Kind.STRONG else rest
        return kinds

    def _mark_runs(self, text: str, kinds: list[int]) -> None:
        plain = text.isascii()
        start = position = 0
        while start < len(kinds):
            end = start + 1
            while end < len(kinds) and kinds[end] == kinds[start]:
                end += 1
            length = end - start if plain else units(text[start:end])
            if kinds[start]:
                self.setFormat(position, length, self._format(kinds[start]))
            start, position = end, position + length

    def _format(self, kinds: int) -> QTextCharFormat:
        found = self._formats.get(kinds)
        if found is None:
            found = self._formats[kinds] = self._make_format(_Kind(kinds))
        return found

    def _make_format(self, kinds: _Kind) -> QTextCharFormat:
        look = QTextCharFormat()
        if kinds & _Kind.STRONG:
            look.setFontWeight(QFont.Weight.Bold)
        if kinds & _Kind.EMPHASIS:
            look.setFontItalic(True)
        if kinds & _Kind.CODE:
            look.setFontFamilies(["monospace"])
            look.setFontStyleHint(QFont.StyleHint.Monospace)
            look.setFontFixedPitch(True)
        if kinds & _Kind.STRUCK:
            look.setFontStrikeOut(True)
        if kinds & _Kind.LINK:
            look.setFontUnderline(True)
        if kinds & _Kind.MARK:
            look.setForeground(between(self._look.text, self._look.page, _SHADE["mark"]))
        elif kinds & (_Kind.QUOTE | _Kind.CODE):
            look.setForeground(between(self._look.text, self._look.page, _SHADE["quiet"]))
        return look


def _inside(found: re.Match[str]) -> str:
    """A strong stretch without its marks, so that they are not taken for those of emphasis."""
    marks = len(found.group(1) or found.group(3))
    return " " * marks + found.group()[marks:-marks] + " " * marks
