"""Numbers for readers: tables in Markdown, and decimals that mean something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown that is also aligned for a terminal: the first column to the left, the others to the right.

    Args:
        headers: one for each column.
        rows: each with a cell for each column; a bar in a cell is escaped.
    """
    lines = [[cell.replace("|", "\\|") for cell in line] for line in (headers, *rows)]
    widths = [max(3, *map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * width if at == 0 else "-" * (width - 1) + ":" for at, width in enumerate(widths)]
    return "\n".join(_line(line, widths) for line in (lines[0], rule, *lines[1:]))


def rounded(value: Any) -> Any:
    """`value` with every float in it, in dictionaries and lists too, to four decimals."""
    if isinstance(value, dict):
        return {key: rounded(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [rounded(inside) for inside in value]
    return round(value, 4) if isinstance(value, float) else value


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(aligned)} |"
