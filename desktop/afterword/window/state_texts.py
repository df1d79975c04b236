"""What is said in the status bar of the model on this machine, or that there is none: in few words, and in a sentence.

Of a server that is alone `ServerLabel` speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from afterword.assist.types import ModelState, Phase
from afterword.sentences import sentence


def described(state: ModelState, tr: Callable[[str], str], *, narrow: bool = False, kept: bool = False) -> str:
    """The model, and what it does.

    Args:
        state: of the model.
        tr: into the language of the window.
        narrow: whether there is room for little.
        kept: whether nothing of the page goes to a server.
    """
    name = shown_name(state.name) if state.name != "starter" else tr("Starter model")
    if is_without(state, kept=kept):
        return tr("No model here") if state.server is not None else tr("No model")
    if narrow and state.phase in (Phase.READY, Phase.WRITING):
        return name
    if state.phase is Phase.READY and state.small:
        return tr("{name} · ready, short of memory").format(name=name)
    if state.phase is Phase.READY:
        return tr("{name} · ready").format(name=name)
    if state.phase is Phase.WRITING:
        return tr("{name} · writing").format(name=name)
    if state.phase is Phase.FAILED:
        return tr("{name} · failed").format(name=name)
    stages = {
        "importing": tr("starting"),
        "fetching": tr("fetching"),
        "downloading": tr("downloading"),
        "checking": tr("checking"),
        "waiting": tr("waiting for another Afterword"),
        "converting": tr("converting"),
    }
    stage = stages.get(state.stage, tr("loading"))
    percent = tr("{percent} %").format(percent=round(state.share * 100)) if state.share >= 0 else ""
    if narrow:
        return percent or stage
    return f"{tr('{name} · {stage}').format(name=name, stage=stage)} {percent}".rstrip()


def explained(state: ModelState, tr: Callable[[str], str], *, kept: bool = False) -> str:
    """What is to be known of the model; "" where there is none. See `described`."""
    if state.error is not None:
        return sentence(state.error, tr)
    if state.server is not None and is_without(state, kept=kept):
        if kept:
            return tr("There is no model on this machine.")
        return tr("There is no model on this machine: only {url} suggests.").format(url=state.server.url)
    if state.small:
        return tr("{name}: memory is short, so it was loaded in a smaller form, and is slower.").format(name=state.name)
    if state.fallback == "missing":
        text = tr("{name} runs on the processor: there is no such device as was chosen for it.")
        return text.format(name=state.name)
    if state.fallback == "memory":
        return tr("{name} runs on the processor: the graphics memory is too small for it.").format(name=state.name)
    places = {"cpu": tr("processor"), "cuda": tr("graphics card"), "mps": tr("Apple graphics")}
    if state.device in places:
        return tr("{name}, on the {device}").format(name=state.name, device=places[state.device])
    return state.name


def is_without(state: ModelState, *, kept: bool) -> bool:
    """Whether there is no model, as far as is known: a server that is alone may not be asked, be away, or never have answered."""
    return state.phase is Phase.NONE or (state.device == "server" and (kept or not state.name))


def shown_name(name: str) -> str:
    """A model's name for a narrow place: the last part of a path, a hub id whole."""
    return Path(name).name if Path(name).is_absolute() else name
