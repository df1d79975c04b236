"""Masked models (BERT, RoBERTa and their like), which see both sides of a gap and propose what could stand in it.

The gap is given as one to three mask tokens, which are filled from the left, each with the likeliest tokens given those before
it; of all ways the likeliest are followed (a beam). What comes out is judged by its pseudo-log-likelihood: every token masked by
itself, with all others there (Salazar et al. 2020, "Masked Language Model Scoring"), as a mean over its tokens, so that one token
can be compared with three.

torch and transformers are imported when a model is opened, not before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regex as re  # its \w has the marks of Hindi, Hebrew or a decomposed é

from afterword.engine import catalogue
from afterword.engine.checking import Examined, check_memory, claims_held, examine
from afterword.engine.libraries import import_libraries
from afterword.engine.protocol import never
from afterword.errors import AfterwordError, ModelBroken
from afterword.text.characters import writable

if TYPE_CHECKING:
    import torch

    from afterword.engine.vocabulary import Vocabulary

MASKS = 3
"""How many tokens a gap is filled with at most."""

_SIDE = 48  # tokens on each side of the gap; a pass costs as many
_SPARE = 4  # positions that are left alone: RoBERTa counts from behind its padding
_BEAM = 4  # ways that are followed where there are several masks
_VALUES_AT_ONCE = 16_000_000  # logits that a pass may have: every token of its rows has one for each of the vocabulary
_WORD = re.compile(r" ?(?:\w|['’-](?=\w))+")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Gap:
    """The tokens on both sides of a gap, with those that stand around every text."""

    before: list[int]
    after: list[int]


class MaskedModel:
    """Fills gaps; a `suggest.replacing.Proposes`.

    Args:
        model: from AutoModelForMaskedLM, in eval mode, on its device.
        tokenizer: from AutoTokenizer, with a mask token.
        vocabulary: what its tokens spell.
    """

    def __init__(self, model: Any, tokenizer: Any, vocabulary: Vocabulary) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._mask: int = tokenizer.mask_token_id
        texts = [spelled.decode("utf-8", "replace") for spelled in vocabulary.spelling]
        words = [_WORD.fullmatch(text) is not None for text in texts]
        self._spelling = texts
        self._begins = self._flags(word and text.startswith(" ") for word, text in zip(words, texts, strict=True))
        self._goes_on = self._flags(word and not text.startswith(" ") for word, text in zip(words, texts, strict=True))
        self._around = self._special()

    def propose(self, before: str, after: str, words: int, n: int, stopped: Callable[[], bool] = never) -> list[str]:
        """Up to `n` texts of at most so many words that fit between `before` and `after`, best first.

        Args:
            before: its end is at the gap.
            after: its beginning is.
            words: one at least.
            n: how many.
            stopped: read before every pass; what has come so far is answered then.
        """
        gap, spaced = self._gap(before, after), self._is_spaced(before)
        values: dict[str, float] = {}
        for masks in range(1, MASKS + 1):
            for tokens, value in self._filled(gap, masks, words, spaced, n if masks == 1 else _BEAM, stopped):
                text = "".join(self._spelling[token] for token in tokens).strip()
                values[text] = max(value, values.get(text, value))
        return sorted(values, key=values.__getitem__, reverse=True)[:n]

    def close(self) -> None:
        """Give back the memory."""
        del self._model, self._tokenizer
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    # --- filling ----------------------------------------------------------------------------------------------------

    def _filled(
        self, gap: _Gap, masks: int, words: int, spaced: bool, width: int, stopped: Callable[[], bool]
    ) -> Iterator[tuple[list[int], float]]:
        """The likeliest ways to fill so many masks, each with the mean of its tokens' logarithms; none once stopped."""
        begun: list[tuple[list[int], float]] = [([], 0.0)]
        last: list[float] = []
        for at in range(masks):
            rows = [(gap, tokens + [self._mask] * (masks - at), at) for tokens, _ in begun]
            logs = self._logs(rows, stopped)
            if logs is None:
                return
            longer = []
            for (tokens, sum_), row in zip(begun, logs, strict=True):
                allowed = self._allowed(tokens, words, spaced)
                best = row.masked_fill(~allowed, float("-inf")).topk(min(width, len(row)))
                pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
                longer += [([*tokens, token], sum_ + log, log) for token, log in pairs if log > float("-inf")]
            longer.sort(key=_sum, reverse=True)
            begun, last = [(tokens, sum_) for tokens, sum_, _ in longer[:width]], [log for _, _, log in longer[:width]]
        sums = last  # the last token was filled in with all others there, as it is judged
        for at in range(masks - 1):
            logs = self._logs([(gap, _with(tokens, at, self._mask), at) for tokens, _ in begun], stopped) if begun else []
            if logs is None:
                return
            sums = [sum_ + float(row[tokens[at]]) for sum_, row, (tokens, _) in zip(sums, logs, begun, strict=True)]
        yield from ((tokens, sum_ / masks) for (tokens, _), sum_ in zip(begun, sums, strict=True))

    def _allowed(self, tokens: Sequence[int], words: int, spaced: bool) -> torch.Tensor:
        """Which tokens may come behind `tokens`: parts of the word, and another one while there may be."""
        if not tokens:
            return self._begins if spaced else self._goes_on
        begun = sum(self._spelling[token].startswith(" ") for token in tokens) + (not spaced)
        return self._goes_on | self._begins if begun < words else self._goes_on

    def _logs(self, rows: Sequence[tuple[_Gap, Sequence[int], int]], stopped: Callable[[], bool]) -> list[torch.Tensor] | None:
        """For each row the logarithms of the probabilities of the token at one place of the gap; None once stopped.

        Args:
            rows: the gap, what stands in it, and the place; all of the same length.
            stopped: read before every pass.
        """
        import torch

        found: list[torch.Tensor] = []
        texts = [[*gap.before, *inside, *gap.after] for gap, inside, _ in rows]
        at_once = max(1, _VALUES_AT_ONCE // (len(texts[0]) * len(self._spelling)))
        for first in range(0, len(rows), at_once):
            if stopped():
                return None
            ids = torch.tensor(texts[first : first + at_once], device=self._model.device)
            with torch.inference_mode():
                logits = self._model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
            for row, (gap, _, at) in zip(logits, rows[first : first + at_once], strict=True):
                found.append(row[len(gap.before) + at].float().log_softmax(-1))
        return found

    # --- tokens -----------------------------------------------------------------------------------------------------

    def _gap(self, before: str, after: str) -> _Gap:
        opening, closing = self._around
        positions = getattr(self._model.config, "max_position_embeddings", 0) or 2 * _SIDE + _SPARE + MASKS
        side = min(_SIDE, (positions - _SPARE - MASKS - len(opening) - len(closing)) // 2)
        left = self._encoded(before.rstrip(" "))[-side:]
        return _Gap(opening + left, self._encoded(after)[:side] + closing)

    def _is_spaced(self, before: str) -> bool:
        """Whether the first token of a word behind `before` has the space before it in its spelling."""
        near = before.rpartition("\n")[2]
        spelled = "".join(self._spelling[token] for token in self._encoded(f"{near[-20:]}a"))
        return spelled[-2:-1] == " "

    def _encoded(self, text: str) -> list[int]:
        # What looks like a mask in a draft is text.
        ids: list[int] = self._tokenizer(writable(text), add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return ids

    def _special(self) -> tuple[list[int], list[int]]:
        """What the tokenizer puts before every text, and behind it."""
        bare = self._encoded("a")
        whole: list[int] = self._tokenizer("a")["input_ids"]
        at = next((at for at in range(len(whole)) if whole[at : at + len(bare)] == bare), 0)
        return whole[:at], whole[at + len(bare) :]

    def _flags(self, which: Iterator[bool]) -> torch.Tensor:
        import torch

        return torch.tensor(list(which), device=self._model.device)


def catalogue_masked(models_dir: Path) -> Path | None:
    """The folder of the first masked model that is installed, if there is any."""
    return next((entry.folder for entry in catalogue.entries(models_dir) if entry.kind == "masked" and entry.installed), None)


def open_masked(folder: Path, models_dir: Path, device: str = "auto") -> MaskedModel:
    """Load the masked model in `folder`: safetensors only, no code, no network.

    Args:
        folder: with its configuration, tokenizer and weights.
        models_dir: where what is fastest on this machine is remembered.
        device: "cpu", "cuda", "mps", or "auto" for an accelerator where there is one. Where there is no such device, or the model
            does not fit there, it is loaded for the processor.

    Raises:
        ModelError, MemoryError.
    """
    examined = examine(folder.name, folder)
    import_libraries()
    import torch

    from afterword.engine import devices
    from afterword.engine.loading import quiet

    quiet()
    chosen, _ = devices.chosen(device, folder.name, models_dir)
    try:
        return _loaded(folder, examined, models_dir, chosen)
    except torch.OutOfMemoryError:
        _log.warning("%s does not fit on %s", folder.name, chosen, exc_info=True)
        return _loaded(folder, examined, models_dir, devices.CPU)


def _loaded(folder: Path, examined: Examined, models_dir: Path, device: str) -> MaskedModel:
    """Raises torch.OutOfMemoryError, and as `open_masked`."""
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    from afterword.engine.devices import CPU
    from afterword.engine.tuning import tuned
    from afterword.engine.vocabulary import Vocabulary

    name = folder.name
    dtype = tuned(models_dir).dtype if device == CPU else torch.bfloat16
    check_memory(name, examined.weights.parameters, dtype.itemsize)
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **local)
        with claims_held(name, examined.weights, packed=False):
            model, info = AutoModelForMaskedLM.from_pretrained(
                folder, use_safetensors=True, output_loading_info=True, dtype=dtype, **local
            )
        if tokenizer.mask_token_id is None or info["missing_keys"]:
            raise ModelBroken(name, "it cannot fill gaps")
        size = model.get_output_embeddings().weight.shape[0]
        return MaskedModel(model.to(device).eval(), tokenizer, Vocabulary(tokenizer, size))
    except (AfterwordError, MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        raise ModelBroken(name, "it cannot be read") from error


def _with(tokens: Sequence[int], at: int, token: int) -> list[int]:
    return [*tokens[:at], token, *tokens[at + 1 :]]


def _sum(way: tuple[list[int], float, float]) -> float:
    return way[1]
