"""Settings on disk: the newest win, and many changes make one write."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword.errors import SettingsUnreadable
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window.keeper import SettingsKeeper, _Writer


def pace(path: Path) -> object:
    settings = Settings(path)
    settings.load()
    return settings["suggestions.pace"]


def of_pace(settings: Settings, name: str) -> str:
    settings["suggestions.pace"] = name
    return settings.text()


def test_an_older_state_is_never_written_over_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    settings = Settings(path)
    writer = _Writer(settings)
    writer.write(2, of_pace(settings, "eager"), watch=Watch())
    writer.write(1, of_pace(settings, "calm"), watch=Watch())
    assert pace(path) == "eager"
    writer.write(3, of_pace(settings, "calm"), watch=Watch())
    assert pace(path) == "calm"


def test_many_changes_make_one_write(
    qtbot: QtBot, settings: Settings, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[str] = []
    real = Settings.write

    def write(self: Settings, text: str) -> None:
        writes.append(text)
        real(self, text)

    monkeypatch.setattr(Settings, "write", write)
    keeper = SettingsKeeper(settings, jobs)
    for words in range(1, 30):
        settings["sampling.max_words"] = words
        keeper.save_soon()
    qtbot.waitUntil(lambda: (tmp_path / "settings.toml").exists() and not jobs.busy)
    assert writes == ["[sampling]\nmax_words = 29\n"]


def test_a_damaged_file_is_kept_however_often_is_saved(qtbot: QtBot, settings: Settings, jobs: Jobs, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("mine = [", "utf-8")
    with pytest.raises(SettingsUnreadable):
        settings.load()
    keeper = SettingsKeeper(settings, jobs)
    for width in (70, 80, 90):
        settings["page.width"] = width
        keeper.save_now()
        qtbot.waitUntil(lambda: not jobs.busy)
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {
        "settings.toml": "[page]\nwidth = 90\n",
        "settings.toml.broken": "mine = [",
    }
