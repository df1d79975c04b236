"""Rows of controls in a panel."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget


def add_row(column: QVBoxLayout, *widgets: QWidget | tuple[QWidget, int] | None) -> None:
    """Put widgets side by side at the end of a column; None for room between them, a number with one that takes it."""
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        elif isinstance(widget, tuple):
            row.addWidget(*widget)
        else:
            row.addWidget(widget)
    column.addLayout(row)
