"""The part of the status bar that speaks of the server: whether what is written goes there, and who made the last suggestion."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QWidget

from afterword import secrets
from afterword.assist.types import ModelState, ServerState
from afterword.errors import (
    KeyUnread,
    ServerBusy,
    ServerCannot,
    ServerModelMissing,
    ServerRefused,
    ServerSilent,
    ServerUnreachable,
    ServerUntrusted,
)
from afterword.sentences import sentence
from afterword.suggest.cascade import LOCAL, SERVER
from afterword.suggest.rest import FOR_THE_WRITER, LASTING
from afterword.window.elided_label import ElidedLabel
from afterword.window.mending import how_to_mend
from afterword.window.sharing import Leaving
from afterword.window.state_texts import is_without, shown_name
from afterword.window.tips import plain_tip

_FORGET_AFTER_MS = 3000
"""Without a suggestion: while the writer types there is another before that, and nothing said of them changes."""

_LONGEST = 40  # characters of the name that a server has for its model


class ServerLabel(ElidedLabel):
    """Empty while no server is in use. It changes when something else is true, not with every suggestion."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: ModelState | None = None
        self._author = ""  # who made the suggestion that was shown last
        self._leaving = Leaving.NOTHING
        self._suggests = True
        self._asked = False
        self._narrow = False
        self._forgetting = QTimer(self, singleShot=True, interval=_FORGET_AFTER_MS)
        self._forgetting.timeout.connect(self._forget_author)

    def show_state(self, state: ModelState, *, narrow: bool) -> None:
        """What the model does, and what is known of the server; `narrow` where there is room for little."""
        self._narrow = narrow
        before, self._state = self._state, state
        if before is None or before.server is None or state.server is None or before.server.url != state.server.url:
            self._author = ""
        self._show()

    def show_author(self, by: str) -> None:
        """Who made the suggestion that is shown: a `Suggestion.by`."""
        if by:
            self._forgetting.stop()
            self._author = by
            self._show()

    @Slot()
    def author_gone(self) -> None:
        """No suggestion is shown; there may be another in a moment."""
        self._forgetting.start()

    def show_leaving(self, leaving: Leaving) -> None:
        """What of the page goes to the server."""
        self._leaving, self._author = leaving, ""
        self._show()

    def show_suggestions(self, on: bool) -> None:
        """Whether there are suggestions while the writer types."""
        self._suggests = on
        self._show()

    def show_asked(self, asked: bool) -> None:
        """Whether a question is with the server."""
        self._asked = asked
        self._show()

    @property
    def speaks_for_both(self) -> bool:
        """Whether the model that it speaks of is the only one, so that nothing more is to be said of one."""
        state = self._state
        return (
            state is not None and state.device == "server" and self._leaving is Leaving.TEXT and not is_without(state, kept=False)
        )

    @Slot()
    def _forget_author(self) -> None:
        self._author = ""
        self._show()

    def _show(self) -> None:
        state = self._state
        text, explained = ("", "") if state is None or state.server is None else self._texts(state, state.server)
        self.setText(text)
        self.setAccessibleName(f"{text}. {explained}" if text else "")
        self.setToolTip(plain_tip(explained))

    def _texts(self, state: ModelState, server: ServerState) -> tuple[str, str]:
        """What is said of the server in few words, and in sentences."""
        if not self._asked:
            return self._of_suggestions(state, server)
        sent = self.tr("Your question is with {url}, and what it is about.").format(url=server.url)
        more = self._of_suggestions(state, server)[1] if server.error is None else ""
        return self.tr("asking {server}").format(server=server.host), f"{sent} {more}".rstrip()

    def _of_suggestions(self, state: ModelState, server: ServerState) -> tuple[str, str]:
        if self._leaving is not Leaving.TEXT:
            return self._kept_here(state, server)
        if server.error is not None and (self._suggests or isinstance(server.error, FOR_THE_WRITER)):
            return self._wrong(state, server, server.error)
        if not self._suggests:
            text = self.tr(
                "Suggestions are off: while you write nothing goes to {url}. When you ask for one, or about the draft, that does."
            )
            said = [text.format(url=server.url)]
            if server.error is not None:
                said.append(self.tr("When it was asked last: {error}").format(error=sentence(server.error, self.tr)))
            return self.tr("server: when you ask"), " ".join(said)
        goes = self.tr("What you write goes to {url}.").format(url=server.url)
        if server.slow:
            slow = self.tr("The server is slower than you type: this machine answers.") if state.here else ""
            return self.tr("server slow"), f"{slow or self.tr('The server is slower than you type.')} {goes}"
        if self._author == SERVER:
            made = self.tr("The last suggestion was made by {model} on {url}.").format(
                model=server.model or server.host, url=server.url
            )
            text = self.tr("suggested by {server}").format(server=server.host)
            return self._model_on(server) if self.speaks_for_both else text, f"{made} {goes}"
        if self._author == LOCAL and state.here:
            return self.tr("suggested here"), f"{self.tr('The last suggestion was made on this machine.')} {goes}"
        return self._model_on(server) if self.speaks_for_both else self._at(server), goes

    def _at(self, server: ServerState) -> str:
        return self.tr("server: {server}").format(server=server.host)

    def _model_on(self, server: ServerState) -> str:
        """Whose model it is, where there is room for the server behind it, by which one knows where the text goes."""
        model = shown_name(server.model)
        model = model if len(model) <= _LONGEST else f"{model[: _LONGEST - 1]}…"
        return self._at(server) if self._narrow else self.tr("{model} on {server}").format(model=model, server=server.host)

    def _kept_here(self, state: ModelState, server: ServerState) -> tuple[str, str]:
        private = self._leaving is Leaving.PRIVATE
        short = self.tr("server not asked: private draft") if private else self.tr("server not asked")
        text = self.tr("Nothing of this draft goes to {url}.").format(url=server.url)
        alone = self.tr("There is no model on this machine that could suggest something.") if state.without else ""
        return short, f"{text} {alone}".rstrip()

    def _wrong(self, state: ModelState, server: ServerState, error: BaseException) -> tuple[str, str]:
        """What is wrong with it, what can be done, and who answers until then."""
        mend, stands_in = how_to_mend(error, server.url, self.tr), self.tr("The model on this machine answers instead.")
        if isinstance(error, LASTING):
            short = self.tr("server: wrong address")
        elif isinstance(error, KeyUnread) or (isinstance(error, ServerRefused) and not secrets.knows(server.url)):
            short = self.tr("server: no key")
        elif isinstance(error, ServerRefused):
            short = self.tr("server refuses")
        elif isinstance(error, ServerModelMissing):
            short = self.tr("server: no such model")
        elif isinstance(error, ServerCannot):
            short = self.tr("server cannot suggest")
        elif isinstance(error, ServerUntrusted):
            short = self.tr("server not trusted")
        elif isinstance(error, ServerBusy):
            short, stands_in = self.tr("server busy"), self.tr("Until then the model on this machine stands in.")
        elif isinstance(error, (ServerUnreachable, ServerSilent)):
            short = self.tr("server silent") if isinstance(error, ServerSilent) else self.tr("server away")
            stands_in = self.tr("Until it is back the model on this machine stands in.")
        else:
            short = self.tr("server fails")
        return short, " ".join(filter(None, [sentence(error, self.tr), mend, stands_in if state.here else ""]))
