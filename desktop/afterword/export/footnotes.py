"""Footnotes that refer to themselves, alone or in a circle: reading one, pandoc would never end."""

from __future__ import annotations

import re

_DEFINITION = re.compile(r"^[ \t>]*(?:(?:[-+*]|\d+[.)])[ \t]+)*\[\^([^\]\s]+)\]:")
_REFERENCE = re.compile(r"(?<!\\)\[\^([^\]\s]+)\]")


def without_circles(text: str) -> str:
    """`text` with those references inside of footnotes made literal that lead back to the footnote that they are in."""
    if text.count("]:") == 0 or "[^" not in text:
        return text
    lines = text.split("\n")
    owners = _owners(lines)
    leads: dict[str, set[str]] = {}
    for line, owner in zip(lines, owners, strict=True):
        if owner:
            leads.setdefault(owner, set()).update(label.casefold() for label in _references(line))
    circular = {label for label in leads if label in _reached(label, leads)}
    if not circular:
        return text
    for i, owner in enumerate(owners):
        if owner in circular:
            start = match.end() if (match := _DEFINITION.match(lines[i])) else 0
            lines[i] = lines[i][:start] + _REFERENCE.sub(
                lambda found: f"\\{found[0]}" if found[1].casefold() in circular else found[0], lines[i][start:]
            )
    return "\n".join(lines)


def _owners(lines: list[str]) -> list[str]:
    # The label of the footnote that each line is in: from its definition to an empty line behind which nothing is indented.
    owners = []
    owner = ""
    empty = False
    for line in lines:
        bare = line.lstrip("> \t")
        if match := _DEFINITION.match(line):
            owner = match[1].casefold()
        elif bare and empty and bare == line:
            owner = ""
        empty = not bare
        owners.append(owner)
    return owners


def _references(line: str) -> list[str]:
    match = _DEFINITION.match(line)
    return _REFERENCE.findall(line[match.end() :] if match else line)


def _reached(label: str, leads: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [label]
    while waiting:
        new = leads.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached
