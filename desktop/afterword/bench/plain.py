"""The plain snippet that Afterword began as: a model, its most likely next words, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from afterword.engine.protocol import LanguageModel, Request, never
from afterword.engine.sampling import Sampling
from afterword.suggest.suggestion import Ended, Suggestion, part
from afterword.text.boundaries import word_ends

WORDS = 3

GREEDY = Sampling(
    temperature=0.0, max_words=WORDS, max_sentences=0, top_k=0, top_p=1.0, min_p=0.0, repetition_penalty=1.0, eagerness=100
)
"""As transformers' `generate` is without further arguments."""


class PlainSnippet:
    """Suggests what `generate` says to the text as it stands: spaces and half-typed words included, and however unlikely.

    Args:
        model: opened exact.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    def suggest(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Suggestion]:
        """Yield its first words, once."""
        said = Suggestion()
        answer = self._model.complete(replace(request, sampling=GREEDY), stopped)
        for piece in answer:
            said = replace(said, pieces=(*said.pieces, piece))
            if (end := _whole_words_end(said.text)) is not None:
                yield Suggestion(part(said.pieces, 0, end), Ended.LENGTH)
                return
        yield replace(said, why_it_ended=Ended.MODEL)

    def alternatives(self, request: Request, n: int, stopped: Callable[[], bool] = never) -> list[Suggestion]:
        """It has none."""
        raise NotImplementedError


def _whole_words_end(text: str) -> int | None:
    """Where the last word ends; None until a space behind it shows that it is whole."""
    ends = word_ends(text, WORDS)
    return ends[-1] if len(ends) == WORDS and any(mark.isspace() for mark in text[ends[-1] :]) else None
