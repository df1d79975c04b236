"""A strip above the page that says what has become of a server's key, where that is not what the writer wished."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from afterword.window.strip import Strip


class KeyStrip(Strip):
    """Stays until it was read, since by the next start it matters."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._button(self.tr("Dismiss"), self.tr("Hide this message")).clicked.connect(self.dismiss)
