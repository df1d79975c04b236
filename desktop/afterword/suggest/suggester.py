"""The one object behind window, command line and bench that makes suggestions from a model's pieces."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import replace

from afterword.engine.protocol import LanguageModel, Piece, Request, Seen, never
from afterword.engine.sampling import Sampling
from afterword.suggest import bounds, following, seam
from afterword.suggest.ending import ending, repeats_from
from afterword.suggest.memory import Memory
from afterword.suggest.rules import RULES
from afterword.suggest.suggestion import Ended, Suggestion, part, saves_a_key
from afterword.suggest.worth import worth
from afterword.text.boundaries import word_ends
from afterword.text.context import Context
from afterword.text.fitting import missing_space

CUT, LOOKING_AHEAD, FOLLOWING = "cut", "looking ahead", "what follows"

PARTS = (CUT, LOOKING_AHEAD, FOLLOWING, *RULES)
"""What a suggester can do without: the cut where the next word is not worth a key, the comparing of candidates by the text that
follows, the rule against saying that text, and each of the other rules."""

_ALTERNATIVE_WORDS = 50  # at most, of each suggestion that is cycled to
_SPARE = 2  # candidates beyond those asked for: some begin with the same word


class Suggester:
    """Asks a model and decides what of its answer is worth showing.

    Args:
        model: owned by the caller, who also closes it.
        without: those of PARTS that it does without, to measure what they are worth.
    """

    def __init__(self, model: LanguageModel, without: Collection[str] = ()) -> None:
        self._model = model
        self._without = frozenset(without)
        self._rules = [rule for name, rule in RULES.items() if name not in self._without]
        self._looks_ahead = LOOKING_AHEAD not in self._without and not {"candidates", "score"} & model.capabilities.absent
        self._memory = Memory()

    @property
    def model(self) -> LanguageModel:
        """The model that is asked."""
        return self._model

    def warm(self, context: Context, stopped: Callable[[], bool] = never) -> None:
        """Let the model read the page ahead of the next request."""
        if "warm" not in self._model.capabilities.absent and not seam.inside_word(context) and not _blank(context):
            self._model.warm(context, stopped)

    def suggest(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Suggestion]:
        """Yield the suggestion for `request` as it grows: each is the one before with more at its end.

        The last one says why it ended. It is empty when there is nothing to show.

        Raises:
            GenerationFailed: the model broke.
        """
        if _silent(request):
            yield Suggestion((), Ended.SEAM)
            return
        suggestion = self._memory.recall(request.context, request.sampling)
        if suggestion is not None:
            yield suggestion
            return
        if stopped():
            yield Suggestion((), Ended.STOPPED)
            return
        suggestion = Suggestion()
        made = self._chosen if self._looks_ahead and following.wanted(request) else self._streamed
        for suggestion in made(request, stopped):
            yield suggestion
        self._memory.keep(request.context, request.sampling, suggestion)

    def alternatives(self, request: Request, n: int, stopped: Callable[[], bool] = never) -> list[Suggestion]:
        """Up to `n` other suggestions for a request whose suggestion was made, each beginning with another word."""
        if _silent(request) or "candidates" in self._model.capabilities.absent or stopped():
            return []
        shown = self._memory.recall(request.context, request.sampling)
        words = {first_word(shown.text)} if shown else set()
        found = []
        short = replace(request.sampling, max_words=min(request.sampling.max_words, _ALTERNATIVE_WORDS))
        for suggestion in self._candidates(replace(request, sampling=short), n + 1 + _SPARE, stopped):
            word = first_word(suggestion.text)
            if suggestion and word not in words:
                words.add(word)
                found.append(suggestion)
        return found[:n]

    def likeliest(self, context: Context, k: int) -> list[Piece]:
        """The `k` likeliest ways to go on by one token; none where the model cannot say."""
        return [] if "likeliest" in self._model.capabilities.absent else self._model.likeliest(context, k)

    def seen(self, context: Context) -> Seen | None:
        """How much of `context` the model is given; None where it cannot say."""
        return None if "seen" in self._model.capabilities.absent else self._model.seen(context)

    def _streamed(self, request: Request, stopped: Callable[[], bool]) -> Iterator[Suggestion]:
        answer = self._model.complete(request, stopped)
        pieces: list[Piece] = []
        shown = Suggestion()
        try:
            for piece in answer:
                pieces.append(piece)
                grown = self._cut(request, pieces, final=False)
                if grown.why_it_ended or len(grown.text) > len(shown.text):
                    shown = grown
                    yield shown
                if grown.why_it_ended:
                    break
        finally:
            if isinstance(answer, Generator):
                answer.close()  # one live iterator: the model may be asked again as soon as this one ends
        if not shown.why_it_ended:
            yield Suggestion(shown.pieces, Ended.STOPPED) if stopped() else self._cut(request, pieces, final=True)

    def _chosen(self, request: Request, stopped: Callable[[], bool]) -> Iterator[Suggestion]:
        """The candidate after which the following text is likeliest."""
        short = replace(request.sampling, max_words=min(following.WORDS, request.sampling.max_words))
        candidates = self._candidates(replace(request, sampling=short), following.COMPARED, stopped, cut=False)
        best = following.likeliest(self._model, request, candidates, FOLLOWING in self._without, stopped)
        yield Suggestion((), Ended.STOPPED) if stopped() else best or Suggestion((), Ended.UNSURE)

    def _candidates(self, request: Request, n: int, stopped: Callable[[], bool], cut: bool = True) -> list[Suggestion]:
        def whole(pieces: Sequence[Piece]) -> bool:
            return self._cut(request, pieces, final=False, gated=False, cut=cut).why_it_ended is not None

        found = self._model.candidates(request, n, whole, stopped)
        return [self._cut(request, pieces, final=True, gated=False, cut=cut) for pieces in found]

    def _cut(self, request: Request, pieces: Sequence[Piece], final: bool, gated: bool = True, cut: bool = True) -> Suggestion:
        """What of `pieces` is shown; only text that will certainly stay, while more may come."""
        context, sampling = request.context, request.sampling
        looked_at = bounds.within(pieces, sampling.max_words)
        all_of_it = looked_at is pieces
        pieces, final = looked_at, final and all_of_it
        raw = "".join(piece.text for piece in pieces)
        start = seam.skip(raw, context.before)
        text, said = raw[start:], part(pieces, start)
        end, why = ending(text, context.before, sampling, final)
        cut = cut and CUT not in self._without and not _everything(sampling)
        judged = worth(text, said, sampling.eagerness if gated else 100, final, cut=cut)
        if judged.length < end:
            end, why = judged.length, Ended.UNSURE if judged.ended else None
        for rule in self._rules:
            limit = rule(text[:end], context.before, context.after)
            if limit is not None and (limit.ended or why is None):
                end, why = len(text[: limit.length].rstrip()), Ended.RULE if limit.ended else None
        after = "" if FOLLOWING in self._without else context.after
        while (limit := repeats_from(text[:end], context.before, after)) is not None:
            end, why = len(text[: limit.length].rstrip()), Ended.FOLLOWING if limit.ended or why else None
        if not all_of_it:
            why = why or Ended.RULE
        shown = text[:end]
        if not saves_a_key(shown):
            return Suggestion((), why)
        kept = part(said, 0, len(shown))
        if why and (space := missing_space(shown, context.after)):
            kept += (Piece(space, 1.0),)
        return Suggestion(kept, why)


def _silent(request: Request) -> bool:
    """Nothing is said within a word, nor before anything was written unless the writer asks for it."""
    return seam.inside_word(request.context) or (_blank(request.context) and not request.asked)


def _blank(context: Context) -> bool:
    return not (context.before + context.preface).strip()


def _everything(sampling: Sampling) -> bool:
    """Whether the writer wants to read on, as with `sampling.LONG`, and not to take what is suggested with a key."""
    return sampling.eagerness == 100 and not sampling.max_sentences


def first_word(text: str) -> str:
    """The word with which a suggestion begins, as it tells one from another."""
    end = next(iter(word_ends(text, 1)), len(text))
    return text[:end].strip().casefold()
