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
    "seed": Range(-1, 2**31 - 1, 1),
}


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
        repetition_penalty: divides the logits of tokens already there (Keskar et al., 2019); 1 for none.
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
    repetition_penalty: float = 1.05
    seed: int = -1

    def __post_init__(self) -> None:
        for key, allowed in RANGES.items():
            allowed.check(key, getattr(self, key))


LONG = Sampling(temperature=0.8, max_words=150, max_sentences=0, top_k=0, top_p=1.0, min_p=0.05, repetition_penalty=1.0)
"""The defaults of a long continuation that the writer asked for."""

PRESETS: dict[str, dict[str, float]] = {
    "exact": {"temperature": 0.0, "top_k": 40, "top_p": 0.9, "min_p": 0.08, "repetition_penalty": 1.0},
    "mail": {"temperature": 0.2, "top_k": 40, "top_p": 0.9, "min_p": 0.08, "repetition_penalty": 1.05},
    "balanced": {"temperature": 0.3, "top_k": 40, "top_p": 0.9, "min_p": 0.08, "repetition_penalty": 1.05},
    "story": {"temperature": 0.9, "top_k": 0, "top_p": 1.0, "min_p": 0.05, "repetition_penalty": 1.0},
    "wild": {"temperature": 1.1, "top_k": 0, "top_p": 1.0, "min_p": 0.02, "repetition_penalty": 1.0},
}
"""Named sets of values; length and seed are the writer's own and stay as they are."""


def with_preset(sampling: Sampling, name: str) -> Sampling:
    """`sampling` with the values of the preset `name`."""
    return replace(sampling, **PRESETS[name])  # type: ignore[arg-type]


def preset_of(sampling: Sampling) -> str | None:
    """The name of the preset whose values `sampling` has, or None."""
    for name, values in PRESETS.items():
        if all(getattr(sampling, key) == value for key, value in values.items()):
            return name
    return None
