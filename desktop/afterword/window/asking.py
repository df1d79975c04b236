"""Asking about the draft: from the panel to whoever answers, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from afterword.assist.answers import Where
from afterword.assist.types import ServerState
from afterword.editor.page import Page
from afterword.editor.plaintext import units
from afterword.errors import ServerCannot
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.settings import Settings
from afterword.suggest.asking import READ_HERE, READ_THERE, Answer, Asked, Matter, Ready, Turn, given_for_question
from afterword.suggest.spoken import text_alone
from afterword.window.answer_taking import AnswerTaking
from afterword.window.ask_panel import AskPanel, translated
from afterword.window.consent_dialog import Part
from afterword.window.conversation import Conversation, Going, asked_within
from afterword.window.documents import Documents
from afterword.window.given_dialog import GivenDialog
from afterword.window.servers import Servers
from afterword.window.sharing import Leaving, Sharing

_LOOK_AFTER_MS = 150  # of quiet, before it is said again what a question would be about
_ASKABLE = (Leaving.TEXT, Leaving.UNASKED)  # before the first use of a server the writer is asked


class Asking(QObject):
    """Of one window.

    Args:
        page: what is asked about, and where answers are put.
        panel: asks and shows.
        documents: say when another draft is there.
        sharing: says whether a server may be asked.
        servers: sees to it that the writer agrees before one is.
        settings: which server, and the seed.
        jobs: compare.
        parent: owns it.

    Signals:
        ask_wished: an Asked and a Where.
        stop_wished: what was asked is not wanted any more.
        switched: the panel is shown, or hidden.
        told: what a screen reader should say.
    """

    ask_wished = Signal(object, object)
    stop_wished = Signal()
    switched = Signal()
    told = Signal(str)

    def __init__(
        self,
        page: Page,
        panel: AskPanel,
        documents: Documents,
        sharing: Sharing,
        servers: Servers,
        settings: Settings,
        jobs: Jobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page, self._panel, self._sharing, self._servers = page, panel, sharing, servers
        self._settings = settings
        self._taking = AnswerTaking(page, panel, jobs, self)
        self._taking.said.connect(self._say)
        self._chosen: Where | None = None
        self._talk: Conversation | None = None
        self._going: Going | None = None
        self._served = True  # whether the server answers questions at all, as far as is known
        self._soon = QTimer(self, singleShot=True, interval=_LOOK_AFTER_MS)
        self._soon.timeout.connect(self.look)
        panel.hide()
        panel.field.asked.connect(self.ask)
        panel.ready_chosen.connect(self.ask_ready)
        panel.stop_wanted.connect(self.stop)
        panel.where_chosen.connect(self._choose)
        panel.look_wanted.connect(self._show_given)
        panel.changes.told.connect(self.told)
        panel.discard_wanted.connect(self.discard)
        panel.close_wanted.connect(self.close)
        panel.field.textChanged.connect(self._soon.start)
        page.selectionChanged.connect(self._look_soon)
        page.document().contentsChange.connect(self._look_soon)
        documents.opened.connect(self.forget)
        documents.notes_changed.connect(self._look_soon)
        documents.private_changed.connect(self._private_changed)
        sharing.leaving_changed.connect(self._leaving_changed)

    # --- the panel ------------------------------------------------------------------------------------------------

    @Slot()
    def open(self) -> None:
        """Show the panel, with the cursor in the field for the question."""
        if self._panel.isHidden():
            self._panel.show()
            self.switched.emit()
        self._panel.show_answer()
        self._panel.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._panel.field.selectAll()
        self.look()

    @Slot()
    def close(self) -> None:
        """Hide the panel and go back to the page; what was answered is still there when it is opened again."""
        self.stop()
        if self._panel.isAncestorOf(QApplication.focusWidget() or self._page):
            self._page.setFocus(Qt.FocusReason.OtherFocusReason)
        self._panel.hide()
        self.switched.emit()

    @property
    def where(self) -> Where:
        """Who would answer now."""
        wished = self._chosen or (Where.THERE if self._settings["server.alone"] else Where.HERE)
        return wished if self._sharing.leaving in _ASKABLE and self._served else Where.HERE

    @property
    def _place(self) -> str:
        """Where the server is that would answer now; "" for this machine."""
        return self._sharing.origin if self.where is Where.THERE else ""

    @property
    def _alone(self) -> bool:
        """Whether there is to be no model on this machine, since a server is asked."""
        return self._sharing.leaving is not Leaving.NOTHING and bool(self._settings["server.alone"])

    def show_server(self, server: ServerState | None) -> None:
        """What is known of the server."""
        served = server is None or server.answers
        if served != self._served:
            self._served = served
            self.look()

    @Slot()
    def look(self) -> None:
        """Say what a question would be about, and what of it would leave this machine."""
        self._soon.stop()
        if self._panel.isHidden():
            return
        asked, leaving = self._asked(self._panel.field.text().strip()), self._sharing.leaving
        self._panel.show_matter(asked.matter, before=self._is_before(asked))
        server = urlsplit(self._sharing.origin).netloc if leaving in _ASKABLE else ""
        self._panel.show_wheres(server, self.where, answers=self._served)
        if leaving in (Leaving.PRIVATE, Leaving.UNSURE):
            self._panel.show_kept(answered=not self._alone)
        else:
            self._panel.show_sent(self._leaves(asked) if self.where is Where.THERE else "")

    def _leaves(self, asked: Asked) -> str:
        length = len(given_for_question(asked))
        return self._panel.leaves(length, asked.matter, self._sharing.origin, before=self._is_before(asked))

    def _is_before(self, asked: Asked) -> bool:
        """Whether a question is about what was selected before, and is not now."""
        return asked.matter.selected and not self._page.textCursor().hasSelection()

    @Slot()
    def _look_soon(self) -> None:
        if not self._panel.isHidden():
            self._soon.start()

    @Slot(object)
    def _choose(self, where: Where) -> None:
        self._chosen = where
        self.look()

    @Slot()
    def _show_given(self) -> None:
        asked = self._asked(self._panel.field.text().strip())
        GivenDialog(given_for_question(asked), self._leaves(asked), self._panel.window()).open()

    @Slot()
    def _leaving_changed(self) -> None:
        if self._going is not None and self._going.where is Where.THERE and not self._sharing.shared:
            self.stop()
            self._panel.show_message(self.tr("Stopped, since this draft does not go to the server any more."))
        self.look()

    @Slot()
    def _private_changed(self) -> None:
        """What was said before this belongs to it: it is not told to whoever is asked from now on."""
        if self._talk is not None:
            self._talk.over = True
        self._look_soon()

    # --- asking ---------------------------------------------------------------------------------------------------

    @Slot(str)
    def ask(self, question: str) -> None:
        """Ask in the writer's words; what was asked before is known to whoever answers."""
        self.stop()
        self._ask(self._asked(question), question)

    @Slot(object)
    def ask_ready(self, ready: Ready) -> None:
        """Ask one of the ready questions, of what is there and nothing that was said before."""
        self.stop()
        prompt = translated(ready.prompt)
        self._ask(replace(self._asked(prompt), earlier=(), alone=ready.alone), translated(ready.title))

    def _asked(self, question: str) -> Asked:
        """A question as it would be asked now."""
        return asked_within(self._talk, question, self._matter(), self._place, self._settings["sampling.seed"])

    def _matter(self) -> Matter:
        notes, most = self._page.notes.strip(), READ_THERE if self.where is Where.THERE else READ_HERE
        if selected := self._page.selected_text(READ_THERE + 1):  # more cannot be asked about
            return Matter(selected, selected=True, at=len(selected), notes=notes)
        text, at = self._page.text_around(most)
        whole = units(text) == self._page.document().characterCount() - 1
        return Matter(text, at=at, whole=whole, notes=notes).within(most)

    def _ask(self, asked: Asked, shown: str) -> None:
        self._panel.show_answer()
        if len(asked.matter.text) > READ_THERE:
            self.look()
            return
        going = Going(asked, self.where)
        if going.where is Where.HERE:
            self._begin(going, shown, True)
        else:
            leaves = (Part(self.tr("What is asked, with the text it is about"), given_for_question(asked)),)
            self._servers.ask(leaves, partial(self._begin, replace(going, asked=replace(asked, shared=True)), shown))

    def _begin(self, going: Going, shown: str, agreed: bool) -> None:
        if going.where is Where.THERE and not (agreed and self._sharing.shared):
            self._panel.show_message(self.tr("Nothing was sent."))
            return
        self._talk = self._talk_of(going)
        self._going = going
        if going.asked.question == shown:  # not one of the ready ones
            self._panel.field.remember(shown)
        self._panel.transcript.begin(shown)
        self._panel.show_message("")
        self._panel.set_busy(True)
        self._offer()
        self.ask_wished.emit(going.asked, going.where)

    def _talk_of(self, going: Going) -> Conversation:
        """The conversation that a question goes on with, or begins."""
        talk, matter, selected = self._talk, going.asked.matter, going.asked.matter.selected
        place = self._sharing.origin if going.where is Where.THERE else ""
        goes_on = talk is not None and talk.goes_on_about(matter, place)
        if talk is not None and goes_on and going.asked.earlier:
            return talk
        stretch = talk.stretch if talk is not None and goes_on else None
        if selected and self._page.selected_text(READ_THERE + 1) == matter.text:
            stretch = self._page.stretch_of_selection()
        return Conversation(matter, place, stretch if selected else None)

    # --- the answer -----------------------------------------------------------------------------------------------

    @Slot(object)
    def show_answer(self, answer: Answer) -> None:
        """There is more of it."""
        if self._going is None:
            return
        self._panel.transcript.grow(answer.text)
        if answer.read is not None and not self._panel.message:
            text = self.tr("The model could read only the {count} words around the cursor.")
            self._panel.show_message(text.format(count=self._panel.locale().toString(answer.read)))

    @Slot(object)
    def end(self, error: Exception | None) -> None:
        """It ended, by an error where there is one."""
        if self._going is None:
            return
        said = self._close_answer()
        if isinstance(error, ServerCannot):
            text = self.tr("The server {url} answers no questions: it only goes on with a text.")
            self._say(text.format(url=self._sharing.origin or error.url))
        elif error is not None:
            self._say(sentence(error, self.tr))
        elif said:
            self.told.emit(self.tr("Answer: {text}").format(text=said))
        else:
            self._say(self.tr("The model had nothing to say to that."))

    @Slot()
    def miss(self) -> None:
        """There is no model that could answer."""
        if self._going is None:
            return
        there = self._going.where is Where.THERE
        self._close_answer()
        if there or not self._alone:
            self._say(self.tr("No model is loaded yet."))
            return
        if self._sharing.leaving in _ASKABLE:
            text = self.tr("There is no model on this machine that could answer.")
        else:
            text = self.tr("This draft does not go to the server, and there is no model on this machine that could answer.")
        more = self.tr("“Server…” in the Model menu has the choice to load one too.")
        self._say(f"{text} {more}")

    @Slot()
    def stop(self) -> None:
        """Have no more of the answer; what came of it stays."""
        if self._going is not None:
            self.stop_wished.emit()
            self._close_answer()

    def _close_answer(self) -> str:
        going, self._going = self._going, None
        said = self._panel.transcript.answer
        if going is not None and going.asked.alone:
            said = text_alone(said, going.asked.matter.text)
        self._panel.transcript.finish(said)
        if going is not None and said and self._talk is not None:
            self._talk.turns.append(Turn(going.asked.question, said))
        self._panel.set_busy(False)
        self._offer()
        return said

    @Slot(str)
    def _say(self, text: str) -> None:
        self._panel.show_message(text)
        self.told.emit(text)

    def _offer(self) -> None:
        self._taking.offer(self._talk, answered=bool(self._panel.transcript.answer) and self._going is None)

    @Slot()
    def discard(self) -> None:
        """Forget the answer, and what was asked before."""
        self.forget()
        self._panel.field.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def forget(self) -> None:
        """Another draft may be there: nothing that was asked is about it."""
        self.stop()
        self._talk = None
        self._panel.transcript.forget()
        self._panel.show_message("")
        self._offer()
        self.look()
