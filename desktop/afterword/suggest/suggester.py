"""The one object behind window, command line and bench that makes suggestions from a model's pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from afterword.engine.protocol import LanguageModel, Piece, Request, never
from afterword.suggest import seam
from afterword.suggest.ending import ending
from afterword.suggest.suggestion import Ended, Suggestion, part


class Suggester:
    """Asks a model and decides what of its answer is worth showing.

    Args:
        model: owned by the caller, who also closes it.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    @property
    def model(self) -> LanguageModel:
        """The model that is asked."""
        return self._model

    def suggest(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Suggestion]:
        """Yield the suggestion for `request` as it grows: each is the one before with more at its end.

        The last one says why it ended. It is empty when there is nothing to show.

        Raises:
            GenerationFailed: the model broke.
        """
        context = request.context
        if seam.inside_word(context) or not (context.before + context.preface).strip():
            yield Suggestion((), Ended.SEAM)
            return
        answer = self._model.complete(replace(request, context=seam.prompt(context)), stopped)
        pieces: list[Piece] = []
        shown = Suggestion()
        for piece in answer:
            pieces.append(piece)
            grown = self._cut(request, pieces, final=False)
            if grown.why_it_ended or len(grown.text) > len(shown.text):
                shown = grown
                yield shown
            if grown.why_it_ended:
                break
        close = getattr(answer, "close", None)
        if close is not None:
            close()  # one live iterator: the model may be asked again as soon as this one ends
        if not shown.why_it_ended:
            yield Suggestion(shown.pieces, Ended.STOPPED) if stopped() else self._cut(request, pieces, final=True)

    @staticmethod
    def _cut(request: Request, pieces: list[Piece], final: bool) -> Suggestion:
        raw = "".join(piece.text for piece in pieces)
        before, after = request.context.before, request.context.after
        start = seam.skip(raw, before)
        if start is None:
            return Suggestion((), Ended.SEAM)
        text = raw[start:]
        end, why = ending(text, before, after, request.sampling, final)
        if not text[:end].strip():
            end = 0
        kept = part(pieces, start, start + end)
        if why and (space := seam.closing_space(text[:end], after)):
            kept += (Piece(space, 1.0),)
        return Suggestion(kept, why)
