"""From an answer to the page: put in at the cursor, or in place of what was selected, as far as the writer takes it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QTextCursor

from afterword.drafts.choosing import Edit, parts_of
from afterword.drafts.compare import Passage, compare
from afterword.editor.page import Page
from afterword.jobs import Job, Jobs
from afterword.suggest.spoken import text_alone
from afterword.window.ask_panel import AskPanel
from afterword.window.conversation import Conversation


class AnswerTaking(QObject):
    """Of one window.

    Args:
        page: where answers are put.
        panel: shows the answer and what it changes.
        jobs: compare.
        parent: owns it.

    Signals:
        said: a sentence about what came of it.
    """

    said = Signal(str)

    def __init__(self, page: Page, panel: AskPanel, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._page, self._panel, self._jobs = page, panel, jobs
        self._talk: Conversation | None = None
        self._job: Job | None = None
        panel.insert_wanted.connect(self.insert)
        panel.compare_wanted.connect(self.compare)
        panel.changes.replace_wanted.connect(self.replace)

    def offer(self, talk: Conversation | None, *, answered: bool) -> None:
        """Let the writer do with the answer what can be done with it."""
        if talk is not self._talk or not answered:
            self._job = None
            self._panel.show_answer()
            self._panel.changes.forget()
        self._talk = talk
        why_not = self._why_not() if answered else ""
        if why_not and self._panel.comparing:
            self._give_up()
        self._panel.offer(insert=answered, discard=talk is not None, compare=answered and not why_not, why_not=why_not)

    @Slot()
    def insert(self) -> None:
        """Put the answer into the draft, at the cursor."""
        if self._page.insert_answer(self._panel.transcript.answer):
            self._page.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def compare(self) -> None:
        """Show what the answer changes in what was selected, and that on the page: by now something else may be."""
        if self._talk is None or self._talk.stretch is None:
            return
        shown = QTextCursor(self._talk.stretch)
        shown.setKeepPositionOnInsert(False)  # the writer's own cursor goes with what is written
        self._page.setTextCursor(shown)
        was = self._talk.matter.text
        begin, end = was[: len(was) - len(was.lstrip())], was[len(was.rstrip()) :]
        self._job = self._jobs.start(compare, was, begin + text_alone(self._panel.transcript.answer, was).strip() + end)
        self._job.done.connect(self._show_changes)

    @Slot(object)
    def _show_changes(self, passages: list[Passage]) -> None:
        if self._job is None or self.sender() is not self._job:
            return
        self._job = None
        if self._why_not():
            self._give_up()
        elif any(passage.changed for passage in passages):
            self._panel.show_changes(parts_of(passages))
        else:
            self.said.emit(self.tr("The answer changes nothing."))

    @Slot(object)
    def replace(self, changes: list[Edit]) -> None:
        """Make the changes that were taken, if what was selected still stands there as it did."""
        talk = self._talk
        if talk is None or talk.stretch is None or not talk.stands:
            self._give_up()
        elif self._page.change_within(talk.stretch, talk.matter.text, changes):
            talk.stretch = None
            self._panel.show_answer()
            self.offer(talk, answered=True)
            self._page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _why_not(self) -> str:
        """Why the answer cannot take the place of what was selected; "" where it can."""
        if self._talk is None or not self._talk.matter.selected:
            return self.tr("Select a text before you ask, to have the answer in its place")
        if not self._talk.stands:
            return self.tr("What you selected does not stand in the draft any more as it did, so nothing can take its place")
        return ""

    def _give_up(self) -> None:
        self._panel.show_answer()
        self._panel.changes.forget()
        self.said.emit(self.tr("What you selected has changed since, so nothing was replaced."))
