"""Finding words in the draft: a strip under the page."""

from __future__ import annotations

import re
from bisect import bisect_left

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QTextEdit, QWidget

from afterword.editor.keys import RETURN
from afterword.editor.page import Page
from afterword.editor.plaintext import units
from afterword.window.field import Field
from afterword.window.glyphs import Glyph, GlyphButton

_HIGHLIGHTED = 400
"""How many places, around the current one, are marked at once: every extra selection is laid out again at each key."""
_SEARCH_AFTER_MS = 120
"""After the last key: in a text of a million characters the first letter of a word can stand in 200,000 places (0.2 s)."""


def places(text: str, wanted: str, *, match_case: bool) -> list[tuple[int, int]]:
    """Where `wanted` stands in `text`: start and end of each place, in UTF-16 units as Qt counts."""
    if not wanted:
        return []
    matches = re.finditer(re.escape(wanted), text, 0 if match_case else re.IGNORECASE)
    if text.isascii() or max(text) <= "\uffff":
        return [match.span() for match in matches]  # one unit for each character
    found = []
    at = position = 0
    for match in matches:
        position += units(text[at : match.start()])
        length = units(match.group())
        found.append((position, position + length))
        position += length
        at = match.end()
    return found


class FindBar(QFrame):
    """Hidden until asked for. While it has the focus, the page has none, and so no suggestion.

    Signals:
        closed: the writer is done with it.
    """

    closed = Signal()

    def __init__(self, page: Page, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("find_bar")
        self._page = page
        self._places: list[tuple[int, int]] = []
        self._began = 0
        self._goes = False  # the search that is due also goes to a place
        self._highlight = QColor("#ffe48a")

        self._field = Field(self)
        self._field.setPlaceholderText(self.tr("Find"))
        self._field.setAccessibleName(self.tr("Find"))
        self._field.setToolTip(self.tr("The words to find"))
        self._field.setClearButtonEnabled(True)
        self._field.installEventFilter(self)
        self._case = QCheckBox(self.tr("Match case"), self)
        self._case.setAccessibleName(self.tr("Match case"))
        self._case.setToolTip(self.tr("Tell capital from small letters"))
        self._count = QLabel(self)
        self._count.setObjectName("quiet")
        self._count.setMinimumWidth(self.fontMetrics().horizontalAdvance(self.tr("{at} of {count}").format(at=888, count=888)))
        previous = GlyphButton(Glyph.UP, self.tr("Find previous"), self)
        following = GlyphButton(Glyph.DOWN, self.tr("Find next"), self)
        close = GlyphButton(Glyph.CLOSE, self.tr("Close the find bar"), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(8)
        for widget in (self._field, self._count, previous, following, self._case, close):
            row.addWidget(widget, 4 if widget is self._field else 0)
        row.insertStretch(row.count() - 1, 1)
        self._field.setMaximumWidth(420)

        self._timer = QTimer(self, singleShot=True, interval=_SEARCH_AFTER_MS)
        self._timer.timeout.connect(self._search_now)
        self._field.textEdited.connect(self._words_changed)
        self._case.toggled.connect(self._words_changed)
        previous.clicked.connect(self.find_previous)
        following.clicked.connect(self.find_next)
        close.clicked.connect(self.close_bar)
        page.document().contentsChange.connect(self._text_changed)
        self.hide()

    def set_highlight(self, colour: str) -> None:
        """The colour behind the places found."""
        self._highlight = QColor(colour)
        self._mark()

    @property
    def count(self) -> int:
        """In how many places the words stand."""
        return len(self._places)

    @Slot()
    def open_bar(self) -> None:
        """Show it, with what is selected as the words to find."""
        cursor = self._page.textCursor()
        self._began = cursor.selectionStart()
        selected = cursor.selectedText()
        if selected and "\u2029" not in selected:
            self._field.setText(selected)
        self.show()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()
        self._search_again()

    @Slot()
    def close_bar(self) -> None:
        """Hide it; what was found stays selected in the page."""
        self._timer.stop()
        self.hide()
        self._places = []
        self._page.setExtraSelections([])
        self._page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    @Slot()
    def find_next(self) -> None:
        """Go to the next place, at the end on to the first."""
        if self._ready():
            after = self._page.textCursor().selectionEnd()
            self._go(next((i for i, (start, _) in enumerate(self._places) if start >= after), 0))

    @Slot()
    def find_previous(self) -> None:
        """Go to the place before, at the beginning on to the last."""
        if self._ready():
            before = self._page.textCursor().selectionStart()
            self._go(max((i for i, (_, end) in enumerate(self._places) if end <= before), default=len(self._places) - 1))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.close_bar()
                return True
            if event.key() in RETURN:
                backwards = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                (self.find_previous if backwards else self.find_next)()
                return True
        return False

    def _ready(self) -> bool:
        """Whether there is a place to go on to; a search that is due is done first, and the bar opened where there is none."""
        if not self.isVisible():
            self.open_bar()
        elif self._timer.isActive():
            first = self._goes
            self._search_now()
            return bool(self._places) and not first
        return bool(self._places)

    @Slot()
    def _words_changed(self) -> None:
        self._goes = True
        self._timer.start()

    @Slot()
    def _search_now(self) -> None:
        """Find the places; when the words changed, go to the first from where the search began."""
        goes, self._goes = self._goes, False
        self._search_again()
        if goes and self._places:
            self._go(next((i for i, (start, _) in enumerate(self._places) if start >= self._began), 0))

    @Slot()
    def _search_again(self) -> None:
        self._timer.stop()
        self._places = places(self._page.text(), self._field.text(), match_case=self._case.isChecked())
        self._mark()

    @Slot(int, int, int)
    def _text_changed(self, position: int, removed: int, added: int) -> None:
        if self.isVisible() and (removed or added) and position >= 0:
            self._timer.start()

    def _go(self, index: int) -> None:
        start, end = self._places[index]
        cursor = self._page.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self._page.setTextCursor(cursor)
        self._mark()

    def _mark(self) -> None:
        if not self.isVisible():
            return
        cursor = self._page.textCursor()
        here = (cursor.selectionStart(), cursor.selectionEnd())
        nearest = bisect_left(self._places, here)
        first = max(0, nearest - _HIGHLIGHTED // 2)
        marks = []
        for start, end in self._places[first : first + _HIGHLIGHTED]:
            if (start, end) == here:
                continue  # it is selected
            mark = QTextEdit.ExtraSelection()
            marked = QTextCursor(self._page.document())
            marked.setPosition(start)
            marked.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = marked
            mark.format.setBackground(self._highlight)
            marks.append(mark)
        self._page.setExtraSelections(marks)
        at = nearest + 1 if nearest < len(self._places) and self._places[nearest] == here else 0
        if not self._field.text():
            self._count.setText("")
        elif at:
            self._count.setText(self.tr("{at} of {count}").format(at=at, count=len(self._places)))
        else:
            self._count.setText(
                self.tr("{count} found").format(count=len(self._places)) if self._places else self.tr("Not found")
            )
