"""What a writer can do about a server that does not answer: the next step, behind the sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from afterword import secrets
from afterword.errors import KeyUnread, ServerModelMissing, ServerRefused
from afterword.suggest.rest import LASTING


def how_to_mend(error: BaseException, origin: str, tr: Callable[[str], str]) -> str:
    """One sentence; "" where there is nothing to be done in Afterword.

    Args:
        error: what is wrong.
        origin: of the server.
        tr: into the language of the window.
    """
    if isinstance(error, LASTING):
        return tr("Change it: “Server…” in the Model menu.")
    if isinstance(error, KeyUnread):
        return tr("Open the keyring and test the connection, or type the key: “Server…” in the Model menu.")
    if isinstance(error, ServerRefused):
        if secrets.knows(origin):
            return tr("Type another key: “Server…” in the Model menu.")
        return tr("Type its key: “Server…” in the Model menu.")
    if isinstance(error, ServerModelMissing):
        return tr("Choose another: “Server…” in the Model menu.")
    return ""
