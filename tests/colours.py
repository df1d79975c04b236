"""How well one colour can be read on another."""

from __future__ import annotations

from PySide6.QtGui import QColor


def contrast(one: str | QColor, other: str | QColor) -> float:
    """The contrast ratio of WCAG 2.2 (definitions of contrast ratio and relative luminance)."""
    light, dark = sorted((_luminance(QColor(one)), _luminance(QColor(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
