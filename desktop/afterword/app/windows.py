"""The windows that are open, each with a draft that no other one has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog

from afterword.app.seat import Seat
from afterword.window.main_window import MainWindow
from afterword.window.on_screen import bring_on_screen
from afterword.window.quitting import Quitting

_BESIDE = 32  # pixels between the corners of two windows


class Windows(QObject):
    """Opens and closes windows, and knows which was used last.

    Args:
        sit_down: makes a window and what belongs to it.

    Attributes:
        seats: those that are open, at least one.

    Signals:
        draft_opened: another draft is in one of them.
        quitting: all of them close, one after the other.
        last_closing: the last one closes.
    """

    draft_opened = Signal()
    quitting = Signal()
    last_closing = Signal()

    def __init__(self, sit_down: Callable[[], Seat], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sit_down = sit_down
        self._quitting = Quitting(lambda: [seat.window for seat in self.seats], self.quitting.emit)
        self.seats: list[Seat] = []
        self._used = self._begin()

    def _begin(self) -> Seat:
        seat = self._sit_down()
        self.seats.append(seat)
        window = seat.window
        bring_on_screen(window)
        window.window_wanted.connect(self.open)
        window.used.connect(self._note_use)
        window.quit_wanted.connect(self.close_all)
        window.closing.connect(self._closing)
        window.documents.elsewhere = self._way_to
        window.documents.opened.connect(self.draft_opened)
        return seat

    @property
    def used(self) -> Seat:
        """The one that was used last."""
        return self._used

    @property
    def window(self) -> MainWindow:
        """Of that."""
        return self._used.window

    @Slot()
    def open(self) -> None:
        """Open another one, for another draft, a little beside the one that was used last."""
        self._open()

    def _open(self, *, behind: bool = False) -> None:
        before = self.window
        self._used = self._begin()
        self.window.move(_beside(before, self.window.size()))
        bring_on_screen(self.window)
        self.window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, behind)
        self.window.show()

    @Slot()
    def close_all(self) -> None:
        """Close every one once all have asked about what is not saved; where the writer would rather stay none closes."""
        self._quitting.begin()

    def make_room(self, here: bool = True, *, behind: bool = False) -> None:
        """Have one in front on which no draft gives way to another: another one where it cannot be `here`.

        It opens `behind` what has the keys, where that is to keep them.
        """
        if not here or not self.window.documents.empty or self.window.recovering.busy:
            self._open(behind=behind)

    def unchanged(self, path: Path | None) -> Seat | None:
        """The one that has the draft at `path`, if it was not changed there since."""
        return None if path is None else next((seat for seat in self._having(path) if not seat.window.documents.dirty), None)

    def bring(self, draft: Path | None) -> None:
        """Come to the front, with `draft`."""
        go_there = None if draft is None else self._way_to(draft)
        if go_there is not None:
            go_there()
            return
        if draft is not None:  # what is asked in a window is about the draft that is there
            self.make_room(not any(dialog.isVisible() for dialog in self.window.findChildren(QDialog)))
        self.window.come_forward()
        if draft is not None:
            self.window.open_draft(draft)

    def _having(self, path: Path) -> Iterator[Seat]:
        return (seat for seat in self.seats if seat.window.documents.has(path))

    def _way_to(self, draft: Path) -> Callable[[], None] | None:
        """What brings the window that has `draft` to the front; None where none has. Two would write over each other's work."""
        seat = next(self._having(draft), None)
        return None if seat is None else partial(_show_again, seat.window, draft)

    @Slot()
    def _note_use(self) -> None:
        self._used = next((seat for seat in self.seats if seat.window is self.sender()), self._used)

    @Slot()
    def _closing(self) -> None:
        leaving = [seat for seat in self.seats if seat.window is self.sender()]
        if len(self.seats) == 1:
            self.last_closing.emit()
        for seat in leaving if len(self.seats) > 1 else ():  # the last one stays until the end
            self.seats.remove(seat)
            if self._used is seat:
                self._used = self.seats[-1]
            seat.leave()


def _beside(window: MainWindow, size: QSize) -> QPoint:
    """The corner of a window of this size, a little beside another one; at the corner of the screen where it would leave it."""
    corner = window.pos() + QPoint(_BESIDE, _BESIDE)
    screen = window.screen().availableGeometry()
    if corner.x() + size.width() > screen.right() or corner.y() + size.height() > screen.bottom():
        return screen.topLeft()
    return corner


def _show_again(window: MainWindow, draft: Path) -> None:
    window.come_forward()
    window.open_draft(draft)
