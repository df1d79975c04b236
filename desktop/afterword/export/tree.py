"""Pandoc's document tree, as the JSON that pandoc reads and writes: dictionaries with a tag "t" and contents "c".

Source of its shape: pandoc-types 1.23, Text.Pandoc.Definition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Node = dict[str, Any]
Rule = Callable[[Node], list[Node]]

NO_BREAK_SPACE = "\u00a0"
SPACE: Node = {"t": "Space"}
LINE_BREAK: Node = {"t": "LineBreak"}

_API_VERSION = [1, 23, 1]


def document(blocks: list[Node]) -> Node:
    """A document of `blocks`."""
    return {"pandoc-api-version": _API_VERSION, "meta": {}, "blocks": blocks}


def string(text: str) -> Node:
    """Text without line breaks, literally."""
    return {"t": "Str", "c": text}


def paragraph(inlines: list[Node]) -> Node:
    """A paragraph."""
    return {"t": "Para", "c": inlines}


def raw(format: str, text: str, *, block: bool = False) -> Node:
    """Text in the language of one format, which other formats leave out."""
    return {"t": "RawBlock" if block else "RawInline", "c": [format, text]}


def rewrite(part: Any, rules: Mapping[str, Rule]) -> Any:
    """A copy of `part` of a tree in which every node that has a rule is replaced by what the rule makes of it, children first."""
    if isinstance(part, list):
        out: list[Any] = []
        for item in part:
            new = rewrite(item, rules)
            rule = rules.get(new["t"]) if isinstance(new, dict) and "t" in new else None
            if rule is None:
                out.append(new)
            else:
                out.extend(rule(new))
        return out
    if isinstance(part, dict):
        return {key: rewrite(value, rules) for key, value in part.items()}
    return part


_NESTING = frozenset({"BlockQuote", "BulletList", "OrderedList", "Emph", "Strong", "Strikeout", "Link"})


def flattened(part: Any, levels: int) -> Any:
    """A copy of `part` of a tree in which quotes, lists and emphasis are nested at most `levels` deep."""
    if isinstance(part, dict):
        return {key: flattened(value, levels) for key, value in part.items()}
    if not isinstance(part, list):
        return part
    out: list[Any] = []
    for item in part:
        tag = item.get("t") if isinstance(item, dict) else None
        if tag not in _NESTING:
            out.append(flattened(item, levels))
        elif levels:
            out.append(flattened(item, levels - 1))
        else:
            inside = item["c"][1] if tag in ("OrderedList", "Link") else item["c"]
            parts = [block for entry in inside for block in entry] if tag in ("OrderedList", "BulletList") else inside
            out.extend(flattened(parts, 0))
    return out


def nodes(part: Any, tag: str) -> Iterable[Node]:
    """All nodes with `tag` in `part`, in their order."""
    if isinstance(part, dict):
        if part.get("t") == tag:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from nodes(item, tag)


def text_of(part: Any) -> str:
    """The text in `part`, without its footnotes, on one line."""
    if isinstance(part, list):
        return "".join(text_of(item) for item in part)
    if not isinstance(part, dict) or part.get("t") == "Note":
        return ""
    match part.get("t"):
        case "Str":
            return str(part["c"])
        case "Space" | "SoftBreak" | "LineBreak":
            return " "
        case "Code":
            return str(part["c"][1])
    return text_of(part.get("c"))
