"""What a question would be about, and what of it would leave this machine: said before it is asked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from afterword.assist.answers import Where
from afterword.editor.page import Page
from afterword.editor.plaintext import units
from afterword.settings import Settings
from afterword.suggest.asking import READ_THERE, Asked, Matter, given_for_question
from afterword.window.ask_panel import AskPanel
from afterword.window.conversation import Conversation, asked_within
from afterword.window.given_dialog import GivenDialog
from afterword.window.question_box import is_too_much
from afterword.window.recipient import Recipient

_LOOK_AFTER_MS = 150  # of quiet


class AskPreview(QObject):
    """Of one window.

    Args:
        page: what is asked about.
        panel: shows it.
        recipient: of the questions.
        settings: the seed.
        talk: the conversation that a question may go on with.
        parent: owns it.

    Signals:
        looked: it is said of what there is now.
    """

    looked = Signal()

    def __init__(
        self,
        page: Page,
        panel: AskPanel,
        recipient: Recipient,
        settings: Settings,
        talk: Callable[[], Conversation | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page, self._panel, self._recipient, self._settings, self._talk = page, panel, recipient, settings, talk
        self._soon = QTimer(self, singleShot=True, interval=_LOOK_AFTER_MS)
        self._soon.timeout.connect(self.look)
        panel.field.textChanged.connect(self.look_soon)
        panel.question.look_wanted.connect(self._show_given)
        page.selectionChanged.connect(self.look_soon)
        page.cursorPositionChanged.connect(self.look_soon)
        page.document().contentsChange.connect(self.look_soon)

    @Slot()
    def look_soon(self) -> None:
        """As `look`, once nothing changes for a moment."""
        if not self._panel.isHidden():
            self._soon.start()

    @Slot()
    def look(self) -> None:
        """Say what a question would be about, of whom it would be asked, and what would leave this machine."""
        self._soon.stop()
        if self._panel.isHidden():
            return
        question, recipient, asked = self._panel.question, self._recipient, self._asked_now()
        question.show_matter(asked.matter, before=self._is_before(asked))
        question.show_wheres(recipient.server, recipient.where, answers=recipient.served)
        if recipient.kept:
            question.show_kept(answered=not recipient.alone)
        else:
            leaves = recipient.where is Where.THERE and not is_too_much(asked.matter)
            question.show_sent(self._leaves(asked) if leaves else "")
        self.looked.emit()

    def asked(self, question: str) -> Asked:
        """A question as it would be asked now."""
        return self._within(question, self._matter(question))

    def now(self) -> tuple[object, ...]:
        """What there is to ask: what came of a question is old news once this is another."""
        return (self._panel.field.text().strip(), self._page.selected_text(READ_THERE), self._recipient.known)

    def _asked_now(self) -> Asked:
        return self.asked(self._panel.field.text().strip())

    def _within(self, question: str, matter: Matter) -> Asked:
        return asked_within(self._talk(), question, matter, self._recipient.place, self._settings["sampling.seed"])

    def _matter(self, question: str) -> Matter:
        notes = self._page.notes.strip()
        if selected := self._page.selected_text(READ_THERE + 1):  # more cannot be asked about
            return Matter(selected, selected=True, at=len(selected), notes=notes)
        most = self._recipient.most(len(given_for_question(self._within(question, Matter("", notes=notes)))))
        text, at = self._page.text_around(most)
        whole = units(text) == self._page.document().characterCount() - 1
        return Matter(text, at=at, whole=whole, notes=notes).within(most)

    def _leaves(self, asked: Asked) -> str:
        return self._panel.question.leaves(asked, self._recipient.place, before=self._is_before(asked))

    def _is_before(self, asked: Asked) -> bool:
        """Whether a question is about what was selected before, and is not now."""
        return asked.matter.selected and not self._page.textCursor().hasSelection()

    @Slot()
    def _show_given(self) -> None:
        asked = self._asked_now()
        GivenDialog(given_for_question(asked), self._leaves(asked), self._panel.window()).open()
