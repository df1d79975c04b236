"""How a model picks its words: the values, their ranges, the presets. Plain data; no torch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from afterword.errors import OutOfRange


@dataclass(frozen=True)
class Range:
    """The values that a number may take: `low` to `high`, by `step` on a slider."""

    low: float
    high: float
    step: float

    @property
    def whole(self) -> bool:
        """Whether only whole numbers make sense."""
        return self.step == int(self.step)

    def check(self, key: str, value: float) -> None:
        """Raise OutOfRange unless `value` lies within; NaN does not."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.low <= value <= self.high:
            raise OutOfRange(key, value, self.low, self.high)
        if self.whole and value != int(value):
            raise OutOfRange(key, value, self.low, self.high)


RANGES: dict[str, Range] = {
    "temperature": Range(0.0, 2.0, 0.05),
    "max_words": Range(1, 1000, 1),
    "max_sentences": Range(0, 100, 1),
    "top_k": Range(0, 200, 1),
    "top_p": Range(0.0, 1.0, 0.01),
    "min_p": Range(0.0, 1.0, 0.01),
    "repetition_penalty": Range(1.0, 1.5, 0.01),
    "typical_p": Range(0.0, 1.0, 0.01),
    "no_repeat_ngram": Range(0, 10, 1),
    "dry_multiplier": Range(0.0, 5.0, 0.05),
    "dry_base": Range(1.0, 4.0, 0.05),
    "dry_allowed_length": Range(1, 20, 1),
    "xtc_probability": Range(0.0, 1.0, 0.01),
    "xtc_threshold": Range(0.0, 0.5, 0.01),
    "candidates": Range(1, 6, 1),
    "eagerness": Range(0, 100, 1),
    "seed": Range(-1, 2**31 - 1, 1),
}
"""Names and defaults of DRY, XTC and typical-p are llama.cpp's (tools/server/README.md), which KoboldCpp shares; their ranges are
those of the sliders of text-generation-webui (modules/ui_parameters.py), for which DRY and XTC were written."""


@dataclass(frozen=True)
class Sampling:
    """How the next words are picked. The defaults are those of ghost text.

    Attributes:
        temperature: 0 always takes the likeliest token; higher is bolder.
        max_words: where a suggestion is cut, in words.
        max_sentences: where a suggestion is cut, in sentences; 0 for no such cut.
        top_k: only the k likeliest tokens are drawn from; 0 for all.
        top_p: nucleus sampling (Holtzman et al., 2019): the smallest set of tokens with this probability together; 1 for all.
        min_p: tokens less likely than this share of the likeliest are left out (Nguyen et al., 2024); 0 for none.
        repetition_penalty: divides the logits of tokens already there (Keskar et al., 2019); 1 for none. Off for ghost text: at
            1.05 it cost 1.7 % of the keystrokes of an essay, and loops are cut by a rule.
        typical_p: locally typical sampling (Meister et al., 2022): the tokens nearest to the expected surprise, with this
            probability together; 1 for all.
        no_repeat_ngram: no sequence of so many tokens comes twice (Paulus et al., 2017); 0 for no such ban.
        dry_multiplier: DRY (p-e-w, text-generation-webui #5677, 2024) takes
            `dry_multiplier * dry_base ** (n - dry_allowed_length)` from the logit of a token that would prolong a repetition of
            n tokens; 0 for none.
        dry_base: how fast that grows with the repetition.
        dry_allowed_length: the shortest repetition, in tokens, that may not be prolonged for nothing.
        xtc_probability: how often XTC (p-e-w, text-generation-webui #6335, 2024) acts: of the tokens of at least `xtc_threshold`
            it leaves only the least likely; 0 for never.
        xtc_threshold: the probability from which a token counts as a top choice.
        candidates: how many suggestions there are to cycle through.
        eagerness: how readily a suggestion is shown, in percent: 100 shows everything, 0 only what is nearly certain.
        seed: the same seed gives the same text; -1 for any.

    Raises:
        OutOfRange (a ValueError): a value outside RANGES.
    """

    temperature: float = 0.3
    max_words: int = 12
    max_sentences: int = 1
    top_k: int = 40
    top_p: float = 0.9
    min_p: float = 0.08
    repetition_penalty: float = 1.0
    typical_p: float = 1.0
    no_repeat_ngram: int = 0
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    candidates: int = 3
    eagerness: int = 50
    seed: int = -1

    def __post_init__(self) -> None:
        for key, allowed in RANGES.items():
            allowed.check(key, getattr(self, key))


LETTERS_PER_WORD = 40
"""Characters that what a model says may have for each word that it may have, at most. No text comes near, nor one in a script
without spaces, where what stands between two signs counts as a word: longer is what a broken model says, or a hostile server."""

LONG = Sampling(
    temperature=0.8,
    max_words=150,
    max_sentences=0,
    top_k=0,
    top_p=1.0,
    min_p=0.05,
    repetition_penalty=1.0,
    dry_multiplier=0.8,
    eagerness=100,
)
"""The defaults of a long continuation that the writer asked for."""

_OFF: dict[str, float] = {
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 1.0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
    "typical_p": 1.0,
    "no_repeat_ngram": 0,
    "dry_multiplier": 0.0,
    "dry_base": 1.75,
    "dry_allowed_length": 2,
    "xtc_probability": 0.0,
    "xtc_threshold": 0.1,
}
"""Everything that a preset sets: each sets all of it, so that nothing of the one before is left."""

_SHORT: dict[str, float] = _OFF | {"top_k": 40, "top_p": 0.9, "min_p": 0.08}

PRESETS: dict[str, dict[str, float]] = {
    "exact": _SHORT | {"temperature": 0.0},
    "mail": _SHORT | {"temperature": 0.2},
    "balanced": _SHORT | {"temperature": 0.3},
    "story": _OFF | {"temperature": 0.9, "min_p": 0.05, "dry_multiplier": 0.8},
    "wild": _OFF | {"temperature": 1.1, "min_p": 0.02},
}
"""Named sets of values; lengths, seed, candidates and eagerness are the writer's own and stay as they are."""


def with_preset(sampling: Sampling, name: str) -> Sampling:
    """`sampling` with the values of the preset `name`."""
    return replace(sampling, **PRESETS[name])  # type: ignore[arg-type]


def preset_of(sampling: Sampling) -> str | None:
    """The name of the preset whose values `sampling` has, or None."""
    for name, values in PRESETS.items():
        if all(getattr(sampling, key) == value for key, value in values.items()):
            return name
    return None
