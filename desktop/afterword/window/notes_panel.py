"""The panel for the writer's notes: what the model is told of a draft, and what of the page it sees."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from afterword.engine.protocol import Seen
from afterword.text.boundaries import count_words
from afterword.window.counts import shown_words
from afterword.window.field import LongField
from afterword.window.glyphs import Glyph, GlyphButton
from afterword.window.panes import Panel

_SETTLE_MS = 400  # after the last key, until the model is told
_ALL = 0.95  # of the characters: a tokenizer may lose a space, and what is left out for want of room is more


class NotesPanel(Panel):
    """Shows the notes of a draft and lets the writer change them.

    Signals:
        notes_edited: by the writer, to this text, at every key.
        notes_changed: likewise, when no more keys come for a moment.
        close_wanted: the panel's own button to hide it was pressed.
    """

    notes_edited = Signal(str)
    notes_changed = Signal(str)
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        title = QLabel(self.tr("Notes for the model"), self)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        self._close = GlyphButton(Glyph.CLOSE, self.tr("Hide the notes"), self)
        self._close.clicked.connect(self.close_wanted)
        about = self._quiet(self.tr("Read before the page, and never part of the draft. Kept beside its file."))
        self._text = LongField(self)
        self._text.setAccessibleName(self.tr("Notes for the model"))
        self._text.setToolTip(self.tr("Who speaks, to whom and in what tone; facts; a passage to sound like"))
        hint = self.tr("Who speaks, to whom and in what tone.\nFacts and names.\nA passage to sound like.")
        self._text.setPlaceholderText(hint)
        self._before, self._is_page = "", True
        self._counted = self._quiet("")
        self._seen = self._quiet("")
        self._timer = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._timer.timeout.connect(self._tell)
        self._text.textChanged.connect(self._timer.start)
        self._text.textChanged.connect(self._tell_edited)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(about)
        column.addWidget(self._text, 1)
        column.addWidget(self._counted)
        column.addWidget(self._seen)
        self.setMinimumWidth(200)
        self.setFocusProxy(self._text)

    @property
    def notes(self) -> str:
        """What stands there."""
        return self._text.toPlainText()

    def show_notes(self, notes: str) -> None:
        """Show the notes of another draft."""
        if notes != self.notes:
            with QSignalBlocker(self._text):
                self._text.setPlainText(notes)
        self._timer.stop()

    def await_seen(self, before: str, *, is_page: bool) -> None:
        """It is being counted how much the model sees of `before`, which ends at the cursor.

        Args:
            before: what it is given.
            is_page: whether that begins where the page does.
        """
        self._before, self._is_page = before, is_page

    @Slot(object)
    def show_seen(self, seen: Seen) -> None:
        """How much the model is given of notes and page."""
        locale = self.locale()
        if seen.notes_left_out:
            count = locale.toString(seen.notes_left_out)
            text = self.tr("{count} tokens at their end are too many: the model does not see them.").format(count=count)
        else:
            text = self.tr("{count} of {room} tokens").format(
                count=locale.toString(seen.notes), room=locale.toString(seen.room // 2)
            )
        self._counted.setText(text)
        self._seen.setText(self._about_page(seen.characters))

    def _about_page(self, characters: int) -> str:
        if not self._before:
            return self.tr("Nothing stands before the cursor.")
        every = characters >= _ALL * len(self._before)
        text = self._before if every else self._before[len(self._before) - characters :]
        words = shown_words(count_words(text), self.locale(), self.tr)
        if every and self._is_page:
            return self.tr("Of the page the model sees all before the cursor, {words}.").format(words=words)
        return self.tr("Of the page the model sees the last {words} before the cursor.").format(words=words)

    @Slot()
    def _tell_edited(self) -> None:
        self.notes_edited.emit(self.notes)

    @Slot()
    def _tell(self) -> None:
        self.notes_changed.emit(self.notes)

    def _quiet(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setObjectName("quiet")
        label.setWordWrap(True)
        return label
