"""The part of the status bar that speaks of the server: whether what is written goes there, and who made what is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from afterword.assist.types import ModelState, ServerState
from afterword.sentences import sentence
from afterword.suggest.cascade import LOCAL, SERVER
from afterword.suggest.rest import LASTING
from afterword.window.elided_label import ElidedLabel
from afterword.window.tips import plain_tip


class ServerLabel(ElidedLabel):
    """Empty while no server is in use. It changes when something else is true, not with every suggestion."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: ModelState | None = None
        self._author = ""  # who made the suggestion that was shown last
        self._shared = False

    def show_state(self, state: ModelState) -> None:
        """What the model does, and what is known of the server."""
        before, self._state = self._state, state
        if before is None or before.server is None or state.server is None or before.server.url != state.server.url:
            self._author = ""
        self._show()

    def show_author(self, by: str) -> None:
        """Who made the suggestion that is shown: a `Suggestion.by`."""
        if by:
            self._author = by
            self._show()

    def show_sharing(self, on: bool) -> None:
        """Whether what is written goes to the server."""
        self._shared, self._author = on, ""
        self._show()

    def _show(self) -> None:
        state = self._state
        text, explained = ("", "") if state is None or state.server is None else self._texts(state, state.server)
        self.setText(text)
        self.setAccessibleName(f"{text}. {explained}" if text else "")
        self.setToolTip(plain_tip(explained))

    def _texts(self, state: ModelState, server: ServerState) -> tuple[str, str]:
        """What is said of the server in few words, and in sentences."""
        here = state.device != "server"
        if not self._shared:
            return self.tr("server not asked"), self.tr("Nothing of this draft goes to {url}.").format(url=server.url)
        goes = self.tr("What you write goes to {url}.").format(url=server.url)
        if server.error is not None:
            stands_in = self._stands_in(server.error) if here else ""
            return self.tr("server away"), f"{sentence(server.error, self.tr)} {stands_in}".rstrip()
        if server.slow:
            slow = self.tr("The server is slower than you type: this machine answers.") if here else ""
            return self.tr("server slow"), f"{slow or self.tr('The server is slower than you type.')} {goes}"
        if self._author == SERVER:
            made = self.tr("This suggestion was made by {model} on {url}.").format(
                model=server.model or server.host, url=server.url
            )
            return self.tr("by {server}").format(server=server.host), f"{made} {goes}"
        if self._author == LOCAL and here:
            return self.tr("by this machine"), f"{self.tr('This suggestion was made on this machine.')} {goes}"
        return self.tr("with {server}").format(server=server.host), goes

    def _stands_in(self, error: BaseException) -> str:
        if isinstance(error, LASTING):  # it is not tried again
            return self.tr("The model on this machine answers instead.")
        return self.tr("Until it is back the model on this machine stands in.")
