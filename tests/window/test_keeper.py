"""Settings on disk: the newest win, and many changes make one write."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window.keeper import SettingsKeeper, _Writer


def pace(path: Path) -> object:
    settings = Settings(path)
    settings.load()
    return settings["suggestions.pace"]


def of_pace(path: Path, name: str) -> Settings:
    settings = Settings(path)
    settings["suggestions.pace"] = name
    return settings


def test_an_older_state_is_never_written_over_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    writer = _Writer()
    writer.write(2, of_pace(path, "eager"), watch=Watch())
    writer.write(1, of_pace(path, "calm"), watch=Watch())
    assert pace(path) == "eager"
    writer.write(3, of_pace(path, "calm"), watch=Watch())
    assert pace(path) == "calm"


def test_many_changes_make_one_write(
    qtbot: QtBot, settings: Settings, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[object] = []
    real = Settings.save

    def save(self: Settings) -> None:
        writes.append(self["sampling.max_words"])
        real(self)

    monkeypatch.setattr(Settings, "save", save)
    keeper = SettingsKeeper(settings, jobs)
    for words in range(1, 30):
        settings["sampling.max_words"] = words
        keeper.save_soon()
    qtbot.waitUntil(lambda: (tmp_path / "settings.toml").exists() and not jobs.busy)
    assert writes == [29]
