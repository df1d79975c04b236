"""The ways to be helped that are compared, and the measuring of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from afterword.bench.scores import Scores, mean, scores
from afterword.bench.writer import Suggests, Writer, last
from afterword.engine.protocol import Request, never
from afterword.engine.sampling import Sampling
from afterword.suggest.suggestion import Suggestion

EAGER = 100
CYCLES = 2  # the one that is shown and two more
PLAIN = "plain"


@dataclass(frozen=True)
class Mode:
    """A way to be helped: with which eagerness (None for that of the sampling), and with how many others to cycle to."""

    eagerness: int | None
    cycles: int


MODES: dict[str, Mode] = {
    "eager": Mode(EAGER, 0),
    "balanced": Mode(None, 0),
    "eager_cycling": Mode(EAGER, CYCLES),
    "balanced_cycling": Mode(None, CYCLES),
    PLAIN: Mode(None, 0),
}


class FileScores(Scores):
    """The numbers of one file."""

    file: str


class ModeScores(TypedDict):
    """The numbers of one mode: of each file, and their mean."""

    files: list[FileScores]
    mean: Scores


@dataclass(frozen=True)
class Text:
    """A text to write, and what it is called."""

    name: str
    content: str


def measure(
    suggester: Suggests,
    texts: Sequence[Text],
    modes: Sequence[str],
    sampling: Sampling,
    progress: Callable[[str, str, float], None] | None = None,
) -> dict[str, ModeScores]:
    """Let every text be written in every mode.

    Args:
        suggester: what helps the writer.
        texts: none of them empty.
        modes: names of MODES.
        sampling: for every request; its eagerness is that of the modes that set none.
        progress: told the mode, the text's name and the share of it that stands.
    """
    files: dict[str, list[FileScores]] = {mode: [] for mode in modes}
    for text in texts:
        remembering = Remembering(suggester)
        for mode in sorted(modes, key=lambda mode: -MODES[mode].cycles):  # while what was shown is fresh in the suggester
            chosen, told = MODES[mode], _told(progress, mode, text)
            dial = sampling if chosen.eagerness is None else replace(sampling, eagerness=chosen.eagerness)
            session = Writer(remembering, dial, chosen.cycles).write(text.content, told)
            files[mode].append({"file": text.name, **scores(session)})
    return {mode: {"files": files[mode], "mean": mean(files[mode])} for mode in modes}


class Remembering:
    """Asks a suggester once for each place of one text and each sampling: cycling or not, the first suggestion is the same."""

    def __init__(self, suggester: Suggests) -> None:
        self._suggester = suggester
        self._shown: dict[tuple[int, Sampling], Suggestion] = {}

    def suggest(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Suggestion]:
        """Yield the whole suggestion for `request`, whose id is its place in the text."""
        key = request.id, request.sampling
        if key not in self._shown:
            self._shown[key] = last(self._suggester.suggest(request, stopped))
        yield self._shown[key]

    def alternatives(self, request: Request, n: int, stopped: Callable[[], bool] = never) -> list[Suggestion]:
        """As the suggester has them."""
        return self._suggester.alternatives(request, n, stopped)


def _told(progress: Callable[[str, str, float], None] | None, mode: str, text: Text) -> Callable[[int], None] | None:
    return None if progress is None else lambda standing: progress(mode, text.name, standing / len(text.content))
