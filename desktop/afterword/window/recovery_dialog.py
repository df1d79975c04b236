"""What was being written when the program ended without saying so: each draft with its time, its size and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from afterword.drafts.compare import Passage, compare
from afterword.drafts.naming import suggested_name
from afterword.drafts.recovery import Orphan
from afterword.jobs import Job, Jobs
from afterword.window.boxes import confirm
from afterword.window.button import Button, is_return
from afterword.window.comparison import Comparison
from afterword.window.counts import shown_words
from afterword.window.times import shown_time


class RecoveryDialog(QDialog):
    """Offers drafts for recovery. Nothing is dropped but what the writer throws away; closing it decides nothing.

    It stays in front, and has the keys, until all is decided.

    Args:
        found: what was left behind, at least one; the newest is shown first.
        jobs: compare.
        parent: the window that it belongs to.

    Signals:
        recovered: an Orphan that is to be opened.
        thrown_away: an Orphan that is of no use.
        left: an Orphan about which nothing was decided.
    """

    recovered = Signal(object)
    thrown_away = Signal(object)
    left = Signal(object)

    def __init__(self, found: Sequence[Orphan], jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Recover drafts"))
        self._orphans = sorted(found, key=lambda orphan: orphan.found.at, reverse=True)
        self._jobs = jobs
        self._comparing: Job | None = None
        told = QLabel(self.tr("These drafts were not saved when Afterword ended. What you had written is here."), self)
        told.setWordWrap(True)
        # Made in the order of the tab key.
        self._list = QListWidget(self)
        self._list.setAccessibleName(self.tr("Drafts"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # a long first line is cut short
        self._list.setToolTip(self.tr("Choose a draft to see what was not saved"))
        self._changes = Comparison(self)
        self._throw = Button(self.tr("&Throw away"), self.tr("Forget what was not saved of this draft, for good"), self)
        self._throw.clicked.connect(self._throw_away)
        self._later = Button(self.tr("Decide &later"), self.tr("Ask again at the next start"), self)
        self._later.clicked.connect(self.reject)
        self._open = Button(self.tr("&Recover"), self.tr("Open this draft as it was last"), self)
        self._open.setDefault(True)
        self._open.clicked.connect(self._recover)
        for orphan in self._orphans:
            self._list.addItem(QListWidgetItem(self._about(orphan)))
        self._list.currentRowChanged.connect(self._show)
        sides = QSplitter(self)
        sides.addWidget(self._list)
        sides.addWidget(self._changes)
        sides.setSizes([240, 460])
        row = QHBoxLayout()
        row.addWidget(self._throw)
        row.addStretch(1)
        row.addWidget(self._later)
        row.addWidget(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.addWidget(told)
        column.addWidget(sides, 1)
        column.addLayout(row)
        self.resize(720, 460)
        self.finished.connect(self._leave)
        self._list.setCurrentRow(0)

    def _about(self, orphan: Orphan) -> str:
        found = orphan.found
        when = shown_time(found.at, self.locale(), self.tr)
        words = shown_words(orphan.words, self.locale(), self.tr)
        name = found.head.path.name if found.head.path is not None else Path(suggested_name(found.text)).stem
        return self.tr("{name}\n{when} · {words}").format(name=name, when=when, words=words)

    @Slot(int)
    def _show(self, row: int) -> None:
        if row >= 0:
            found = self._orphans[row].found
            self._changes.clear()
            self._comparing = self._jobs.start(compare, found.before, found.text)
            self._comparing.done.connect(self._compared)

    @Slot(object)
    def _compared(self, passages: list[Passage]) -> None:
        if self.sender() is self._comparing:
            self._changes.show_passages(passages)

    @Slot()
    def _recover(self) -> None:
        self.recovered.emit(self._take())
        self._go_on()

    @Slot()
    def _throw_away(self) -> None:
        name = self._list.currentItem().text().partition("\n")[0]
        text = self.tr("Throw away what was not saved of “{name}”?").format(name=name)
        confirm(self, text, self.tr("It cannot be brought back."), self.tr("Throw it away"), self._thrown)

    @Slot()
    def _thrown(self) -> None:
        self.thrown_away.emit(self._take())
        self._go_on()

    def _take(self) -> Orphan:
        row = self._list.currentRow()
        orphan = self._orphans.pop(row)
        with QSignalBlocker(self._list):  # it would tell the number that the next one had before
            self._list.takeItem(row)
        return orphan

    def _go_on(self) -> None:
        """To the next draft; what opened the one before may have opened a window over this."""
        if not self._orphans:
            self.accept()
            return
        self._show(self._list.currentRow())
        self.raise_()
        self.activateWindow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (is_return(event) and event.isAutoRepeat()):  # one Return, one draft
            super().keyPressEvent(event)

    @Slot()
    def _leave(self) -> None:
        for orphan in self._orphans:
            self.left.emit(orphan)
        self._orphans = []
