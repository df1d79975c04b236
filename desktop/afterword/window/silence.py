"""Why nothing is suggested, for a writer who asked for it."""

from __future__ import annotations

from collections.abc import Callable

from afterword.assist.types import ModelState, Phase
from afterword.sentences import sentence
from afterword.window.mending import how_to_mend
from afterword.window.sharing import Leaving


def why_nothing_comes(state: ModelState, leaving: Leaving, tr: Callable[[str], str]) -> str:
    """One sentence, and one about what can be done; "" where nothing is wrong, or a model that is being loaded will answer.

    Args:
        state: of the model and the server, neither of which could answer.
        leaving: what of the page goes to the server.
        tr: into the language of the window.
    """
    if state.phase is Phase.LOADING:
        return ""
    server = state.server
    if leaving is Leaving.TEXT and server is not None and server.error is not None:
        return f"{sentence(server.error, tr)} {how_to_mend(server.error, server.url, tr)}".rstrip()
    if state.phase is Phase.FAILED and state.error is not None:
        return sentence(state.error, tr)
    if state.here or (leaving is Leaving.TEXT and server is not None):
        return ""
    reasons = {
        Leaving.PRIVATE: tr("No suggestion: this draft never leaves this machine, and there is no model here."),
        Leaving.UNSURE: tr("No suggestion: it is not decided whether this draft may leave, and there is no model here."),
        Leaving.UNASKED: tr("No suggestion: you have not agreed to the server yet, and there is no model here."),
    }
    return reasons.get(leaving, tr("No suggestion: there is no model here."))
