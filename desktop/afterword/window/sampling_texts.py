"""What the sampling panel says about every value and every preset.

The texts are English; `translated` gives them in the language of the window.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True)
class ValueText:
    """About one value.

    Attributes:
        help: one line that says what it does.
        lowest: what its lowest value is called; "" to show the number.
        unit: what stands behind the number.
    """

    help: str
    lowest: str = ""
    unit: str = ""


@dataclass(frozen=True)
class PresetText:
    """About one preset: its title, and one line that says what it is for."""

    title: str
    help: str


VALUES: dict[str, ValueText] = {
    "temperature": ValueText("Low is careful, high is bold."),
    "max_words": ValueText("How far a suggestion goes."),
    "candidates": ValueText("How many to choose from at one place."),
    "eagerness": ValueText("0: only what is nearly sure; 100: everything.", unit=" %"),
    "min_p": ValueText("Leave out what is much less likely.", "Off"),
    "top_p": ValueText("Draw from the likeliest part of the words."),
    "top_k": ValueText("Draw from this many of the likeliest.", "Off"),
    "repetition_penalty": ValueText("Makes words just used less likely.", "Off"),
    "typical_p": ValueText("Leave out the too plain and the too odd; 1: off."),
    "no_repeat_ngram": ValueText("Never say so many pieces of words twice.", "Off"),
    "dry_multiplier": ValueText("Makes going on with a repetition less likely.", "Off"),
    "dry_base": ValueText("How fast DRY grows while a repetition goes on."),
    "dry_allowed_length": ValueText("From how many pieces of words on DRY acts."),
    "xtc_probability": ValueText("How often to leave out the likeliest words.", "Off"),
    "xtc_threshold": ValueText("From how likely on XTC leaves a word out."),
    "seed": ValueText("The same number, the same words.", "Any"),
}

PRESETS: dict[str, PresetText] = {
    "exact": PresetText("Exact", "Always the likeliest words; the same each time."),
    "mail": PresetText("Mail", "Plain and expected, for letters and reports."),
    "balanced": PresetText("Balanced", "Likely words with a little variety."),
    "story": PresetText("Story", "Room for surprise, for fiction."),
    "wild": PresetText("Wild", "Seldom what you expect."),
}


def translated(text: str) -> str:
    """`text` in the language of the window."""
    return QCoreApplication.translate("Sampling", text) if text else ""
