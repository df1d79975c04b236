"""Why a question has no answer, in sentences."""

from __future__ import annotations

from collections.abc import Callable

from afterword.assist.answers import Where
from afterword.errors import Cancelled, ServerCannot
from afterword.sentences import sentence
from afterword.window.mending import how_to_mend
from afterword.window.recipient import Recipient


def why_it_failed(error: Exception, origin: str, tr: Callable[[str], str]) -> str:
    """What is wrong with whoever was asked, and what can be done.

    Args:
        error: says it.
        origin: of the server in use, by which the writer knows it; "" where none is by now.
        tr: of the one who tells it.
    """
    if isinstance(error, ServerCannot):
        text = tr("The server {url} answers no questions: it only goes on with a text.")
        return text.format(url=origin or error.url)
    if isinstance(error, Cancelled):
        return tr("Stopped, since whoever was asked is not in use any more.")
    return f"{sentence(error, tr)} {how_to_mend(error, origin, tr)}".rstrip()


def why_nobody_answers(asked: Where, recipient: Recipient, tr: Callable[[str], str]) -> str:
    """There is no model where it was asked; `tr` as above."""
    if asked is Where.THERE or not recipient.alone:
        return tr("No model is loaded yet.")
    if recipient.server:
        text = tr("There is no model on this machine that could answer.")
    else:
        text = tr("This draft does not go to the server, and there is no model on this machine that could answer.")
    return f"{text} {tr('“Server…” in the Model menu has the choice to load one too.')}"
