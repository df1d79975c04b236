"""The panel in which the writer asks about the draft: what is asked and of whom, the answer, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from afterword.assist.answers import Where
from afterword.drafts.choosing import Part
from afterword.suggest.asking import READ_THERE, READY, Matter, Ready
from afterword.text.boundaries import count_words
from afterword.window.button import Button
from afterword.window.change_view import ChangeView
from afterword.window.glyphs import Glyph, GlyphButton
from afterword.window.question_field import QuestionField
from afterword.window.rows import add_row
from afterword.window.transcript import Transcript


def translated(text: str) -> str:
    """A text of a Ready question in the language of the window."""
    return QCoreApplication.translate("Asking", text)


class AskPanel(QFrame):
    """Shows what it is told to; what it means is decided elsewhere.

    Signals:
        ready_chosen: a Ready question.
        stop_wanted: the answer is not to go on.
        where_chosen: a Where.
        look_wanted: the writer wants to see what would be sent.
        insert_wanted: the answer is to be put in at the cursor.
        compare_wanted: the answer is to be seen as a change of what was selected.
        discard_wanted: the conversation is to be forgotten.
        close_wanted: the panel is to be hidden.
    """

    ready_chosen = Signal(object)
    stop_wanted = Signal()
    where_chosen = Signal(object)
    look_wanted = Signal()
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
        self._about = self._quiet()
        self.field = QuestionField(self)
        self._ready = self._make_ready()
        self._ask = Button(self.tr("Ask"), self.tr("Ask this question"), self)
        self._ask.clicked.connect(self.field.ask)
        self._stop = Button(self.tr("Stop"), self.tr("Keep what was answered so far, and have no more of it"), self)
        self._stop.clicked.connect(self.stop_wanted)
        self._where = QComboBox(self)
        self._where.setAccessibleName(self.tr("Who answers"))
        self._where.setToolTip(self.tr("Who answers: the model on this machine, or the server's"))
        self._where.activated.connect(self._choose_where)
        self._sent = self._quiet()
        self._look = Button(self.tr("Show…"), self.tr("See exactly what would be sent"), self)
        self._look.clicked.connect(self.look_wanted)
        self.transcript = Transcript(self)
        self.changes = ChangeView(self)
        self.changes.left.connect(self.show_answer)
        self._message = QLabel(self)
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._insert = Button(self.tr("Insert"), self.tr("Put the answer into the draft at the cursor"), self)
        self._insert.clicked.connect(self.insert_wanted)
        self._compare = Button(
            self.tr("Replace…"), self.tr("See word by word what the answer changes in what you selected, and take it"), self
        )
        self._compare.clicked.connect(self.compare_wanted)
        self._discard = Button(self.tr("Discard"), self.tr("Forget the answer and what was asked before"), self)
        self._discard.clicked.connect(self.discard_wanted)
        self._question = QWidget(self)
        self._answer = QWidget(self)
        self._lay_out(title)
        self.setMinimumWidth(280)
        self.setFocusProxy(self.field)
        self.show_sent("")
        self.show_message("")
        self.show_wheres("", Where.HERE)
        self.set_busy(False)
        self.offer(insert=False, compare=False, discard=False)

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
    def about(self) -> str:
        """What it says the question is about."""
        return self._about.text()

    @property
    def message(self) -> str:
        """What it says of what happened; "" for nothing."""
        return self._message.text()

    @property
    def sent(self) -> str:
        """What it says would be sent; "" where nothing is."""
        return self._sent.text()

    def show_matter(self, matter: Matter, *, before: bool = False) -> None:
        """What the question is about; `before` where that was selected before, and is not now."""
        if len(matter.text) > READ_THERE:
            text = self.tr("Too much is selected to be asked about at once: select less of it.")
        elif before:
            text = self.tr("Still about what you had selected, {count} words.")
        elif matter.selected:
            text = self.tr("About the selection, {count} words.")
        elif not matter.text.strip():
            text = self.tr("Nothing is written yet: ask anything.")
        elif matter.whole:
            text = self.tr("About the draft, {count} words.")
        else:
            text = self.tr("About the draft: the model reads the {count} words around the cursor.")
        self._about.setText(text.format(count=self.locale().toString(count_words(matter.text))))

    def leaves(self, characters: int, matter: Matter, url: str, *, before: bool = False) -> str:
        """A sentence about so many characters that go to a server; `before` as of `show_matter`."""
        if before:
            text = self.tr("{count} characters go to {url}: what you had selected, and what is asked.")
        elif matter.selected:
            text = self.tr("{count} characters go to {url}: the selection, and what is asked.")
        else:
            text = self.tr("{count} characters go to {url}: the draft, and what is asked.")
        return text.format(count=self.locale().toString(characters), url=url)

    def show_sent(self, text: str) -> None:
        """What would be sent; "" where nothing is."""
        self._sent.setText(text)
        self._sent.setVisible(bool(text))
        self._look.setVisible(bool(text))

    def show_kept(self, *, answered: bool = True) -> None:
        """Nothing is ever sent of this draft; `answered` where there is a model on this machine."""
        if answered:
            self.show_sent(self.tr("This draft never leaves this machine: what you ask is answered here."))
        else:
            self.show_sent(self.tr("This draft never leaves this machine, on which there is no model to ask."))
        self._look.hide()

    def show_message(self, text: str) -> None:
        """What happened."""
        self._message.setText(text)
        self._message.setVisible(bool(text))

    def show_wheres(self, server: str, where: Where, *, answers: bool = True) -> None:
        """Who can answer: the server of this name too, where there is one that answers questions."""
        self._where.clear()
        self._where.addItem(self.tr("This machine"), Where.HERE)
        if server:
            self._where.addItem(
                server if answers else self.tr("{server}: answers no questions").format(server=server), Where.THERE
            )
            if not answers:
                rows = self._where.model()
                assert isinstance(rows, QStandardItemModel)
                rows.item(1).setEnabled(False)
        self._where.setCurrentIndex(max(0, self._where.findData(where)))
        self._where.setVisible(bool(server))

    def set_busy(self, busy: bool) -> None:
        """An answer is coming, or comes no more."""
        had_focus = self._stop.hasFocus()
        self._busy = busy
        self._ask.setVisible(not busy)
        self._stop.setVisible(busy)
        self._ready.setEnabled(not busy)
        if busy:
            self._scroll.ensureWidgetVisible(self._answer)
        if had_focus:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def offer(self, *, insert: bool, compare: bool, discard: bool) -> None:
        """What can be done with the answer."""
        for button, on in ((self._insert, insert), (self._compare, compare), (self._discard, discard)):
            button.setEnabled(on)

    def show_changes(self, parts: Sequence[Part]) -> None:
        """Show the answer as changes of what was selected, and nothing else."""
        self.changes.show()
        self.changes.show_parts(parts)
        self.changes.setFocus(Qt.FocusReason.OtherFocusReason)
        self._question.hide()
        self._answer.hide()
        self.show_message("")

    @Slot()
    def show_answer(self) -> None:
        """Show the answer as it came."""
        if self.comparing:
            within = self.changes.isAncestorOf(QApplication.focusWidget() or self)
            self._question.show()
            self._answer.show()
            self.changes.hide()
            if within:
                self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- what the writer does -------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.comparing:
            self.show_answer()
        elif self._busy:
            self.stop_wanted.emit()
        else:
            self.close_wanted.emit()

    @Slot(int)
    def _choose_where(self, index: int) -> None:
        self.where_chosen.emit(self._where.itemData(index))

    def _choose_ready(self, ready: Ready) -> None:
        self.ready_chosen.emit(ready)

    # --- building -------------------------------------------------------------------------------------------------

    def _make_ready(self) -> QPushButton:
        button = Button(self.tr("Ready questions"), self.tr("Questions that need not be typed; each is asked at once"), self)
        menu = QMenu(button)
        for ready in READY:
            action = menu.addAction(translated(ready.title))
            action.setToolTip(translated(ready.prompt))
            action.triggered.connect(partial(self._choose_ready, ready))
        menu.setToolTipsVisible(True)
        button.setMenu(menu)
        return button

    def _quiet(self) -> QLabel:
        label = QLabel(self)
        label.setObjectName("quiet")
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _lay_out(self, title: QLabel) -> None:
        within = QWidget(self)
        within.setObjectName("panel_inside")
        self._scroll = scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(within)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        column = QVBoxLayout(within)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(8)
        add_row(column, (title, 1), self._close)
        column.addWidget(self._question)
        question = QVBoxLayout(self._question)
        question.setContentsMargins(0, 0, 0, 0)
        question.setSpacing(8)
        question.addWidget(self._about)
        question.addWidget(self.field)
        add_row(question, self._ready, None, self._ask, self._stop)
        question.addWidget(self._where)
        add_row(question, (self._sent, 1), self._look)
        column.addWidget(self._message)
        inside = QVBoxLayout(self._answer)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.transcript, 1)
        add_row(inside, self._insert, self._compare, None, self._discard)
        column.addWidget(self._answer, 1)
        column.addWidget(self.changes, 1)
        self.changes.hide()
