"""Whatever ends the program, the next start knows; and what does not end it is told of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from afterword import crash
from afterword.crash import KEPT, Run, last_crash

SECRET = "The ferry left without her"
BEGIN = """
import ctypes, faulthandler, os, signal, sys, threading
from pathlib import Path
from afterword import crash, logs
folder = Path(sys.argv[1])
logs.start(folder / "afterword.log")
SECRET = "The ferry left without her"

def draft():
    raise ValueError(SECRET)
"""
KILL = "os.kill(os.getpid(), signal.SIGKILL)"


def run(folder: Path, code: str, beginning: str = "") -> subprocess.CompletedProcess[str]:
    program = beginning + BEGIN + textwrap.dedent(code)
    command = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def log_of(folder: Path) -> str:
    file = folder / "afterword.log"
    return file.read_text("utf-8") if file.exists() else ""


def left(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if not file.name.startswith("afterword.log"))


@pytest.mark.parametrize(
    ("code", "cause", "where"),
    [
        ("draft()", "ValueError (what it says is left out)", "in draft"),
        ("faulthandler._sigsegv()", "Segmentation fault", 'File "<string>", line'),
        ("ctypes.string_at(0)", "Segmentation fault", "in string_at"),
        ("os.abort()", "Aborted", 'File "<string>", line'),
        (KILL, "", "Process"),
        ("os._exit(3)", "", "Process"),
    ],
)
def test_a_run_that_ended_unexpectedly_is_known_at_the_next_start(tmp_path: Path, code: str, cause: str, where: str) -> None:
    done = run(tmp_path, f"with crash.Run(folder):\n    {code}")
    assert done.returncode != 0
    found = last_crash(tmp_path)
    assert found is not None
    assert found.cause == cause
    report = found.report.read_text("utf-8")
    assert where in report
    assert "Afterword 0" in report
    assert "PySide6-Essentials 6" in report
    assert "ferry" not in report + log_of(tmp_path)
    assert left(tmp_path) == [found.report.name], "no locks"
    assert last_crash(tmp_path) is None, "it is told of once"


@pytest.mark.parametrize("code", ["pass", "sys.exit(1)", "raise KeyboardInterrupt", "run.end(); os._exit(0)"])
def test_a_run_that_ended_as_it_should_leaves_nothing(tmp_path: Path, code: str) -> None:
    run(tmp_path, f"with crash.Run(folder) as run:\n    {code}")
    assert left(tmp_path) == []
    assert last_crash(tmp_path) is None


def test_what_a_thread_or_a_slot_did_not_catch_is_told_and_the_program_goes_on(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        class Odd:
            def __del__(self):
                draft()

        with crash.Run(folder) as run:
            run.on_unforeseen = lambda error: print(type(error).__name__, threading.current_thread().name, flush=True)
            thread = threading.Thread(target=draft, name="writer")
            thread.start()
            thread.join()
            try:
                [][0]
            except IndexError as error:
                sys.excepthook(type(error), error, error.__traceback__)
            del thread
            odd = Odd()
            del odd
            print("and on", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """,
    )
    assert (done.stdout, done.stderr) == ("ValueError writer\nIndexError MainThread\nand on\n", "")
    log = log_of(tmp_path)
    found = last_crash(tmp_path)
    assert found is not None
    assert found.cause == "", "none of them ended it"
    for text in (log, found.report.read_text("utf-8")):
        assert text.count("ValueError (what it says is left out)") >= 1
        assert "in a thread" in text
        assert "in __del__" in text
        assert "IndexError" in text
        assert "ferry" not in text


def test_what_fails_again_and_again_is_told_once_and_does_not_fill_the_log(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        def told(error):
            print("told", flush=True)
            raise RuntimeError(SECRET)

        with crash.Run(folder) as run:
            run.on_unforeseen = told
            for _ in range(1000):
                try:
                    draft()
                except ValueError as error:
                    sys.excepthook(type(error), error, error.__traceback__)
        """,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "told\n", "")
    log = log_of(tmp_path)
    assert len(log.splitlines()) < 40
    assert "512 times by now: ValueError at <string>, line " in log
    assert "ferry" not in log


def test_qt_goes_on_after_a_slot_that_failed_and_what_it_quotes_stays_out_of_the_log(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        from PySide6.QtCore import QCoreApplication, QTimer, qDebug, qInstallMessageHandler, qWarning
        with crash.Run(folder) as run:
            qInstallMessageHandler(run.take_qt_message)
            run.on_unforeseen = lambda error: print("told", flush=True)
            application = QCoreApplication([])
            QTimer.singleShot(0, draft)
            QTimer.singleShot(1, application.quit)
            application.exec()
            print("and on", flush=True)
            qDebug(SECRET)
            qWarning(f'QPage: no place for "{SECRET}"')
        """,
    )
    assert (done.returncode, done.stdout) == (0, "told\nand on\n")
    assert SECRET in done.stderr, "on the terminal as ever"
    assert "QPage: no place for “…”" in log_of(tmp_path)
    assert "ferry" not in log_of(tmp_path)
    assert last_crash(tmp_path) is None


def test_the_last_words_of_qt_are_kept(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        os.environ["QT_QPA_PLATFORM"] = "nosuch"
        from PySide6.QtCore import qInstallMessageHandler
        from PySide6.QtGui import QGuiApplication
        with crash.Run(folder) as run:
            qInstallMessageHandler(run.take_qt_message)
            QGuiApplication([])
        """,
    )
    assert done.returncode == -signal.SIGABRT
    found = last_crash(tmp_path)
    assert found is not None
    assert found.cause.startswith("Qt: This application failed to start because no Qt platform plugin could be initialized")
    assert "Fatal Python error: Aborted" in found.report.read_text("utf-8"), "and where that was"


@pytest.mark.parametrize("beginning", ["", "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"])
def test_a_log_folder_that_is_no_folder_or_a_full_disk_stops_nothing(tmp_path: Path, beginning: str) -> None:
    folder = tmp_path / "log"
    if not beginning:
        folder.write_text("a file")
    done = run(folder, "with crash.Run(folder):\n    print('on')\n    draft", beginning)
    assert (done.returncode, done.stdout, done.stderr) == (0, "on\n", "")
    done = run(folder, f"with crash.Run(folder):\n    print('on', flush=True)\n    {KILL}", beginning)
    assert (done.stdout, done.stderr) == ("on\n", "")
    found = last_crash(folder)
    assert (found is not None) == bool(beginning), "a full disk still has room for the name of a file"


def test_other_runs_that_are_still_there_are_no_crashes(tmp_path: Path) -> None:
    code = BEGIN + "crash.Run(folder).begin()\nprint('begun', flush=True)\nsys.stdin.read()\nos._exit(1)"
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with Run(tmp_path):
            assert last_crash(tmp_path) is None
        other.kill()
    assert last_crash(tmp_path) is not None


def left_behind(folder: Path, name: str, at: float, text: str = "Afterword\n") -> None:
    report = folder / f"run-{name}.txt"
    report.write_text(text, "utf-8")
    os.utime(report, (at, at))


def test_the_newest_crashes_are_kept_and_the_newest_is_told(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        left_behind(tmp_path, f"{number}", 1e9 + number, f"Fatal Python error: number {number}\n")
        if number % 2:
            last_crash(tmp_path)
    left_behind(tmp_path, "x", 1e9 + 100, "Fatal Python error: the newest\n")
    left_behind(tmp_path, "z", 1e9 + 99)
    found = last_crash(tmp_path)
    assert found is not None
    assert (found.cause, found.at) == ("the newest", 1e9 + 100)
    assert len(left(tmp_path)) == KEPT
    assert found.report.name in left(tmp_path)
    left_behind(tmp_path, "y", 1e9 - 100)  # the clock was set back
    found = last_crash(tmp_path)
    assert found is not None
    assert found.at == 1e9 - 100
    assert found.report.exists(), "what is told of is there"
    assert len(left(tmp_path)) == KEPT


def test_a_report_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash, "LARGEST", 1000)
    left_behind(tmp_path, "x", 1e9, "x" * 5000)
    found = last_crash(tmp_path)
    assert found is not None
    assert found.report.stat().st_size == 1000
    code = "with crash.Run(folder) as run:\n    for _ in range(1000):\n        run.failed(ValueError())\n    os._exit(1)"
    run(tmp_path, code)
    found = last_crash(tmp_path)
    assert found is not None
    assert len(left(tmp_path)) == 2


def test_notes_of_one_run_are_bounded(tmp_path: Path) -> None:
    run(tmp_path, "run = crash.Run(folder)\nrun.begin()\nfor _ in range(2000):\n    run.failed(ValueError())\nos._exit(1)")
    found = last_crash(tmp_path)
    assert found is not None
    assert 1 << 12 < found.report.stat().st_size < 1 << 17


def test_a_folder_that_is_not_there_has_no_crash(tmp_path: Path) -> None:
    assert last_crash(tmp_path / "none") is None


def test_the_hooks_are_put_back(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        run = crash.Run(folder)
        run.begin()
        print(faulthandler.is_enabled(), sys.excepthook is sys.__excepthook__)
        run.end()
        print(faulthandler.is_enabled(), sys.excepthook is sys.__excepthook__)
        """,
    )
    assert done.stdout == "True False\nFalse True\n", done.stderr


def test_of_a_run_that_was_killed_it_is_known_about_when(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.begin()
    [report] = tmp_path.glob("run-*.txt")
    os.utime(report, (1e9, 1e9))
    run.goes_on()
    assert report.stat().st_mtime > 1.6e9
    run.end()
    run.goes_on()
    assert not report.exists()
