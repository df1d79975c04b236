from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from afterword.engine import child
from afterword.errors import AfterwordError, Cancelled, DeviceFull, ModelBroken, ModelTooLarge, StarterUnavailable


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


# --- what a child tells ---------------------------------------------------------------------------------------------


@pytest.fixture
def telling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Makes a module of ours that runs a body, in which it has `tell`; returns the module's name."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def made(body: str) -> str:
        code = f"import os, sys\nfrom afterword import errors\nfrom afterword.engine import child\ndef work(tell):\n    {body}\n"
        (tmp_path / "telling.py").write_text(code + "sys.exit(child.main(work))\n")
        return "telling"

    return made


def _told(module: str, *args: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []
    return child.told(module, *args, name="zoo/m", on_tick=lambda: None, on_told=lines.append), lines


def test_what_a_child_tells_comes_back_as_it_is_told_and_at_the_end(telling: Callable[[str], str]) -> None:
    found, lines = _told(telling("tell(share=0.5); tell(share=1.0, size=int(sys.argv[1])); print('noise')"), "7")
    assert lines == [{"share": 0.5}, {"share": 1.0, "size": 7}]
    assert found == {"share": 1.0, "size": 7}


def test_lines_that_are_no_objects_are_logged_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    lines = ["garbage", "[1]", "3", '{"a": 1}', "", '{"ended": true}']
    (tmp_path / "telling.py").write_text("".join(f"print({line!r})\n" for line in lines))
    assert _told("telling") == ({"a": 1}, [{"a": 1}])
    assert "garbage" in caplog.text


@pytest.mark.parametrize(
    ("raised", "kind", "values"),
    [
        ("ModelBroken('its own name', 'half is missing')", ModelBroken, {"name": "zoo/m", "reason": "half is missing"}),
        ("StarterUnavailable('no place has it')", StarterUnavailable, {"reason": "no place has it"}),
        ("DeviceFull('x')", DeviceFull, {"name": "zoo/m"}),
    ],
)
def test_the_error_of_a_child_is_raised_with_the_name_that_is_known_here(
    telling: Callable[[str], str], raised: str, kind: type[AfterwordError], values: dict[str, str]
) -> None:
    with pytest.raises(kind) as caught:
        _told(telling(f"tell(share=0.5); raise errors.{raised}"))
    assert vars(caught.value) == values


@pytest.mark.parametrize("body", ["os.kill(os.getpid(), 9)", "os._exit(137)", "raise MemoryError"])
def test_only_a_child_that_took_too_much_is_too_large(telling: Callable[[str], str], body: str) -> None:
    with pytest.raises(ModelTooLarge) as caught:
        _told(telling(body))
    assert caught.value.name == "zoo/m"


@pytest.mark.parametrize(
    "body", ["1 / 0", "tell(share=1.0); os._exit(0)", "tell(error='NoSuchError'); os._exit(1)", "tell(error='os'); os._exit(1)"]
)
def test_any_other_end_is_told_apart(telling: Callable[[str], str], body: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(child.EndedOtherwise):
        _told(telling(body))
    assert "telling ended with" in caplog.text
