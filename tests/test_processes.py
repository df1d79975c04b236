"""A process is told apart from every other one, also from a later one with its number."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.processes import Life, Process, life_of, of_another_start, this_process

TOKEN = "from afterword.processes import this_process; import sys; print(this_process().token(), flush=True); sys.stdin.read()"


def test_a_process_runs_until_it_is_gone() -> None:
    assert life_of(this_process()) is Life.RUNNING
    with subprocess.Popen([sys.executable, "-c", TOKEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        process = Process.from_token(other.stdout.readline().strip())
        assert process.pid == other.pid
        assert process != this_process()
        assert life_of(process) is Life.RUNNING
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert life_of(process) is Life.ENDED, "nobody has asked yet what became of it, but it is gone"
    assert life_of(process) is Life.ENDED


@pytest.mark.parametrize(
    ("other", "life"),
    [
        ({"begun": "1"}, Life.ENDED),  # its number was given to another one
        ({"begun": ""}, Life.RUNNING),
        ({"boot": "0123456789ab"}, Life.UNKNOWN),  # before this start, or on a machine made of the same image
        ({"space": "7"}, Life.UNKNOWN),
        ({"machine": "0123456789ab"}, Life.UNKNOWN),
        ({"machine": "0123456789ab", "boot": "0123456789ab", "pid": 1 << 30}, Life.UNKNOWN),
        ({"pid": 1 << 30}, Life.ENDED),
    ],
)
def test_what_is_known_of_another_process(other: dict[str, str], life: Life) -> None:
    assert life_of(replace(this_process(), **other)) is life  # type: ignore[arg-type]


def test_a_process_of_another_start_is_known_by_it() -> None:
    here = this_process()
    assert of_another_start(replace(here, boot="0123456789ab"))
    assert not of_another_start(here)
    assert not of_another_start(replace(here, boot="0123456789ab", machine="0123456789ab")), "of another machine"


def test_a_process_that_the_system_hides_counts_as_running(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(pid: int, number: int) -> None:
        raise PermissionError

    hidden = replace(this_process(), pid=(1 << 30) + 1)
    assert life_of(hidden) is Life.ENDED
    monkeypatch.setattr(os, "kill", forbidden)
    assert life_of(hidden) is Life.RUNNING


@given(st.builds(Process, *[st.text("0123456789abcdef")] * 3, st.integers(1, (1 << 31) - 1), st.text("0123456789.")))
def test_a_token_is_the_process(process: Process) -> None:
    assert Process.from_token(process.token()) == process
    assert life_of(process) in Life


@given(st.text() | st.from_regex(r"[a-f0-9]*:[a-f0-9]*:\d*:-?\d+:\d*", fullmatch=True))
def test_what_is_no_token_is_refused(token: str) -> None:
    with suppress(ValueError):
        life_of(Process.from_token(token))
