"""Afterword's own engine, timed in a process of its own like its peers: `python -m afterword.bench.peer_afterword MODEL`.

It answers a line of JSON with a line of JSON, as `afterword.bench.peers` describes.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from afterword import paths
from afterword.bench.peer_llama_cpp import NoRoom, serve
from afterword.engine.opening import open_model

if TYPE_CHECKING:
    from afterword.engine.measuring import Speed


class Afterword:
    """The model that the user calls `name`, as the window opens it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._model: Any = None
        self._text = ""

    def load(self, file: str) -> dict[str, Any]:
        """Open the model; seconds, with the import. The text in `file` is what later measurements read."""
        began = time.perf_counter()
        self._model = open_model(self._name, paths.models_dir())
        took = time.perf_counter() - began
        self._text = Path(file).read_text("utf-8")
        return {"s": took}

    def prefill(self, tokens: int) -> dict[str, Any]:
        """Read so many tokens, with nothing cached; milliseconds."""
        return {"ms": self._measured(tokens, 1).prefill_s * 1000}

    def decode(self, context: int, new: int) -> dict[str, Any]:
        """Write `new` tokens after `context` of them, each the likeliest and one at a time; milliseconds for one."""
        return {"ms": self._measured(context, new).decode_s * 1000}

    def decode_guessing(self, context: int, new: int) -> dict[str, Any]:
        """The same with several tokens at a time where they can be guessed; milliseconds for one."""
        return {"ms": self._measured(context, new, guess=True).decode_s * 1000}

    def agreement(self, files: list[str]) -> dict[str, Any]:
        """How far the model is from its exact mode, as the mean over the texts in `files`.

        It is the share of tokens whose likeliest successor is the same, and by how much the NLL is higher, in nats a token.
        """
        exact = open_model(self._name, paths.models_dir(), exact=True)
        found = [self._model.agreement(exact, Path(file).read_text("utf-8")) for file in files]
        exact.close()
        return {"argmax": fmean(each.argmax for each in found), "nll_change": fmean(each.nll_change for each in found)}

    def _measured(self, tokens: int, new: int, guess: bool = False) -> Speed:
        positions = self._model.positions
        if positions is not None and tokens + new > positions:
            raise NoRoom(tokens + new)
        speed: Speed = self._model.measure(self._text, tokens, new, guess)
        return speed


def main() -> None:
    """Run as a process."""
    peer = Afterword(sys.argv[1])
    verbs = {name: getattr(peer, name) for name in ("load", "prefill", "decode", "decode_guessing", "agreement")}
    serve(verbs)


if __name__ == "__main__":
    main()
