"""`afterword bench editor`: what it says, and that keys are timed to their paint in the real window."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from afterword import cli, paths
from afterword.app import Desk
from afterword.assist.types import Phase
from afterword.bench import desk, editor
from afterword.bench.chatter import Chatter
from afterword.bench.editor import FAKE, MEASURED, QUICK, Plan, document
from afterword.bench.hand import Hand, wait
from afterword.settings import Settings

TIMES = {what: {"p50": 1.25, "p99": 2.5} for what in MEASURED}
FOUND = {"10000": TIMES, "1000000": TIMES, "longest_stall_loading_ms": None}


@pytest.fixture
def window(qapp: QApplication) -> Iterator[Desk]:
    """The application with a model that never stops, not started."""
    desk = Desk(Settings(paths.settings_file()), lambda name, download, watch: Chatter())
    yield desk
    desk.window.hide()
    assert desk.close()
    qapp.processEvents()


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "3000.md"
    file.write_text(document(3000), "utf-8")
    return file


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command, with these results in place of a window's."""

    def bench(result: tuple[dict[str, Any] | None, str], *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(editor, "measure", lambda model, plan, tell: result)
        code = cli.main(["bench", "editor", "--fake", *arguments])
        return (code, *capsys.readouterr())

    return bench


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_json_has_every_key(bench: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = bench((FOUND, ""), "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert list(report) == ["10000", "1000000", "longest_stall_loading_ms", "model", "machine", "versions"]
    assert report["10000"]["generating"] == {"p50": 1.25, "p99": 2.5}


def test_a_reader_gets_a_table_with_a_column_for_each_document(bench: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = bench((FOUND, ""))
    assert code == 0
    first, _, head, _, *rows = out.splitlines()
    assert first.startswith("Model fake; ")
    assert [cell.strip() for cell in head.split("|")[1:-1]] == ["characters", "10,000", "1,000,000"]
    assert len(rows) == 2 * len(MEASURED) + 1
    assert rows[0].split("|")[2].strip() == "1.2 ms"
    assert rows[-1].split("|")[2].strip() == "–"


def test_a_window_that_ends_early_is_a_sentence_and_exit_code_1(bench: Callable[..., tuple[int, str, str]]) -> None:
    assert bench((None, "no such font"), "--json") == (1, "", "The window could not be measured: no such font.\n")


@pytest.mark.parametrize("size", [1, 10_000, 50_000])
def test_a_document_is_as_long_as_it_says_and_of_ordinary_paragraphs(size: int) -> None:
    text = document(size)
    assert len(text) == size
    assert max(map(len, text.split("\n"))) < 1500


# --- what is measured -----------------------------------------------------------------------------------------------


def test_in_the_window_everything_is_measured(window: Desk, draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan((3000,), keys=3, accepts=3, pages=2)  # each is tried a few times: some must come while the model writes
    found = desk.measure(window, FAKE, draft.parent, plan)
    assert list(found) == ["3000", "longest_stall_loading_ms"]
    assert list(found["3000"]) == list(MEASURED)
    assert all(0 < times["p50"] <= times["p99"] for times in found["3000"].values())
    assert found["longest_stall_loading_ms"] is None
    assert [json.loads(line)["doing"] for line in capsys.readouterr().out.splitlines()] == [
        "Loading the model",
        "Typing in 3,000 characters",
    ]
    assert len(window.page.text()) >= 3000 + 2 * plan.keys


def test_the_wait_for_a_busy_main_thread_counts(window: Desk, draft: Path) -> None:
    window.window.show()
    hand = Hand(window)
    hand.open(draft)
    QTimer.singleShot(10, lambda: time.sleep(0.06))
    took, writing = hand.press(Qt.Key.Key_A, "a", after_ms=20)
    assert took > 40
    assert not writing
    assert window.page.text().startswith("a")


@pytest.mark.long
def test_a_key_while_the_model_writes_is_known(window: Desk, draft: Path) -> None:
    window.window.show()
    hand = Hand(window)
    assert hand.type(1, generating=True) == []  # there is no model yet
    hand.load(FAKE)
    hand.open(draft)
    hand.go_to_middle()
    assert len(hand.type(2, generating=True)) == 2
    assert window.host.state is not None
    assert window.host.state.phase is Phase.WRITING
    window.page.suggestions_enabled = False
    wait(lambda: hand._state.phase is Phase.READY, 10)
    assert len(hand.type(2, generating=False)) == 2


@pytest.mark.long  # opens the window in a process of its own
def test_the_window_is_a_process_of_its_own(home: Path) -> None:
    said: list[str] = []
    found, why_not = editor.measure(FAKE, QUICK, said.append)
    assert found is not None, why_not
    assert set(found) == {"10000", "longest_stall_loading_ms"}
    assert said == ["Loading the model", "Typing in 10,000 characters"]
    assert {place.name for place in home.iterdir()} <= {"data"}  # where models are


@pytest.mark.long
def test_a_process_that_cannot_load_the_model_says_why() -> None:
    found, why_not = editor.measure("missing", QUICK)
    assert found is None
    assert "missing" in why_not
