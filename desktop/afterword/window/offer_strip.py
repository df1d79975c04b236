"""A strip above the page that offers a folder or file that was dropped on the window as a model."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from afterword.window.strip import Strip


def is_model(path: Path) -> bool:
    """Whether what was dropped can only be a model: a folder, or a GGUF file."""
    return path.suffix.lower() == ".gguf" or path.is_dir()


class OfferStrip(Strip):
    """Asks, and takes no key away.

    Signals:
        wanted: use the model at this path.
    """

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        use = self._button(self.tr("Use it"), self.tr("Write with this model, now and from now on"))
        dismiss = self._button(self.tr("Not now"), self.tr("Hide this message"))
        use.clicked.connect(self._use)
        dismiss.clicked.connect(self.dismiss)

    def offer(self, path: Path) -> None:
        """Ask whether the model at `path` is to be used."""
        self._path = str(path)
        self.say(self.tr("Use “{name}” as the model?").format(name=path.name))

    @Slot()
    def _use(self) -> None:
        self.dismiss()
        self.wanted.emit(self._path)
