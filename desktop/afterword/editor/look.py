"""How the page looks."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

SHADINGS = {"off": 0.0, "subtle": 0.3, "strong": 0.75}
"""How far towards the colour of the text the surest words are."""

_SHADES = 4


@dataclass(frozen=True)
class PageLook:
    """Font, measure and colours of the page; colours as "#rrggbb".

    Attributes:
        font_family: "" for the system's.
        font_size: in points.
        line_spacing: height of a line as a multiple of the font's own.
        width: of the column of text, in average characters.
        page: behind the text.
        text: what the writer wrote.
        ghost: a suggestion; the defaults keep a contrast of 4.5:1 with the page (WCAG 2.2, level AA).
        selection: behind selected text, whose own colour stays.
        shading: of SHADINGS: how far the words of a suggestion go to the colour of the text as they are more probable.
    """

    font_family: str = ""
    font_size: float = 14
    line_spacing: float = 1.4
    width: int = 72
    page: str = "#fdfdfb"
    text: str = "#1d1d1f"
    ghost: str = "#707074"
    selection: str = "#cfe0f7"
    shading: str = "subtle"

    def ghost_of(self, probability: float) -> QColor:
        """The colour of words of a suggestion: one of a few, and never with less contrast than `ghost` has."""
        return between(self.ghost, self.text, SHADINGS[self.shading] * round(probability * _SHADES) / _SHADES)


DARK = PageLook(page="#1e1f22", text="#dcdcd8", ghost="#8e8e92", selection="#3a4d6b")


def between(one: str, other: str, share: float) -> QColor:
    """The colour that lies `share` (0 to 1) of the way from `one` to `other`."""
    a, b = QColor(one), QColor(other)
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * share,
        a.greenF() + (b.greenF() - a.greenF()) * share,
        a.blueF() + (b.blueF() - a.blueF()) * share,
    )
