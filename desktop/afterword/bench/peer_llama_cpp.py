"""llama.cpp on a GGUF file, timed in a process of its own: `PYTHON peer_llama_cpp.py GGUF`, with the Python that has llama_cpp.

It answers a line of JSON with a line of JSON, as `afterword.bench.peers` describes. It stands alone, since that Python knows
nothing of Afterword; the other peers take `serve` from here.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ROOM = 4352  # tokens: 4,096 and some, in llama.cpp's steps of 256

Verb = Callable[..., dict[str, Any]]


class NoRoom(ValueError):
    """The model has fewer positions than that; the message is the end of a sentence."""

    def __init__(self, tokens: int) -> None:
        super().__init__(f"the model has no room for {tokens:,} tokens")


def serve(verbs: dict[str, Verb]) -> None:
    """Answer each line of the input until it ends, which is when the bench does. What fails is answered with `{"error": why}`.

    Args:
        verbs: for each value of "do" a function of the other values, which returns the answer.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what a library prints is no answer
    for line in sys.stdin:
        asked = json.loads(line)
        do = asked.pop("do")
        try:
            answer = verbs[do](**asked) if do in verbs else {"error": ""}
        except NoRoom as error:
            answer = {"error": str(error)}
        except Exception as error:  # of any type: the bench goes on without this number
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")


class LlamaCpp:
    """llama.cpp through llama-cpp-python, with that package's defaults but for the threads: one for each core.

    Args:
        gguf: the model file.
        threads: for decoding; reading a prompt takes the package's own number, one for each logical core.
    """

    def __init__(self, gguf: str, threads: int) -> None:
        self._gguf, self._threads = gguf, threads
        self._llama: Any = None
        self._tokens: list[int] = []
        self._most = 0

    def load(self, file: str) -> dict[str, Any]:
        """Load the model; seconds, with the import. The text in `file` is what later measurements read."""
        began = time.perf_counter()
        llama_cpp: Any = importlib.import_module("llama_cpp")
        self._llama = llama_cpp.Llama(self._gguf, n_ctx=_ROOM, n_batch=512, n_threads=self._threads, verbose=False)
        self._synchronize = llama_cpp.llama_synchronize
        took = time.perf_counter() - began
        facts = self._llama.metadata
        trained = int(facts.get(f"{facts.get('general.architecture')}.context_length", _ROOM))
        self._most = min(_ROOM, trained)
        self._tokens = self._llama.tokenize(Path(file).read_bytes(), add_bos=False)
        return {"s": took, "versions": {"llama-cpp-python": llama_cpp.__version__}}

    def prefill(self, tokens: int) -> dict[str, Any]:
        """Read so many tokens, with nothing cached; milliseconds."""
        return {"ms": self._read(tokens, 0) * 1000}

    def decode(self, context: int, new: int) -> dict[str, Any]:
        """Write `new` tokens after `context` of them, each the likeliest; the median of the steps in milliseconds."""
        self._read(context, new)
        steps = []
        for _ in range(new):
            token = self._llama.sample(temp=0.0)  # not timed: in Python it costs more than llama.cpp needs for it
            steps.append(self._eval([token]))
        return {"ms": statistics.median(steps) * 1000}

    def _read(self, tokens: int, more: int) -> float:
        if tokens > len(self._tokens) or tokens + more > self._most:
            raise NoRoom(tokens + more)
        self._llama.reset()
        return self._eval(self._tokens[:tokens])

    def _eval(self, tokens: list[int]) -> float:
        began = time.perf_counter()
        self._llama.eval(tokens)
        self._synchronize(self._llama.ctx)
        return time.perf_counter() - began


def main() -> None:
    """Run as a process."""
    peer = LlamaCpp(sys.argv[1], int(sys.argv[2]))
    serve({"load": peer.load, "prefill": peer.prefill, "decode": peer.decode})


if __name__ == "__main__":
    main()
