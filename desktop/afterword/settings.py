"""What the user can set: one declaration per setting, and the TOML file that keeps them.

The file may be edited by hand; comments and unknown keys in it are left alone.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from afterword.engine.sampling import RANGES, Range, Sampling
from afterword.errors import SettingInvalid, SettingsUnreadable
from afterword.files import put_aside, write_whole

_log = logging.getLogger(__name__)

Value = bool | int | float | str | list[str]


@dataclass(frozen=True)
class Setting:
    """One thing that can be set.

    Attributes:
        key: dotted; the part before the dot is the table in the file.
        default: also fixes the type.
        title: what the window calls it (English; the window translates it).
        range: for numbers.
        choices: for text that is one of a few words.
    """

    key: str
    default: Value
    title: str
    range: Range | None = None
    choices: tuple[str, ...] = ()

    def check(self, value: object) -> Value:
        """`value` in this setting's type; raises OutOfRange or SettingInvalid (both ValueErrors)."""
        kind = type(self.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if (kind is float and isinstance(value, float)) or (kind is int and type(value) is int):
            assert isinstance(value, int | float)
            if self.range is not None:
                self.range.check(self.key, value)
            return value
        if not isinstance(value, kind) or (type(value) is bool and kind is not bool):
            raise SettingInvalid(self.key, value)
        if self.choices and value not in self.choices:
            raise SettingInvalid(self.key, value)
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise SettingInvalid(self.key, value)
        return value


_GHOST = Sampling()
_SAMPLING_TITLES = {
    "temperature": "Temperature",
    "max_words": "Length in words",
    "candidates": "Suggestions to cycle",
    "eagerness": "Eagerness",
    "min_p": "Min-p",
    "top_p": "Top-p",
    "top_k": "Top-k",
    "repetition_penalty": "Repetition penalty",
    "typical_p": "Typical-p",
    "no_repeat_ngram": "No-repeat n-gram",
    "dry_multiplier": "DRY multiplier",
    "dry_base": "DRY base",
    "dry_allowed_length": "DRY allowed length",
    "xtc_probability": "XTC probability",
    "xtc_threshold": "XTC threshold",
    "seed": "Seed",
}

DECLARED: tuple[Setting, ...] = (
    Setting("model.name", "starter", "Model"),
    Setting("model.device", "auto", "Runs on", choices=("auto", "cpu", "cuda", "mps")),
    Setting("server.enabled", False, "Use a server"),
    Setting("server.url", "", "Address of the server"),
    Setting("server.model", "", "Model of the server"),
    Setting("server.alone", False, "Without a model on this machine"),
    Setting("server.unencrypted", False, "Also where the connection is not encrypted"),
    Setting("server.agreed", "", "Server to which it was agreed that text goes"),
    Setting("server.agreed_asking", "", "Server to which it was agreed that questions go, with what they are about"),
    Setting("server.asked", "auto", "Who answers questions in a new window", choices=("auto", "here", "there")),
    Setting("server.keyed", [], "Servers whose key is read from the system's keyring"),
    Setting("server.unwanted", [], "Servers of which the system's keyring may have a key that is used no more"),
    Setting("suggestions.enabled", True, "Suggestions"),
    Setting("suggestions.reveal", False, "Only while Ctrl is held"),
    Setting("suggestions.shading", "subtle", "Sureness shown", choices=("off", "subtle", "strong")),
    Setting("suggestions.pace", "balanced", "Pace", choices=("calm", "balanced", "eager")),
    Setting("accessibility.announce", True, "Announced to screen readers"),
    *(
        Setting(
            f"sampling.{key}",
            getattr(_GHOST, key),
            title,
            range=Range(1, 50, 1) if key == "max_words" else RANGES[key],
        )
        for key, title in _SAMPLING_TITLES.items()
    ),
    Setting("page.font_family", "", "Font"),
    Setting("page.font_size", 14, "Font size", range=Range(6, 72, 1)),
    Setting("page.line_spacing", 1.4, "Line spacing", range=Range(1.0, 3.0, 0.1)),
    Setting("page.width", 72, "Width of the text in characters", range=Range(30, 200, 1)),
    Setting("page.tint_accepted", False, "Accepted text tinted"),
    Setting("export.ledger_line", False, "Exports say how much was typed"),
    Setting("window.theme", "system", "Theme", choices=("system", "light", "dark")),
    Setting("window.notes", False, "Notes for the model"),
    Setting("window.panel", True, "Sampling panel"),
    Setting("window.geometry", "", "Place of the window"),
    Setting("files.recent", [], "Recent files"),
    Setting("keys.changed", [], "Changed keys"),
    Setting("statistics.enabled", True, "Keep statistics"),
)


class Settings:
    """The values in force. Setting one writes nothing; `save` does, or `write`, with the `text` of a moment.

    Args:
        file: the TOML file; it need not exist.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._declared = {setting.key: setting for setting in DECLARED}
        self._document = tomlkit.document()
        self._values: dict[str, Value] = {}
        self._damaged = False
        self._changed: set[str] = set()  # here: what another program changes in the file meanwhile stays, of all else

    def load(self) -> list[ValueError]:
        """Read the file. Values that do not fit are left at their defaults and returned as errors.

        Raises:
            SettingsUnreadable: the file is no TOML or cannot be read; all defaults are in force.
        """
        try:
            text = self._file.read_text("utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            self._damaged = True
            raise SettingsUnreadable(self._file, str(error)) from error
        try:
            self._document = tomlkit.parse(text)
        except TOMLKitError as error:
            self._damaged = True
            raise SettingsUnreadable(self._file, str(error)) from error
        wrong: list[ValueError] = []
        plain = self._document.unwrap()
        for key, setting in self._declared.items():
            table, _, name = key.partition(".")
            inside = plain.get(table)
            if isinstance(inside, dict) and name in inside:
                try:
                    self._values[key] = setting.check(inside[name])
                except ValueError as error:
                    wrong.append(error)
        return wrong

    def __getitem__(self, key: str) -> Any:
        return self._values.get(key, self._declared[key].default)

    def __setitem__(self, key: str, value: object) -> None:
        setting = self._declared[key]
        before = self[key]
        self._values[key] = setting.check(value)
        if self._values[key] != before:
            self._changed.add(key)
        table, _, name = key.partition(".")
        if not isinstance(self._document.get(table), dict):
            self._document[table] = tomlkit.table()
        self._document[table][name] = self._values[key]

    def sampling(self) -> Sampling:
        """The sampling of ghost text that the user has set."""
        chosen = {f.name: self[f"sampling.{f.name}"] for f in fields(Sampling) if f"sampling.{f.name}" in self._declared}
        return Sampling(**chosen)

    def set_sampling(self, sampling: Sampling) -> None:
        """Remember the values of `sampling` that are settings."""
        for key in _SAMPLING_TITLES:
            self[f"sampling.{key}"] = getattr(sampling, key)

    def text(self) -> str:
        """What the file is to hold now."""
        return tomlkit.dumps(self._document)

    def write(self, text: str) -> None:
        """Write the file, whole or not at all; one that could not be read is put aside, once. Raises OSError.

        Of what was not changed here the file keeps what it holds by now: another process may have written it.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if self._damaged and self._file.exists():
            put_aside(self._file)
        self._damaged = False
        write_whole(self._file, self._merged(text).encode())

    def _merged(self, text: str) -> str:
        try:
            there = tomlkit.parse(self._file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, TOMLKitError):
            return text
        ours = tomlkit.parse(text).unwrap()
        for key in sorted(self._changed):
            table, _, name = key.partition(".")
            if not isinstance(there.get(table), dict):
                there[table] = tomlkit.table()
            there[table][name] = ours[table][name]
        return tomlkit.dumps(there)

    def save(self) -> None:
        """Write what is in force. Raises OSError."""
        self.write(self.text())


def load_settings(file: Path) -> tuple[Settings, SettingsUnreadable | None]:
    """The settings in `file`, and the error when it could not be read; a value that does not fit goes to the log."""
    settings = Settings(file)
    try:
        for wrong in settings.load():
            _log.warning("a setting was left at its default: %s", wrong)
    except SettingsUnreadable as error:
        _log.warning("the settings cannot be read", exc_info=True)
        return settings, error
    return settings, None
