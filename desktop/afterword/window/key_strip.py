"""A strip above the page that says what has become of a server's key, where that is not what the writer wished."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from afterword.window.strip import Strip


class KeyStrip(Strip):
    """Stays until it was read, or that is mended, since by the next start it matters."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: dict[str, str] = {}
        self._button(self.tr("Dismiss"), self.tr("Hide this message")).clicked.connect(self.dismiss)

    @Slot(str, str)
    def tell(self, origin: str, message: str) -> None:
        """Say what has become of the key of the server at `origin`."""
        self._told[origin] = message
        self.say(" ".join(self._told.values()))

    @Slot(str)
    def untell(self, origin: str) -> None:
        """The key of that server is kept, after all."""
        if self._told.pop(origin, None) is not None:
            if self._told:
                self.say(" ".join(self._told.values()))
            else:
                self.dismiss()

    @Slot()
    def dismiss(self) -> None:
        self._told.clear()
        super().dismiss()
