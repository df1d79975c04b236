"""The panel in which the writer asks about the draft: the question, the answer, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from afterword.drafts.choosing import Part
from afterword.window.button import Button
from afterword.window.change_view import ChangeView
from afterword.window.glyphs import Glyph, GlyphButton
from afterword.window.panes import Panel
from afterword.window.question_box import QuestionBox
from afterword.window.rows import add_row
from afterword.window.transcript import Transcript

_MARGIN = 10


class AskPanel(Panel):
    """Shows what it is told to; what it means is decided elsewhere.

    Attributes:
        question: where it is put.
        field: of that.
        transcript: what was asked and answered.
        changes: what an answer changes.

    Signals:
        insert_wanted: the answer is to be put in at the cursor.
        compare_wanted: the answer is to be seen as a change of what was selected.
        discard_wanted: the conversation is to be forgotten.
        close_wanted: the panel is to be hidden.
    """

    insert_wanted = Signal()
    compare_wanted = Signal()
    discard_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._busy = False
        title = QLabel(self.tr("Ask about the draft"), self)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        # Made in the order in which they stand, which is the order of the tab key.
        self._close = GlyphButton(Glyph.CLOSE, self.tr("Hide the questions"), self)
        self._close.clicked.connect(self.close_wanted)
        self.question = QuestionBox(self)
        self.field = self.question.field
        self.transcript = Transcript(self)
        self.changes = ChangeView(self)
        self.changes.left.connect(self.show_answer)
        self._message = QLabel(self)
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._insert = Button(self.tr("Insert"), self.tr("Put the answer into the draft at the cursor"), self)
        self._insert.clicked.connect(self.insert_wanted)
        self._compare = Button(self.tr("Replace…"), "", self)
        self._compare.clicked.connect(self.compare_wanted)
        self._discard = Button(self.tr("Discard"), self.tr("Forget the answer and what was asked before"), self)
        self._discard.clicked.connect(self.discard_wanted)
        self._answer = self._seen = QWidget(self)
        self._scroll = QScrollArea(self)
        self._lay_out(title)
        self.field.used.connect(self._see_question)
        self.setMinimumWidth(280)
        self.setFocusProxy(self.field)
        self.show_message("")
        self.offer(insert=False, discard=False, compare=False)

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether an answer is coming."""
        return self._busy

    @property
    def comparing(self) -> bool:
        """Whether changes are shown, and not the answer."""
        return not self.changes.isHidden()

    @property
    def message(self) -> str:
        """What it says of what happened; "" for nothing."""
        return self._message.text()

    def show_message(self, text: str) -> None:
        """What happened."""
        self._message.setText(text)
        self._message.setVisible(bool(text))
        if text:
            self._see(self._message)

    def set_busy(self, busy: bool) -> None:
        """An answer is coming, or comes no more."""
        self._busy = busy
        self.question.set_busy(busy)
        if busy:
            self._see(self._answer)

    def offer(self, *, insert: bool, discard: bool, compare: bool, why_not: str = "") -> None:
        """What can be done with the answer, and why it cannot be compared, where it cannot."""
        for button, on in ((self._insert, insert), (self._compare, compare), (self._discard, discard)):
            button.setEnabled(on)
        tip = self.tr("See word by word what the answer changes in what you selected, and take it")
        self._compare.setToolTip(why_not or tip)

    def show_question(self) -> None:
        """Have the cursor in the field for the question."""
        self.show_answer()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._see_question()

    def show_changes(self, parts: Sequence[Part]) -> None:
        """Show the answer as changes of what was selected, and nothing else."""
        self.changes.show()
        self.changes.show_parts(parts)
        self.changes.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setFocusProxy(self.changes)
        self.question.hide()
        self._answer.hide()
        self._see(self.changes.focusProxy() or self.changes)
        self.show_message("")

    @Slot()
    def show_answer(self) -> None:
        """Show the answer as it came."""
        if self.comparing:
            within = self.changes.isAncestorOf(QApplication.focusWidget() or self)
            self.question.show()
            self._answer.show()
            self.changes.hide()
            self.setFocusProxy(self.field)
            self._see(self._answer)
            if within:
                self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _see_question(self) -> None:
        self._see(self.field)

    def _see(self, widget: QWidget) -> None:
        """Have it in sight, where the panel is too low for all of it, also when that has another size."""
        self._seen = widget
        self._see_again()

    @Slot()
    def _see_again(self) -> None:
        self._scroll.ensureWidgetVisible(self._seen)

    # --- what the writer does -------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.comparing:
            self.show_answer()
        elif self._busy:
            self.question.stop_wanted.emit()
        else:
            self.close_wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # So high that all of the answer's part can be in sight at once.
        beside = self._answer.sizeHint().height() - self.transcript.sizeHint().height()
        self.transcript.have_height(self._scroll.viewport().height() - beside - _MARGIN)

    # --- building -------------------------------------------------------------------------------------------------

    def _lay_out(self, title: QLabel) -> None:
        within = QWidget(self)
        within.setObjectName("panel_inside")
        scroll = self._scroll
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(within)
        scroll.verticalScrollBar().rangeChanged.connect(self._see_again, Qt.ConnectionType.QueuedConnection)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        column = QVBoxLayout(within)
        column.setContentsMargins(14, _MARGIN, 14, _MARGIN)
        column.setSpacing(8)
        add_row(column, (title, 1), self._close)
        column.addWidget(self.question)
        column.addWidget(self._message)
        inside = QVBoxLayout(self._answer)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.transcript, 1)
        add_row(inside, self._insert, self._compare, None, self._discard)
        column.addWidget(self._answer, 1)
        column.addWidget(self.changes, 1)
        self.changes.hide()
