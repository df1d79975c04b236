"""Where the parts of the window stand: strips above the page, a bar below it, panels beside it or, where it is narrow, below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from afterword.window.splitter import LineSplitter

_PANEL_WIDTH = 280
_SIDE_BY_SIDE = 720
"""From this width on the panels stand beside the page, below it under the page."""


class Arrangement(QWidget):
    """What fills the window.

    Args:
        page: gets the space that nothing else takes.
        bar: below it.
        strips: above it.
        sides: the panels.
        tall: of these, where there is more to be seen in one.
        window: that it fills.

    Attributes:
        splitter: between the page and the panels.
    """

    def __init__(
        self, page: QWidget, bar: QWidget, strips: Sequence[QWidget], sides: Sequence[QWidget], tall: QWidget, window: QWidget
    ) -> None:
        super().__init__(window)
        self._window = window
        self._sides = sides
        self._tall = tall
        paper = QWidget(self)
        column = QVBoxLayout(paper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(page, 1)
        column.addWidget(bar)
        self.splitter = LineSplitter(self)
        self.splitter.addWidget(paper)
        for number, side in enumerate(sides, 1):
            self.splitter.addWidget(side)
            self.splitter.setStretchFactor(number, 0)
        self.splitter.setStretchFactor(0, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        for strip in strips:
            outer.addWidget(strip)
        outer.addWidget(self.splitter, 1)

    @Slot()
    def share_space(self) -> None:
        """Give each panel that is shown its part, and the page the rest."""
        shown = [side for side in self._sides if not side.isHidden()]
        if self.splitter.orientation() == Qt.Orientation.Horizontal:
            sides = [max(_PANEL_WIDTH, side.minimumWidth()) for side in shown]
            whole = self._window.width()
        else:
            whole = self._window.height()
            others = [side for side in shown if side is not self._tall]
            has_tall = len(others) < len(shown)
            fifths = dict.fromkeys(others, (1 if has_tall else 2) / max(len(others), 1))
            if has_tall:
                fifths[self._tall] = 2 if others else 3
            sides = [round(whole * fifths[side] / 5) for side in shown]
        widths = dict(zip(shown, sides, strict=True))
        self.splitter.setSizes([max(whole - sum(sides), 1), *(widths.get(side, 0) for side in self._sides)])

    def fit(self) -> None:
        """The window has another size."""
        wide = self._window.width() >= _SIDE_BY_SIDE
        orientation = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self.splitter.orientation() != orientation:
            self.splitter.setOrientation(orientation)
            self.share_space()
