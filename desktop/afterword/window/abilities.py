"""What a server can do, in plain words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLocale

from afterword.engine.server.types import Abilities
from afterword.settings import DECLARED
from afterword.text.characters import spoken_text
from afterword.window import sampling_texts

_KINDS = {
    "vllm": "vLLM",
    "llama.cpp": "llama.cpp",
    "llama-cpp-python": "llama-cpp-python",
    "tgi": "TGI",
    "ollama": "Ollama",
    "transformers": "transformers serve",
}
_NAMED = 12  # models
_LONGEST = 100  # letters that are shown of what a server calls something
_MOST_TOKENS = 2**31 - 1  # more is nothing that a model reads
_TITLES = {setting.key: setting.title for setting in DECLARED}


def told(able: Abilities, locale: QLocale, tr: Callable[[str], str]) -> str:
    """A few lines for the window.

    Args:
        able: as the connection test found it.
        locale: of the numbers.
        tr: into the language of the window.
    """
    yes, no = tr("yes"), tr("no")
    lines = [
        _kind(able, tr),
        tr("Suggestions while you write: {answer}").format(answer=yes if able.completes else no),
        tr("Questions about the draft: {answer}").format(answer=yes if able.chats else no),
        tr("It says how sure it is of each word.")
        if able.logprobs
        else tr("It does not say how sure it is: two answers are compared instead."),
        _ignored(able, tr),
    ]
    if able.context:
        lines.append(tr("It reads up to {count} tokens.").format(count=locale.toString(min(able.context, _MOST_TOKENS))))
    if able.first_s:
        seconds = locale.toString(able.first_s, "f", 2)
        lines.append(tr("Its first word came after {seconds} s.").format(seconds=seconds))
    return "\n".join(lines)


def _kind(able: Abilities, tr: Callable[[str], str]) -> str:
    name = f"{_KINDS.get(able.kind, '')} {_shown(able.version)}".strip()
    what = tr("It is {name}.").format(name=name) if name else tr("It answers, and does not say what it is.")
    named = ", ".join(map(_shown, able.models[:_NAMED])) + (", …" if len(able.models) > _NAMED else "")
    return " ".join([what, tr("Its models: {names}.").format(names=named)]) if named else what


def _shown(word: str) -> str:
    """What a server calls something, in one line of a bounded length."""
    line = " ".join(spoken_text(word[: _LONGEST + 1]).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _ignored(able: Abilities, tr: Callable[[str], str]) -> str:
    if not able.ignores:
        return tr("All that the sampling panel sets has an effect.")
    titles = sorted(sampling_texts.translated(_TITLES[key]) for name in able.ignores if (key := f"sampling.{name}") in _TITLES)
    return tr("Without effect there: {names}.").format(names=", ".join(titles))
