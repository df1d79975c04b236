from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from afterword.engine import child
from afterword.errors import Cancelled


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_lines_the_exit_code_and_errors_come_back() -> None:
    lines: list[str] = []
    code, said = child.run(
        _python("import sys; print('é'); print('two'); print('wrong', file=sys.stderr); sys.exit(3)"),
        on_tick=lambda: None,
        on_line=lines.append,
        env={"PYTHONUTF8": "1"},
    )
    assert (lines, code, said.strip()) == (["é", "two"], 3, "wrong")


def test_a_lot_of_output_does_not_block() -> None:
    lines: list[str] = []
    code, said = child.run(
        _python("import sys\nfor i in range(20000): print(i); print('e' * 50, file=sys.stderr)"),
        on_tick=lambda: None,
        on_line=lines.append,
    )
    assert code == 0
    assert len(lines) == 20000
    assert 0 < len(said) < 10_000


def test_an_error_in_a_tick_ends_the_child_at_once(tmp_path: Path) -> None:
    ticks = 0

    def on_tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks > 2:
            raise Cancelled

    start = time.monotonic()
    with pytest.raises(Cancelled):
        child.run(_python("import time; time.sleep(60)"), on_tick=on_tick, on_line=print)
    assert time.monotonic() - start < 5
    assert not psutil.Process().children()


def test_files_in_the_current_folder_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("print('stolen')")
    monkeypatch.chdir(tmp_path)
    lines: list[str] = []
    child.run(child.python("platform"), on_tick=lambda: None, on_line=lines.append)
    child.run(child.python("json.tool", "--help"), on_tick=lambda: None, on_line=lines.append)
    assert lines
    assert "stolen" not in lines


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    body = tmp_path / "body.py"
    body.write_text(
        "import os, time\nfrom afterword.engine import child\n"
        "lines = child.be_a_child()\nprint('noise')\nlines.write(f'{os.getpid()}\\n')\ntime.sleep(60)\n"
    )
    start = (
        "import sys\nfrom afterword.engine import child\n"
        "child.run([sys.executable, sys.argv[1]], on_tick=lambda: None, on_line=lambda line: print(line, flush=True))"
    )
    parent = subprocess.Popen(
        [*_python(start), str(body)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    with parent.stdout:
        grandchild = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert psutil.wait_procs([grandchild], timeout=5)[1] == []
