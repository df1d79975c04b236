"""Opens a file that is dropped on the window; the page leaves files to it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget


class FileDrop(QObject):
    """Watches widgets for files dropped on them; everything else that is dropped is left to them.

    Signals:
        file_dropped: the Path of one local file.
    """

    file_dropped = Signal(object)

    def watch(self, widget: QWidget) -> None:
        """Let files be dropped on `widget`."""
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Drag enter and drag move events are drop events too.
        if isinstance(event, QDropEvent) and (path := self._file_of(event)) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            if event.type() == QEvent.Type.Drop:
                self.file_dropped.emit(path)
            return True
        return super().eventFilter(watched, event)

    def _file_of(self, event: QDropEvent) -> Path | None:
        urls = event.mimeData().urls()
        return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
