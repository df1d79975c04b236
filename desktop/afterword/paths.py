"""Where things are: the only place that knows.

`AFTERWORD_HOME` moves everything that belongs to the user under one folder (tests, portable installs).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

_APP = "afterword"


def _user_dir(kind: str) -> Path:
    home = os.environ.get("AFTERWORD_HOME")
    if home:
        return Path(home) / kind
    return Path(getattr(platformdirs, f"user_{kind}_path")(_APP, appauthor=False))


def config_dir() -> Path:
    """Settings that the user may edit."""
    return _user_dir("config")


def data_dir() -> Path:
    """What is worth keeping and can be large: models, and the statistics."""
    return _user_dir("data")


def state_dir() -> Path:
    """What the program remembers between runs."""
    return _user_dir("state")


def log_dir() -> Path:
    """The log files; they contain no text of drafts."""
    return _user_dir("log")


def settings_file() -> Path:
    """The settings, TOML."""
    return config_dir() / "settings.toml"


def log_file() -> Path:
    """The current log."""
    return log_dir() / "afterword.log"


def models_dir() -> Path:
    """One folder for each model that was converted or installed."""
    return data_dir() / "models"


def statistics_file() -> Path:
    """How many suggestions were shown, taken and so on, by day; it contains no text of drafts."""
    return data_dir() / "statistics.json"


def journals_dir() -> Path:
    """What is written and not saved yet; it holds the text of drafts until they are saved."""
    return state_dir() / "journals"


def versions_file() -> Path:
    """Earlier versions of drafts; it holds their text, and lies in a folder of its own."""
    return data_dir() / "versions" / "versions.sqlite3"


def private_texts_file() -> Path:
    """Which drafts never leave this machine; digests of their texts, and nothing that could be read."""
    return data_dir() / "private.txt"


def session_file() -> Path:
    """What was open when the program ended; it contains no text of drafts."""
    return state_dir() / "session.json"


def resources_dir() -> Path:
    """Icons, themes, templates: beside the package in a wheel or a frozen build, at the top of a source checkout."""
    if getattr(sys, "frozen", False):
        return Path(getattr(sys, "_MEIPASS", Path(sys.executable).parent)) / "afterword" / "resources"
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent.parent / "resources"
