"""Earlier versions of a draft: by time at the left, what was different then at the right, and back to it, whole or by passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from afterword.drafts.compare import Passage, compare
from afterword.drafts.version_store import VersionStore
from afterword.drafts.versions import Occasion, Version
from afterword.jobs import Job, Jobs
from afterword.sentences import sentence
from afterword.text.boundaries import count_words
from afterword.watch import Watch
from afterword.window.button import Button
from afterword.window.side_by_side import SideBySide
from afterword.window.version_list import VersionList


@dataclass(frozen=True)
class _Listed:
    """What the list shows: the versions by rising number, and how many words the page has now."""

    versions: Sequence[Version]
    words: int


@dataclass(frozen=True)
class _Compared:
    """One version beside the page: its text, and what is different."""

    text: str
    passages: Sequence[Passage]


def _list(store: VersionStore, key: bytes, now: str, *, watch: Watch) -> _Listed:
    return _Listed(store.versions(key, watch=watch), count_words(now))


def _compare(store: VersionStore, number: int, now: str, *, watch: Watch) -> _Compared:
    text = store.text(number, watch=watch)
    return _Compared(text, compare(text, now, watch=watch))


class VersionsDialog(QDialog):
    """Shows the versions of one draft. Modal to its window, so that what is on the page stays as it was given.

    What is restored is first kept as it is now, as a version of its own.

    Args:
        store: of the versions.
        key: of the draft.
        now: what is on the page.
        jobs: read and compare.
        parent: the window that it belongs to.

    Signals:
        restored: the page is to have this text, in one step that can be undone.
        failed: an AfterwordError: what was asked for was done without keeping what was there before, or was not done.
    """

    restored = Signal(str)
    failed = Signal(object)

    def __init__(self, store: VersionStore, key: bytes, now: str, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Versions"))
        self._store, self._key, self._now, self._jobs = store, key, now, jobs
        self._listing: Job | None = None
        self._comparing: Job | None = None
        self._compared: _Compared | None = None
        self._wanted: int | None = None  # the version to show when the list is read again
        self._change = 0  # the change to go to then
        self._restoring: tuple[str, bool] | None = None  # what is to be on the page, and whether this closes then
        # Made in the order of the tab key.
        self._list = VersionList(self)
        self._list.chosen.connect(self._show)
        self._sides = SideBySide(self)
        self._sides.passage_changed.connect(self._enable)
        self._previous = Button(self.tr("Previous change"), self.tr("Go to the change before this one (Alt+Up)"), self)
        self._previous.clicked.connect(self._sides.go_to_previous)
        self._next = Button(self.tr("Next change"), self.tr("Go to the change after this one (Alt+Down)"), self)
        self._next.clicked.connect(self._sides.go_to_next)
        QShortcut(QKeySequence("Alt+Up"), self, self._sides.go_to_previous)
        QShortcut(QKeySequence("Alt+Down"), self, self._sides.go_to_next)
        self._more = Button(self.tr("More changes"), self.tr("Show the changes further down too"), self)
        self._more.clicked.connect(self._show_more)
        self._name = Button(self.tr("Name…"), self.tr("Give this version a name; one with a name is kept for good"), self)
        self._name.clicked.connect(self._ask_name)
        self._passage = Button(
            self.tr("Restore this passage"), self.tr("Put the marked passage back as it was then; you can undo it"), self
        )
        self._passage.clicked.connect(self._restore_passage)
        self._all = Button(self.tr("Restore all"), self.tr("Put all of the draft back as it was then; you can undo it"), self)
        self._all.clicked.connect(self._restore_all)
        self._close = Button(self.tr("Close"), self.tr("Leave the draft as it is now"), self)
        self._close.setDefault(True)
        self._close.clicked.connect(self.reject)
        self._told = QLabel(self.tr("Looking for versions…"), self)
        self._told.setWordWrap(True)
        self._told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.finished.connect(self._stop)
        self._read()

    def _lay_out(self) -> None:
        self._then_title, self._now_title = QLabel(self), QLabel(self.tr("Now"), self)
        for title in (self._then_title, self._now_title):
            font = title.font()
            font.setBold(True)
            title.setFont(font)
            title.setIndent(8)
        titles = QHBoxLayout()
        titles.addWidget(self._then_title, 1)
        titles.addWidget(self._now_title, 1)
        self._state = QLabel(self)
        self._state.setObjectName("quiet")
        steps = QHBoxLayout()
        steps.addWidget(self._state, 1)
        for button in (self._previous, self._next, self._more):
            steps.addWidget(button)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(titles)
        column.addWidget(self._sides, 1)
        column.addLayout(steps)
        sides = QSplitter(self)
        sides.addWidget(self._list)
        sides.addWidget(right)
        sides.setSizes([230, 690])
        sides.setChildrenCollapsible(False)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._told)
        self._pages.addWidget(sides)
        row = QHBoxLayout()
        row.addWidget(self._name)
        row.addStretch(1)
        for button in (self._passage, self._all, self._close):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.addWidget(self._pages, 1)
        column.addLayout(row)
        self.resize(960, 600)
        self._enable()

    # --- the list -------------------------------------------------------------------------------------------------

    @Slot()
    def _read(self) -> None:
        self._listing = self._jobs.start(_list, self._store, self._key, self._now)
        self._listing.done.connect(self._listed)
        self._listing.failed.connect(self._not_listed)

    @Slot(object)
    def _listed(self, listed: _Listed) -> None:
        if self.sender() is not self._listing:
            return
        self._listing = None
        if not listed.versions:
            self._tell(self.tr("There are no versions yet. One is kept at every save, and every few minutes while you write."))
            return
        first = self._pages.currentWidget() is self._told
        self._pages.setCurrentIndex(1)
        self._list.show_versions(listed.versions, listed.words, self._wanted)
        if first:
            self._list.setFocus()

    @Slot(object)
    def _not_listed(self, error: Exception) -> None:
        if self.sender() is self._listing:
            self._listing = None
            self._tell(sentence(error, self.tr))

    def _tell(self, text: str) -> None:
        self._told.setText(text)
        self._pages.setCurrentIndex(0)
        self._enable()

    # --- what was different ---------------------------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        self._stop_comparing()
        version = self._list.version
        if version is None:
            return
        self._wanted = version.number
        self._then_title.setText(self.tr("Then · {when}").format(when=self._list.when(version)))
        self._state.setText(self.tr("Comparing…"))
        self._comparing = self._jobs.start(_compare, self._store, version.number, self._now)
        self._comparing.done.connect(self._show_compared)
        self._comparing.failed.connect(self._not_compared)

    @Slot(object)
    def _show_compared(self, compared: _Compared) -> None:
        if self.sender() is not self._comparing:
            return
        self._comparing = None
        self._compared = compared
        self._sides.show_passages(compared.passages, self._change)
        self._change = 0
        self._enable()

    @Slot(object)
    def _not_compared(self, error: Exception) -> None:
        if self.sender() is self._comparing:
            self._comparing = None
            self._state.setText(sentence(error, self.tr))

    def _stop_comparing(self) -> None:
        if self._comparing is not None:
            self._comparing.cancel()
        self._comparing = self._compared = None
        self._sides.clear()
        self._enable()

    @Slot()
    def _show_more(self) -> None:
        self._sides.show_more()
        self._enable()

    @Slot()
    def _enable(self) -> None:
        """Let be pressed what would do something, and say how much is different."""
        shown, total = len(self._sides.changes), len(self._sides.changes) + self._sides.left_out
        self._name.setEnabled(self._list.version is not None)
        self._all.setEnabled(bool(total))
        self._passage.setEnabled(self._sides.current is not None)
        for button in (self._previous, self._next):
            button.setEnabled(bool(shown))
        self._more.setVisible(total > shown)
        if self._compared is None:
            self._state.clear()
            return
        told = self.tr("1 changed passage") if total == 1 else self.tr("{total} changed passages")
        if total > shown:
            told = self.tr("{shown} of {total} changed passages")
        self._state.setText(told.format(shown=self.locale().toString(shown), total=self.locale().toString(total)))

    # --- what is done ---------------------------------------------------------------------------------------------

    @Slot()
    def _restore_all(self) -> None:
        if self._compared is not None:
            self._restore(self._compared.text, then_close=True)

    @Slot()
    def _restore_passage(self) -> None:
        number = self._sides.current
        if self._compared is None or number is None:
            return
        self._change = self._sides.changes.index(number)  # where the next one will then be
        sides = (passage.before if at == number else passage.after for at, passage in enumerate(self._compared.passages))
        self._restore("".join(span.text for side in sides for span in side), then_close=False)

    def _restore(self, text: str, *, then_close: bool) -> None:
        """Once what is there now is kept, or cannot be."""
        self._stop_comparing()  # until that is done nothing else can be asked for
        self._name.setEnabled(False)
        self._restoring = (text, then_close)
        keeping = self._jobs.start(self._store.keep, self._key, self._now, Occasion.BEFORE_RESTORING)
        keeping.done.connect(self._restore_now)
        keeping.failed.connect(self._restore_nevertheless)

    @Slot(object)
    def _restore_nevertheless(self, error: Exception) -> None:
        self.failed.emit(error)  # what is there now can still be had back by undoing
        self._restore_now()

    @Slot()
    def _restore_now(self) -> None:
        if self._restoring is None:
            return
        (self._now, then_close), self._restoring = self._restoring, None
        self.restored.emit(self._now)
        if then_close:
            self.accept()
        else:
            self._read()

    @Slot()
    def _ask_name(self) -> None:
        version = self._list.version
        if version is None:
            return
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Name a version"))
        dialog.setLabelText(self.tr("What to call this version. One with a name is kept for good."))
        dialog.setTextValue(version.name)
        dialog.textValueSelected.connect(self._give_name)
        dialog.open()

    @Slot(str)
    def _give_name(self, name: str) -> None:
        version = self._list.version
        if version is not None:
            naming = self._jobs.start(self._store.name, version.number, name.strip())
            naming.done.connect(self._read)
            naming.failed.connect(self._not_named)

    @Slot(object)
    def _not_named(self, error: Exception) -> None:
        self.failed.emit(error)
        self._read()

    @Slot()
    def _stop(self) -> None:
        self._stop_comparing()
        if self._listing is not None:
            self._listing.cancel()
