"""The plain way, timed in a process of its own: `python -m afterword.bench.peer_transformers FOLDER`.

As in the snippet with which transformers' pages on GPT-2 begin: `AutoModelForCausalLM.from_pretrained` and `generate`, in
float32, with the attention and the cache that transformers takes by itself. It answers a line of JSON with a line of JSON, as
`afterword.bench.peers` describes.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from afterword.bench.peer_llama_cpp import NoRoom, serve


class Transformers:
    """`generate` on the model in `folder`."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._model: Any = None
        self._ids: Any = None

    def load(self, file: str) -> dict[str, Any]:
        """Load the model; seconds, with the import. The text in `file` is what later measurements read."""
        began = time.perf_counter()
        import torch
        import transformers
        from transformers import AutoModelForCausalLM, AutoTokenizer

        local = {"local_files_only": True, "trust_remote_code": False}
        tokenizer = AutoTokenizer.from_pretrained(self._folder, **local)
        self._model = AutoModelForCausalLM.from_pretrained(self._folder, dtype=torch.float32, use_safetensors=True, **local)
        took = time.perf_counter() - began
        self._ids = tokenizer(Path(file).read_text("utf-8"), return_tensors="pt")["input_ids"]
        return {"s": took, "versions": {"torch": torch.__version__, "transformers": transformers.__version__}}

    def prefill(self, tokens: int) -> dict[str, Any]:
        """Read so many tokens and write the first one; milliseconds."""
        clock = self._generate(tokens, 1)
        return {"ms": (clock.times[1] - clock.times[0]) * 1000}

    def decode(self, context: int, new: int) -> dict[str, Any]:
        """Write `new` tokens after `context` of them, each the likeliest; the median of the steps in milliseconds."""
        times = self._generate(context, new + 1).times[1:]
        return {"ms": median(then - before for before, then in pairwise(times)) * 1000}

    def _generate(self, tokens: int, new: int) -> _Clock:
        ids = self._ids[:, :tokens]
        positions = getattr(self._model.config, "max_position_embeddings", None)
        if ids.shape[1] < tokens or (positions and tokens + new > positions):
            raise NoRoom(tokens + new)
        clock = _Clock()
        self._model.generate(
            ids,
            attention_mask=ids.new_ones(ids.shape),
            do_sample=False,
            max_new_tokens=new,
            min_new_tokens=new,
            pad_token_id=0,
            streamer=clock,
        )
        return clock


class _Clock:
    """What `generate` calls a streamer: it is given the prompt, and then each token as soon as it is there."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def put(self, value: object) -> None:  # noqa: ARG002
        self.times.append(time.perf_counter())

    def end(self) -> None:
        pass


def main() -> None:
    """Run as a process."""
    peer = Transformers(sys.argv[1])
    serve({"load": peer.load, "prefill": peer.prefill, "decode": peer.decode})


if __name__ == "__main__":
    main()
