"""A document tree made ready for one format: what pandoc's writer would get wrong is said in the format's own words.

Pandoc escapes most of what Typst would take for markup, but not all: "..." becomes an ellipsis, "*a*(b)" a call with an argument,
a line break in a heading ends it. So all text that is more than plain words is handed to Typst as strings. Source of their
escapes: Typst's reference, "String".
"""

from __future__ import annotations

import re

from afterword.export.tree import Node, Rule, raw, rewrite, text_of
from afterword.text.scripts import right_to_left

_PARAGRAPHS = ("Para", "Plain", "Header")
_WORD = re.compile(r"[^\W\d_]+[,.]?")
# Typst lets a run without a place to break leave the page, so long ones get places: empty boxes, which no copy of the text holds.
_LONG_RUN = 40  # characters
_LONG = re.compile(rf"[!-\u04ff]{{{_LONG_RUN},}}")  # Latin, Greek, Cyrillic; other scripts break by rules of their own
_PIECES = re.compile(".{1,20}", re.DOTALL)
_MAY_BREAK = "#box();"


def for_typst(document: Node) -> Node:
    """`document` with text, code and line breaks as raw Typst, and right-to-left paragraphs marked as such."""
    rules: dict[str, Rule] = {"Str": _text, "Code": _code, "CodeBlock": _code_block, "LineBreak": _line_break}
    return dict(rewrite(rewrite(document, dict.fromkeys(_PARAGRAPHS, _typst_direction)), rules))


def for_word(document: Node) -> Node:
    """`document` with scene breaks as short lines, and right-to-left paragraphs marked as such."""
    rules: dict[str, Rule] = {"HorizontalRule": _rule, **dict.fromkeys(_PARAGRAPHS, _word_direction)}
    return dict(rewrite(document, rules))


def for_odt(document: Node) -> Node:
    """`document` with right-to-left paragraphs in a style of their own; pandoc knows no other way to mark them."""
    return dict(rewrite(document, {"Para": _odt_direction}))


def _typst_direction(node: Node) -> list[Node]:
    if not right_to_left(text_of(node["c"])):
        return [node]
    return [raw("typst", "#[#set text(dir: rtl)", block=True), node, raw("typst", "]", block=True)]


def _word_direction(node: Node) -> list[Node]:
    style = [["custom-style", "Body Text"]] if node["t"] == "Para" else []
    return [_division(node, ["dir", "rtl"], *style)] if right_to_left(text_of(node["c"])) else [node]


def _odt_direction(node: Node) -> list[Node]:
    return [_division(node, ["custom-style", "RightToLeft"])] if right_to_left(text_of(node["c"])) else [node]


def _division(node: Node, *attributes: list[str]) -> Node:
    return {"t": "Div", "c": [["", [], list(attributes)], [node]]}


def _text(node: Node) -> list[Node]:
    text = node["c"]
    if len(text) < _LONG_RUN and _WORD.fullmatch(text):
        return [node]
    return [raw("typst", _MAY_BREAK.join(f"#{_quoted(piece)};" for piece in _breakable(text)))]


def _code(node: Node) -> list[Node]:
    return [raw("typst", _code_line(node["c"][1]))]


def _code_block(node: Node) -> list[Node]:
    code = node["c"][1]
    if not _LONG.search(code):
        return [raw("typst", f"#raw(block: true, {_quoted(code)})", block=True)]
    lines = "#linebreak();".join(map(_code_line, code.split("\n")))
    return [raw("typst", f"#longcode[{lines}]", block=True)]  # defined in page.typ


def _code_line(code: str) -> str:
    return _MAY_BREAK.join(f"#raw({_quoted(piece)});" for piece in _breakable(code))


def _breakable(text: str) -> list[str]:
    return _LONG.sub(lambda run: "\0".join(_PIECES.findall(run[0])), text).split("\0")


def _line_break(_: Node) -> list[Node]:
    return [raw("typst", " #linebreak();")]


def _rule(_: Node) -> list[Node]:
    return [raw("openxml", '<w:p><w:pPr><w:pStyle w:val="HorizontalRule"/></w:pPr></w:p>', block=True)]


def _quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'
