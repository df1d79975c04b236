"""Suggestions that were made a moment ago, by where they were made: undo, backspace and retyping show them at once."""

from __future__ import annotations

from collections import OrderedDict

from afterword.engine.sampling import Sampling
from afterword.suggest.suggestion import Ended, Suggestion, saves_a_key
from afterword.text.context import Context

_KEPT = 250  # suggestions, as llama.vim keeps
_TYPED_AT_MOST = 40  # characters typed into one since
_NEAR = 4_000  # characters before the cursor that make a place: those that are in its context wherever that begins

_Key = tuple[str, str, str, Sampling]


class Memory:
    """Keeps finished suggestions, the newest of them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, Suggestion] = OrderedDict()

    def keep(self, context: Context, sampling: Sampling, suggestion: Suggestion) -> None:
        """Remember what was suggested for a context; not what was stopped on the way."""
        if suggestion.why_it_ended in (None, Ended.STOPPED):
            return
        key = _key(context.before, context, sampling)
        self._kept[key] = suggestion
        self._kept.move_to_end(key)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def recall(self, context: Context, sampling: Sampling) -> Suggestion | None:
        """What was suggested here, or what is left of what was suggested a few characters ago and typed since."""
        before = context.before
        for typed in range(min(_TYPED_AT_MOST, len(before)) + 1):
            here = before[: len(before) - typed]
            kept = self._kept.get(_key(here, context, sampling))
            if kept is None:
                continue
            if not typed:
                return kept
            rest = kept.type_through(before[len(here) :])
            if rest is not None and saves_a_key(rest.text):
                return rest
        return None


def _key(before: str, context: Context, sampling: Sampling) -> _Key:
    return before[-_NEAR:], context.after, context.preface, sampling
