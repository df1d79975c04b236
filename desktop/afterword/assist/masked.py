"""The masked model, which helps to find other words: opened when it is first needed, and never in their way."""

from __future__ import annotations

import logging
from collections.abc import Callable

from afterword.engine.protocol import never
from afterword.suggest.replacing import Proposes

_log = logging.getLogger(__name__)

MaskedOpener = Callable[[], Proposes | None]
"""Loads the masked model; None where none is installed."""


def no_masked() -> Proposes | None:
    """There is no masked model."""
    return None


class Masked:
    """Has the masked model of one thread; words are found without it too, so it may fail.

    Args:
        opener: loads it.
    """

    def __init__(self, opener: MaskedOpener) -> None:
        self._opener = opener
        self._model: _Forgiving | None = None
        self._fails = False

    def model(self) -> Proposes | None:
        """The model, loaded by now; None where there is none, or where it could not be loaded since the last `forget`."""
        if self._model is None and not self._fails:
            try:
                found = self._opener()
            except Exception:
                _log.warning("the masked model could not be loaded", exc_info=True)
                self._fails = True
            else:
                self._model = None if found is None else _Forgiving(found)
        return self._model

    def forget(self) -> None:
        """Give the model back: it may be another one by now, or none."""
        if self._model is not None:
            self._model.close()
            self._model = None
        self._fails = False


class _Forgiving:
    """Proposes nothing where the model fails."""

    def __init__(self, model: Proposes) -> None:
        self._model = model

    def propose(self, before: str, after: str, words: int, n: int, stopped: Callable[[], bool] = never) -> list[str]:
        try:
            return self._model.propose(before, after, words, n, stopped)
        except Exception:
            _log.warning("the masked model failed", exc_info=True)
            return []

    def close(self) -> None:
        self._model.close()
