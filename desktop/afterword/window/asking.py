"""Asking about the draft: from the panel to whoever answers, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from afterword.assist.types import ModelState
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.suggest.asking import Answer, Asked, Cut, Ready, Turn, given_for_question
from afterword.suggest.spoken import text_alone
from afterword.window.answer_taking import AnswerTaking
from afterword.window.ask_panel import AskPanel
from afterword.window.ask_preview import AskPreview
from afterword.window.consent_dialog import Part
from afterword.window.conversation import Conversation, Going, talk_of
from afterword.window.counts import shown_words
from afterword.window.documents import Documents
from afterword.window.keeper import SettingsKeeper
from afterword.window.question_box import is_too_much, translated
from afterword.window.recipient import Recipient
from afterword.window.servers import Servers
from afterword.window.sharing import Sharing
from afterword.window.unanswered import why_it_failed, why_nobody_answers

_QUIET_MS = 1000  # without a word of an answer, until it is said that whoever is to give it is at work


class Asking(QObject):
    """Of one window.

    Args:
        page: what is asked about, and where answers are put.
        panel: asks and shows.
        documents: say when another draft is there.
        sharing: says whether a server may be asked.
        servers: sees to it that the writer agrees before one is.
        keeper: of the settings.
        jobs: compare.
        parent: owns it.

    Signals:
        ask_wished: an Asked and a Where.
        stop_wished: what was asked is not wanted any more.
        server_asked: whether a question is with the server.
        switched: the panel is shown, or hidden.
        told: what a screen reader should say.
    """

    ask_wished = Signal(object, object)
    stop_wished = Signal()
    server_asked = Signal(bool)
    switched = Signal()
    told = Signal(str)

    def __init__(
        self,
        page: Page,
        panel: AskPanel,
        documents: Documents,
        sharing: Sharing,
        servers: Servers,
        keeper: SettingsKeeper,
        jobs: Jobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page, self._panel, self._sharing, self._servers = page, panel, sharing, servers
        self._talk: Conversation | None = None
        self._going: Going | None = None
        self._said_of: tuple[object, ...] | None = None
        self._recipient = Recipient(sharing, documents, keeper, self)
        self._preview = AskPreview(page, panel, self._recipient, keeper.settings, lambda: self._talk, self)
        self._taking = AnswerTaking(page, panel, jobs, self)
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._quiet.timeout.connect(self._tell_quiet)
        self._taking.said.connect(self._say)
        self._recipient.changed.connect(self._recipient_changed)
        self._preview.looked.connect(self._looked)
        panel.hide()
        panel.field.asked.connect(self.ask)
        panel.question.ready_chosen.connect(self.ask_ready)
        panel.question.stop_wanted.connect(self.stop)
        panel.question.where_chosen.connect(self._recipient.choose)
        panel.changes.told.connect(self.told)
        panel.discard_wanted.connect(self.discard)
        panel.close_wanted.connect(self.close)
        documents.opened.connect(self.forget)
        documents.notes_changed.connect(self._preview.look_soon)
        documents.private_changed.connect(self._private_changed)

    # --- the panel ------------------------------------------------------------------------------------------------

    @Slot()
    def open(self) -> None:
        """Show the panel, with the cursor in the field for the question."""
        if self._panel.isHidden():
            self._recipient.begin()
            self._panel.show()
            self.switched.emit()
        self._panel.show_question()
        self._preview.look()

    @Slot()
    def close(self) -> None:
        """Hide the panel and go back to the page; what was answered is still there when it is opened again."""
        self.stop()
        if self._panel.isAncestorOf(QApplication.focusWidget() or self._page):
            self._page.setFocus(Qt.FocusReason.OtherFocusReason)
        self._panel.hide()
        self.switched.emit()

    def show_model_state(self, state: ModelState) -> None:
        """What is known of those who can answer."""
        self._recipient.show_state(state)

    @Slot()
    def _recipient_changed(self) -> None:
        if self._going is not None and self._going.there and not self._sharing.shared:
            self.stop()
            self._say(self.tr("Stopped, since this draft does not go to the server any more."))
        self._preview.look()

    @Slot()
    def _private_changed(self) -> None:
        """What was said before this belongs to it: it is not told to whoever is asked from now on."""
        for talk in (self._talk, self._going.before if self._going is not None else None):
            if talk is not None:
                talk.over = True
        self._preview.look_soon()

    @Slot(str)
    def _say(self, text: str) -> None:
        """Say what came of a question, until there is another to ask."""
        self._panel.show_message(text)
        self._said_of = self._preview.now()
        self.told.emit(text)

    @Slot()
    def _looked(self) -> None:
        self._offer()
        if self._said_of not in (None, self._preview.now()):
            self._unsay()

    def _unsay(self) -> None:
        self._said_of = None
        self._panel.show_message("")

    # --- asking ---------------------------------------------------------------------------------------------------

    @Slot(str)
    def ask(self, question: str) -> None:
        """Ask in the writer's words; what was asked before is known to whoever answers."""
        self.stop()
        self._ask(self._preview.asked(question), question)

    @Slot(object)
    def ask_ready(self, ready: Ready) -> None:
        """Ask one of the ready questions, of what is there and nothing that was said before."""
        self.stop()
        prompt = translated(ready.prompt)
        self._ask(replace(self._preview.asked(prompt), earlier=(), alone=ready.alone), translated(ready.title))

    def _ask(self, asked: Asked, shown: str) -> None:
        self._panel.show_answer()
        self._unsay()
        if is_too_much(asked.matter):
            self._preview.look()
            return
        going = Going(asked, self._recipient.where)
        if not going.there:
            self._begin(going, shown, True)
        else:
            leaves = (Part(self.tr("What is asked, with the text it is about"), given_for_question(asked)),)
            self._servers.ask(leaves, partial(self._begin, replace(going, asked=replace(asked, shared=True)), shown))

    def _begin(self, going: Going, shown: str, agreed: bool) -> None:
        if going.there and not (agreed and self._sharing.shared):
            self._say(self.tr("Nothing was sent."))
            return
        self._going = replace(going, before=self._talk)
        self._talk = talk_of(self._talk, going.asked, self._sharing.origin if going.there else "", self._page)
        if going.asked.question == shown:  # not one of the ready ones
            self._panel.field.remember(shown)
        anew = self._talk is not self._going.before
        self._panel.transcript.begin(shown, self.tr("— Without what was said above —") if anew else "")
        self._panel.set_busy(True)
        self._offer()
        self._quiet.start()
        self.server_asked.emit(going.there)
        self.ask_wished.emit(going.asked, going.where)

    # --- the answer -----------------------------------------------------------------------------------------------

    @Slot()
    def show_reading(self) -> None:
        """Whoever was asked is reading it."""
        if self._going is not None:
            self._going = replace(self._going, read=True)
            if self._panel.transcript.word:
                self._panel.transcript.say(self._word())

    @Slot()
    def _tell_quiet(self) -> None:
        self._panel.transcript.say(self._word())
        self.told.emit(self._word())

    def _word(self) -> str:
        assert self._going is not None
        if self._going.read:
            return self.tr("The server is reading…") if self._going.there else self.tr("The model is reading…")
        return self.tr("Waiting for the server…") if self._going.there else self.tr("Waiting for the model…")

    @Slot(object)
    def show_answer(self, answer: Answer) -> None:
        """There is more of it."""
        if self._going is None:
            return
        if answer.text:
            self._quiet.stop()
        self._panel.transcript.grow(answer.text)
        self._going = replace(self._going, cut=answer.cut)
        if answer.read is not None and not self._panel.message:
            text = self.tr("The model could read only {words} around the cursor.")
            words = shown_words(answer.read, self._panel.locale(), self.tr)
            self._panel.show_message(text.format(words=words))  # as long as the answer stands there

    @Slot(object)
    def end(self, error: Exception | None) -> None:
        """It ended, by an error where there is one."""
        if self._going is None:
            return
        going, said = self._going, self._close_answer()
        if error is not None:
            if said:
                self._panel.transcript.mark(self.tr("(broken off)"))
            else:
                self._take_back(going)
            self._say(why_it_failed(error, self._sharing.origin, self.tr))
        elif said:
            if going.cut is not None:
                self._panel.transcript.mark(self._why_cut(going.cut))
            self.told.emit(self.tr("Answer: {text}").format(text=said))
        elif going.cut is Cut.ROOM:
            self._say(self.tr("The model thought about it until there was no room for an answer."))
        else:
            self._say(self.tr("The model had nothing to say to that."))

    def _why_cut(self, cut: Cut) -> str:
        return {
            Cut.LONG: self.tr("(cut: it went on and on)"),
            Cut.ROUND: self.tr("(cut: it went round)"),
            Cut.ROOM: self.tr("(not finished: there was no room for more)"),
        }[cut]

    @Slot()
    def miss(self) -> None:
        """There is no model that could answer."""
        if self._going is None:
            return
        going = self._going
        self._close_answer()
        self._take_back(going)
        self._say(why_nobody_answers(going.where, self._recipient, self.tr))

    def _take_back(self, going: Going) -> None:
        """Be as if that had not been asked: nobody heard it."""
        self._talk = going.before
        self._panel.transcript.take_back()
        self._panel.field.take_back(going.asked.question)
        self._offer()
        self._preview.look()

    @Slot()
    def stop(self) -> None:
        """Have no more of the answer; what came of it stays."""
        if self._going is not None:
            self.stop_wished.emit()
            self._close_answer()
            self._panel.transcript.mark(self.tr("(stopped)"))

    def _close_answer(self) -> str:
        going, self._going = self._going, None
        self._quiet.stop()
        said = self._panel.transcript.answer.rstrip()
        if going is not None and going.asked.alone:
            said = text_alone(said, going.asked.matter.text)
        self._panel.transcript.finish(said)
        if going is not None and said and self._talk is not None:
            self._talk.turns.append(Turn(going.asked.question, said))
        self._panel.set_busy(False)
        self.server_asked.emit(False)
        self._offer()
        self._preview.look()
        return said

    def _offer(self) -> None:
        self._taking.offer(self._talk, answered=bool(self._panel.transcript.answer) and self._going is None)

    @Slot()
    def discard(self) -> None:
        """Forget the answer, and what was asked before."""
        self.forget()
        self._panel.show_question()

    @Slot()
    def forget(self) -> None:
        """Another draft may be there: nothing that was asked is about it."""
        self.stop()
        self._talk = None
        self._panel.transcript.forget()
        self._unsay()
        self._offer()
        self._preview.look()
