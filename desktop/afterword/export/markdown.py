"""Markdown as a writer means it: what is read, and what of it may go into an export.

Read is CommonMark with footnotes, strikeout, pipe tables, task lists and bare links. On top of that:

- A single newline is a line break.
- White space at the beginning of a line stays, outside of lists, quotes and fenced code; it never makes a code block (verse and
  indented paragraphs are what writers indent; code has its fences).
- Quotes, dashes and dots stay as they were typed. Dollars, carets, at signs, braces and colons mean nothing.
- HTML is text like any other and is shown as it was typed; HTML comments, which are notes of the writer to himself, are left out.
- Pictures are not loaded, neither from the network nor from this machine: their description stands in their place.
- Links lead to the network, to an address or to a heading of the same text; of any other only the text is kept.
"""

from __future__ import annotations

import re
from collections import Counter

from afterword.export.footnotes import without_circles
from afterword.export.plain import paragraphs
from afterword.export.tree import NO_BREAK_SPACE, SPACE, Node, flattened, nodes, rewrite, string, text_of
from afterword.text.characters import printable

READER = "+".join(
    "commonmark hard_line_breaks footnotes strikeout pipe_tables task_lists autolink_bare_uris gfm_auto_identifiers".split()
)

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LIST = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")
_BLOCK = re.compile(
    r" {0,3}(?:[>#|<]|\[[^\]]*\]:|[-+*](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|(?:[-_*][ \t]*){3,}$|=+[ \t]*$|-+[ \t]*$)"
)
_RULE_OF_QUOTES = re.compile(r"[ \t]*>(?:[ \t]*>){15}")  # nobody quotes that deep: a line drawn with ">"
_SPECIAL = re.compile(rf"^(?:[ \t]+\S|{_RULE_OF_QUOTES.pattern})", re.MULTILINE)

_DEEPEST = 20  # levels of quotes, lists and emphasis in one another; Typst gives up somewhere above 30
_LINK = re.compile(r"(?i:https?|ftp|mailto|tel):[^\s\"<>\\^`{|}]{1,2000}")
_IDENTIFIER = re.compile(r"[^\W\d_][\w-]*")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def source(text: str) -> str:
    """`text` prepared for the reader: control characters gone, white space at the beginnings of lines kept by no-break spaces."""
    text = without_circles(printable(text))
    return _line_by_line(text) if _SPECIAL.search(text) else text


def _line_by_line(text: str) -> str:
    out = []
    fence = ""  # what closes the fenced code that a line is in
    in_list = False  # indented text may belong to a list
    inside = False  # the line before is not empty
    running = False  # the line before is running text at the top level
    for line in text.split("\n"):
        bare = line.lstrip(" \t")
        width = len(line[: len(line) - len(bare)].expandtabs(4))
        mark = _FENCE.match(line)
        if mark and mark[1][0] == "`" and "`" in bare[len(mark[1]) :]:
            mark = None  # code within the line
        if fence:
            if mark and mark[1].startswith(fence) and not bare.strip("`~ \t"):
                fence = ""
        elif not bare:
            inside = running = False
        elif mark:
            fence, inside, running = mark[1], True, False
        else:
            if not inside and width == 0:
                in_list = False
            if _LIST.match(line):
                in_list = True
            running = (running or not inside) and not in_list and (width > 3 or not _BLOCK.match(line))
            inside = True
            if _RULE_OF_QUOTES.match(line):
                line = "\\" + bare
            elif running:
                line = NO_BREAK_SPACE * width + bare
        out.append(line)
    return "\n".join(out)


def tame(document: Node, *, links_as_text: bool = False) -> Node:
    """`document`, as the reader made it, without what the module's text keeps out of exports.

    Args:
        document: pandoc's tree.
        links_as_text: put the address behind the text of a link, for formats that have no links.
    """
    counted = Counter(node["c"][1][0] for node in nodes(document, "Header"))
    targets = {name for name, count in counted.items() if count == 1 and _IDENTIFIER.fullmatch(name)}

    def keep_text(node: Node) -> list[Node]:
        return [string(printable(node["c"]).replace("\n", " "))]

    def keep_code(node: Node) -> list[Node]:
        return [{"t": node["t"], "c": [["", [], []], printable(node["c"][1])]}]

    def keep_header(node: Node) -> list[Node]:
        level, (name, _, _), inlines = node["c"]
        return [{"t": "Header", "c": [level, [name if name in targets else "", [], []], inlines]}]

    def keep_link(node: Node) -> list[Node]:
        _, inlines, (target, _) = node["c"]
        if target.startswith("#") and target[1:] in targets and not links_as_text:
            return [{"t": "Link", "c": [["", [], []], inlines, [target, ""]]}]
        if not _LINK.fullmatch(target):
            return list(inlines)
        if links_as_text:
            told = text_of(inlines) in (target, target.removeprefix("mailto:"))
            return list(inlines) if told else [*inlines, SPACE, string(f"({target})")]
        return [{"t": "Link", "c": [["", [], []], inlines, [target, ""]]}]

    def describe(node: Node) -> list[Node]:
        _, inlines, (target, title) = node["c"]
        name = "" if target.startswith("data:") else target.rsplit("/", 1)[-1]
        return list(inlines) or [string(printable(title or name).replace("\n", " "))]

    def show_inline(node: Node) -> list[Node]:
        shown = _COMMENT.sub("", printable(node["c"][1])).replace("\n", " ")
        return [string(shown)] if shown else []

    def show_block(node: Node) -> list[Node]:
        return paragraphs(_COMMENT.sub("", node["c"][1]).strip("\n"))

    return dict(
        rewrite(
            flattened(document, _DEEPEST),
            {
                "Str": keep_text,
                "Code": keep_code,
                "CodeBlock": keep_code,
                "Header": keep_header,
                "Link": keep_link,
                "Image": describe,
                "RawInline": show_inline,
                "RawBlock": show_block,
            },
        )
    )
