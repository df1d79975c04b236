"""Where a question is put: what it is about, what is asked and of whom, and what of it would leave this machine."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from afterword.assist.answers import Where
from afterword.suggest.asking import READ_THERE, READY, Asked, Matter, Ready, given_for_question
from afterword.text.boundaries import count_words
from afterword.window.button import Button
from afterword.window.counts import shown_words
from afterword.window.question_field import QuestionField
from afterword.window.rows import add_row


def translated(text: str) -> str:
    """A text of a Ready question in the language of the window."""
    return QCoreApplication.translate("Asking", text)


def is_too_much(matter: Matter) -> bool:
    """Whether it cannot be asked about, wherever: too much is selected."""
    return len(matter.text) > READ_THERE


class QuestionBox(QWidget):
    """Shows what it is told to.

    Signals:
        ready_chosen: a Ready question.
        stop_wanted: the answer is not to go on.
        where_chosen: a Where.
        look_wanted: the writer wants to see what would be sent.
    """

    ready_chosen = Signal(object)
    stop_wanted = Signal()
    where_chosen = Signal(object)
    look_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wheres: tuple[str, Where, bool] | None = None
        # Made in the order in which they stand, which is the order of the tab key.
        self._about = self._quiet()
        self.field = QuestionField(self)
        self._ready = self._make_ready()
        self._ask = Button(self.tr("Ask"), self.tr("Ask this question"), self)
        self._ask.clicked.connect(self.field.ask)
        self._stop = Button(self.tr("Stop"), self.tr("Keep what was answered so far, and have no more of it"), self)
        self._stop.clicked.connect(self.stop_wanted)
        self._asked_of = QLabel(self.tr("Asked of"), self)
        self._where = QComboBox(self)
        self._where.setAccessibleName(self.tr("Asked of"))
        self._where.setToolTip(self.tr("Who answers: the model on this machine, or the server's"))
        self._where.activated.connect(self._choose_where)
        self._asked_of.setBuddy(self._where)
        self._sent = self._quiet()
        self._look = Button(self.tr("Show…"), self.tr("See exactly what would be sent"), self)
        self._look.clicked.connect(self.look_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._about)
        column.addWidget(self.field)
        add_row(column, self._ready, None, self._ask, self._stop)
        add_row(column, self._asked_of, (self._where, 1))
        add_row(column, (self._sent, 1), self._look)
        self.setFocusProxy(self.field)
        self.show_sent("")
        self.show_wheres("", Where.HERE)
        self.set_busy(False)

    @property
    def about(self) -> str:
        """What it says the question is about."""
        return self._about.text()

    @property
    def sent(self) -> str:
        """What it says would be sent; "" where nothing is."""
        return self._sent.text()

    def show_matter(self, matter: Matter, *, before: bool = False) -> None:
        """What the question is about; `before` where that was selected before, and is not now."""
        if is_too_much(matter):
            text = self.tr("Too much is selected to be asked about at once: select less of it.")
        elif before:
            text = self.tr("Still about what you had selected, {words}.")
        elif matter.selected:
            text = self.tr("About the selection, {words}.")
        elif not matter.text.strip():
            text = self.tr("Nothing is written yet: ask anything.")
        elif matter.whole:
            text = self.tr("About the draft, {words}.")
        else:
            text = self.tr("About the draft: the model reads {words} around the cursor.")
        self._about.setText(text.format(words=shown_words(count_words(matter.text), self.locale(), self.tr)))

    def leaves(self, asked: Asked, url: str, *, before: bool = False) -> str:
        """A sentence about the characters of a question that go to a server; `before` as of `show_matter`."""
        matter, what = asked.matter, []
        if matter.notes:
            what.append(self.tr("your notes"))
        if before:
            what.append(self.tr("what you had selected"))
        elif matter.selected:
            what.append(self.tr("the selection"))
        elif matter.text.strip():
            what.append(self.tr("the draft"))
        what.append(self.tr("what is asked"))
        if asked.earlier:
            what.append(self.tr("what was asked and answered before"))
        *first, last = what
        listed = self.tr("{list}, and {last}").format(list=", ".join(first), last=last) if first else last
        count = self.locale().toString(len(given_for_question(asked)))
        return self.tr("{count} characters go to {url}: {what}.").format(count=count, url=url, what=listed)

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

    def show_wheres(self, server: str, where: Where, *, answers: bool = True) -> None:
        """Who can answer: the server of this name too, where there is one that answers questions."""
        if (server, where, answers) == self._wheres and self._where.currentData() == where:
            return  # it may be open
        self._wheres = (server, where, answers)
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
        self._asked_of.setVisible(bool(server))

    def set_busy(self, busy: bool) -> None:
        """An answer is coming, or comes no more."""
        had_focus = self.window().focusWidget() in (self._ask, self._stop, self._ready)  # a dialog may be in front
        self._ask.setVisible(not busy)
        self._stop.setVisible(busy)
        self._ready.setEnabled(not busy)
        if had_focus:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(int)
    def _choose_where(self, index: int) -> None:
        self.where_chosen.emit(self._where.itemData(index))

    def _choose_ready(self, ready: Ready) -> None:
        self.ready_chosen.emit(ready)

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
