"""`afterword bench drafts`: what it says, and that a draft is really saved, kept and painted while it is timed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from afterword import cli, paths
from afterword.app import Desk
from afterword.bench import drafts, drafts_desk
from afterword.bench.chatter import Chatter
from afterword.bench.drafts import GOALS_MS, MEASURED, QUICK, Plan
from afterword.bench.drafts_desk import Opener
from afterword.bench.editor import document
from afterword.engine import child
from afterword.settings import Settings

MEMORY = {"first_page_ms": 20.25, "memory_mb": 1.5, "peak_memory_mb": 3.0}
OF_A_SIZE = {what: {"p50": 1.25, "p99": 2.5} for what in MEASURED} | MEMORY
FOUND = {"10000": OF_A_SIZE, "1000000": OF_A_SIZE}


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command, with these results in place of those of processes."""

    def bench(result: tuple[dict[str, Any] | None, str], *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(drafts, "measure", lambda plan: result)
        code = cli.main(["bench", "drafts", *arguments])
        return (code, *capsys.readouterr())

    return bench


def test_the_json_has_every_key(bench: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = bench((FOUND, ""), "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert list(report) == ["10000", "1000000", "goals_ms", "machine", "versions"]
    assert report["10000"] == OF_A_SIZE
    assert report["goals_ms"] == {str(size): most for size, most in GOALS_MS.items()}


def test_a_reader_gets_a_table_with_a_column_for_each_size(bench: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = bench((FOUND, ""))
    assert code == 0
    about, _, head, _, *rows = out.splitlines()
    assert "1,000,000 characters on the page within 1,000 ms; 5,000,000 characters on the page within 4,000 ms." in about
    assert [cell.strip() for cell in head.split("|")[1:-1]] == ["characters", "10,000", "1,000,000"]
    assert len(rows) == 2 * len(MEASURED) + 3
    assert rows[0].split("|")[2].strip() == "1.2 ms"
    assert rows[-1].split("|")[2].strip() == "3.0 MB"


def test_a_process_that_ends_early_is_a_sentence_and_exit_code_1(bench: Callable[..., tuple[int, str, str]]) -> None:
    assert bench((None, "no such font"), "--json") == (1, "", "The drafts could not be measured: no such font.\n")


def test_on_the_disk_everything_is_done_as_often_as_was_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "2000.md"
    file.write_text(document(2000), "utf-8")
    times: list[int] = []
    real = drafts_desk._times

    def noted(count: int, action: Callable[[], object]) -> dict[str, float]:
        times.append(count)
        return real(count, action)

    monkeypatch.setattr(drafts_desk, "_times", noted)
    found = drafts_desk.on_disk(file, Plan((), times=3, changes=5))
    assert set(found) == set(MEASURED) - {"page"}
    assert times == [3, 3, 3, 5]
    assert all(0 < each["p50"] <= each["p99"] for each in found.values())
    assert file.read_text("utf-8") == document(2000)
    assert (tmp_path / "copy of 2000.md").read_text("utf-8").count(drafts_desk._WORD) == 3
    assert list((tmp_path / "journals").iterdir()) == []


def test_the_paint_that_ends_the_time_shows_the_draft(qapp: QApplication, tmp_path: Path) -> None:
    desk = Desk(Settings(paths.settings_file()), lambda name, download, watch: Chatter())
    desk.window.show()
    opener = Opener(desk)
    for text in ("The ferry left.", "The harbour was quiet."):
        file = tmp_path / f"{len(text)}.md"
        file.write_text(text, "utf-8")
        assert 0 < opener.painted_ms(file) < 60_000
        assert desk.page.text() == text
    desk.window.hide()
    assert desk.close()
    qapp.processEvents()


@pytest.mark.long  # opens the window in a process of its own
def test_the_window_is_a_process_of_its_own(home: Path) -> None:
    found, why_not = drafts.measure(QUICK)
    assert found is not None, why_not
    assert set(found["10000"]) == {*MEASURED, *MEMORY}
    assert {place.name for place in home.iterdir()} <= {"data"}


@pytest.mark.long
def test_a_process_that_fails_says_why() -> None:
    found, why_not = drafts._in_a_process(child.python("afterword.bench.drafts_desk", "a.md", "no plan"))
    assert found is None
    assert why_not.startswith("json.decoder.JSONDecodeError")
