"""An answer as a compared change of what is selected: taken or left word by word, then put in its place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from afterword.drafts.choosing import Edit, Part, edits
from afterword.window.button import Button
from afterword.window.change_text import ChangeText
from afterword.window.glyphs import Glyph, GlyphButton
from afterword.window.rows import add_row

_SHOWN = 40  # characters of a change in the line about it


class ChangeView(QWidget):
    """Shows what an answer changes, and lets the writer take all of it or some.

    Signals:
        replace_wanted: the Edits that were taken are to be made.
        left: the writer goes back to the answer.
        told: what a screen reader should say of the change that is looked at.
    """

    replace_wanted = Signal(object)
    left = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: Sequence[Part] = ()
        self._made = False
        # Made in the order in which they stand, which is the order of the tab key.
        self._text = ChangeText(self)
        self._text.looked.connect(self._show_current)
        self._before = GlyphButton(Glyph.UP, self.tr("Change before"), self)
        self._before.clicked.connect(self._go_back)
        self._next = GlyphButton(Glyph.DOWN, self.tr("Next change"), self)
        self._next.clicked.connect(self._go_on)
        self._take = QCheckBox(self.tr("Take this change"), self)
        self._take.setToolTip(self.tr("Have this change in the text, or leave it as it was"))
        self._take.clicked.connect(self._take_current)
        self._about = QLabel(self)
        self._about.setObjectName("quiet")
        self._about.setWordWrap(True)
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._all = Button(self.tr("Take all"), self.tr("Have every change in the text"), self)
        self._all.clicked.connect(self._take_all)
        self._none = Button(self.tr("Leave all"), self.tr("Have none of the changes in the text, to take some of them"), self)
        self._none.clicked.connect(self._leave_all)
        self._replace = Button(self.tr("Replace"), self.tr("Put the text with the changes that you took in its place"), self)
        self._replace.clicked.connect(self._make)
        back = Button(self.tr("Back"), self.tr("Go back to the answer and change nothing"), self)
        back.clicked.connect(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._text, 1)
        add_row(column, self._before, self._next, self._take, None)
        column.addWidget(self._about)
        add_row(column, self._all, self._none, None)
        add_row(column, self._replace, back, None)
        self.setFocusProxy(self._text)

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Show what changes, all of it taken; where it is what was shown last, and not made, as the writer left it."""
        if self._made or list(parts) != list(self._parts):
            self._parts, self._made = parts, False
            self._text.show_parts(parts)
        else:
            self._show_current()

    def forget(self) -> None:
        """What is shown next is another text or another answer, whatever it reads."""
        self._parts = ()

    @Slot()
    def _show_current(self) -> None:
        changes, at, taken = self._text.changes, self._text.current, self._text.taken
        if not changes:
            return
        self._before.setEnabled(at > 0)
        self._next.setEnabled(at < len(changes) - 1)
        self._take.setChecked(at in taken)
        self._all.setEnabled(len(taken) < len(changes))
        self._none.setEnabled(bool(taken))
        self._replace.setEnabled(bool(taken))
        self._about.setText(self._line(at))
        if self.isVisible():
            self.told.emit(self._about.text())

    def _line(self, at: int) -> str:
        change, count = self._text.changes[at], len(self._text.changes)
        gone, new = (_shortened(text) for text in (change.gone, change.new))
        if gone and new:
            text = self.tr("{at} of {count}: “{gone}” becomes “{new}”.")
        elif gone:
            text = self.tr("{at} of {count}: “{gone}” goes.")
        elif new:
            text = self.tr("{at} of {count}: “{new}” comes in.")
        else:
            text = self.tr("{at} of {count}: other white space.")
        if at not in self._text.taken:
            text += " " + self.tr("Left as it was.")
        return text.format(at=at + 1, count=count, gone=gone, new=new)

    @Slot()
    def _go_back(self) -> None:
        self._text.go(-1)

    @Slot()
    def _go_on(self) -> None:
        self._text.go(1)

    @Slot(bool)
    def _take_current(self, taken: bool) -> None:
        self._text.take(self._text.current, taken)

    @Slot()
    def _take_all(self) -> None:
        self._text.take_all(True)

    @Slot()
    def _leave_all(self) -> None:
        self._text.take_all(False)

    @Slot()
    def _make(self) -> None:
        self._made = True
        self.replace_wanted.emit(self._edits())

    def _edits(self) -> list[Edit]:
        return edits(self._parts, self._text.taken)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1].rstrip()}…"
