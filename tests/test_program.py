"""The real program in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.engine.tiny import tiny_gpt2


def real_program(tmp_path: Path, when_started: str, *arguments: str, model: bool = False) -> subprocess.CompletedProcess[str]:
    """A process of its own; `when_started` is done once its window is there, and speaks of `desk`."""
    folder = tiny_gpt2(tmp_path / "model") if model else tmp_path / "none"
    (tmp_path / "home" / "config").mkdir(parents=True, exist_ok=True)
    (tmp_path / "home" / "config" / "settings.toml").write_text(f'[model]\nname = "{folder}"\n', "utf-8")
    code = (
        "import os, signal, sys; from PySide6.QtCore import QTimer; from afterword import app, cli; start = app.Desk.start\n"
        "def started(desk, draft):\n"
        f"    start(desk, draft); {when_started}\n"
        "app.Desk.start = started; sys.exit(cli.main(sys.argv[1:]))"
    )
    environment = os.environ | {"AFTERWORD_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_the_real_program_opens_a_draft_and_leaves_without_a_word(tmp_path: Path) -> None:
    """It is asked to quit while the model loads."""
    draft = tmp_path / "draft.md"
    draft.write_text("Once", "utf-8")
    done = real_program(tmp_path, "QTimer.singleShot(700, desk.window.close)", str(draft), model=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert draft.read_text("utf-8") == "Once"
    assert not list(tmp_path.glob(".*")), "nothing is left beside it"
    assert not [path.name for path in (tmp_path / "home" / "state" / "journals").glob("*")]


def test_sigterm_closes_the_window_as_the_writer_would(tmp_path: Path) -> None:
    done = real_program(tmp_path, "QTimer.singleShot(300, lambda: os.kill(os.getpid(), signal.SIGTERM))")
    assert (done.returncode, done.stderr) == (0, "")


def test_after_a_crash_the_next_start_says_so_and_after_a_normal_end_nothing(tmp_path: Path) -> None:
    """In processes of their own, which share a home."""
    told_by = "desk.window.crash_strip.told.connect(lambda text: (print(text, flush=True), desk.close_windows()))\n"
    assert real_program(tmp_path, "QTimer.singleShot(100, lambda: os.kill(os.getpid(), signal.SIGSEGV))").returncode == -11
    told = real_program(tmp_path, f"{told_by}    QTimer.singleShot(30_000, desk.close_windows)")
    assert told.returncode == 0
    assert "ended unexpectedly" in told.stdout
    assert real_program(tmp_path, f"{told_by}    QTimer.singleShot(700, desk.close_windows)").stdout == ""


def test_an_error_that_nobody_foresaw_is_told_and_the_program_goes_on(tmp_path: Path) -> None:
    wrong = "QTimer.singleShot(50, lambda: 1 / 0)"
    said = "QTimer.singleShot(300, lambda: (print(desk.window.status.currentMessage(), flush=True), desk.close_windows()))"
    done = real_program(tmp_path, f"{wrong}; {said}")
    assert done.returncode == 0
    assert "Something went wrong" in done.stdout
