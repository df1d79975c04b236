"""One draft has one writer, and a lock that was left behind keeps nobody out."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afterword.drafts import lock, lone_file
from afterword.drafts.lock import REFRESH_S, Held, Taken, lock_path, take
from afterword.errors import Cancelled
from afterword.processes import Life, this_process
from afterword.watch import Watch

ELSEWHERE = replace(this_process(), machine="0123456789ab")
GONE = replace(this_process(), begun="1")
ANOTHER_START = replace(this_process(), boot="0123456789ab")
OWNER = """
import sys
from pathlib import Path
from afterword.drafts.lock import take
print(type(take(Path(sys.argv[1]))).__name__, flush=True)
sys.stdin.read()
"""
RACE = """
import sys
from contextlib import contextmanager
from pathlib import Path
from afterword.drafts import lock

if sys.argv[2] == "other account":
    really_opened = lock.opened

    @contextmanager
    def read_only(path, how):
        if how == lock.os.O_RDWR:
            raise PermissionError
        with really_opened(path, how) as handle:
            yield handle

    lock.opened = read_only
drafts = [Path(sys.argv[1]) / f"{number}.md" for number in range(30)]
print("ready", flush=True)
sys.stdin.readline()
for draft in drafts:
    if isinstance(lock.take(draft), lock.Taken):
        print(draft.name, flush=True)
print("done", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.md"
    path.write_text("Once")
    return path


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_PAUSE_S", 0)


@contextmanager
def another(draft: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has the draft."""
    with subprocess.Popen([sys.executable, "-c", OWNER, str(draft)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"Taken\n"
        yield owner
        owner.kill()


def left_by(process: object, draft: Path, **more: object) -> None:
    token = process.token() if hasattr(process, "token") else process
    record = {"afterword": 1, "host": "attic", "user": "ada", "since": 1000.5, "process": token, "token": "00", **more}
    lock_path(draft).write_text(json.dumps(record))


def taken(draft: Path, despite: Held | None = None) -> Taken:
    answer = take(draft, despite)
    assert isinstance(answer, Taken)
    return answer


def held(draft: Path) -> Held:
    answer = take(draft)
    assert isinstance(answer, Held)
    return answer


def test_a_draft_has_one_writer_until_that_lets_it_go(draft: Path) -> None:
    ours = taken(draft)
    assert ours.path == draft.with_name(".draft.md.afterword.lock")
    assert ours.after is None
    other = held(draft)
    assert other.life is Life.RUNNING
    assert other.owner is not None
    assert other.owner.is_us
    assert abs(other.owner.since - time.time()) < 60
    assert ours.refresh()
    ours.release()
    assert list(draft.parent.iterdir()) == [draft]
    ours.release()
    assert taken(draft).path is not None


def test_a_lock_that_is_taken_away_while_it_is_read_keeps_nobody_out(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, look = taken(draft), lock._look

    def looking(path: Path) -> tuple[bytes, Held] | None:
        found = look(path)
        ours.release()
        return found

    monkeypatch.setattr(lock, "_look", looking)
    assert taken(draft).path is not None


def test_another_process_is_told_who_has_it_and_gets_it_once_that_is_gone(draft: Path) -> None:
    with another(draft) as owner:
        there = held(draft)
        assert there.life is Life.RUNNING
        assert there.owner is not None
        assert there.owner.process is not None
        assert there.owner.process.pid == owner.pid
        assert not there.owner.is_us
        assert there.owner.host
        owner.kill()
        owner.wait()
        ours = taken(draft)
        assert ours.after == there.owner
    assert held(draft).owner != there.owner


@pytest.mark.parametrize("process", [GONE, replace(this_process(), pid=1 << 30)])
def test_what_was_left_behind_here_is_taken_over(draft: Path, process: object) -> None:
    left_by(process, draft)
    ours = taken(draft)
    assert ours.after is not None
    assert (ours.after.host, ours.after.user, ours.after.since) == ("attic", "ada", 1000.5)
    assert ours.refresh()
    ours.release()
    assert list(draft.parent.iterdir()) == [draft]


def test_the_lock_of_a_machine_made_of_the_same_image_is_not_taken_while_that_says_that_it_is_there(draft: Path) -> None:
    left_by(ANOTHER_START, draft)
    path = lock_path(draft)
    now = path.stat().st_mtime
    for silent, life in ((0, Life.UNKNOWN), (2 * REFRESH_S, Life.UNKNOWN), (10 * REFRESH_S, Life.ENDED)):
        os.utime(path, (now - silent, now - silent))
        answer = take(draft)
        assert (answer.life if isinstance(answer, Held) else Life.ENDED) is life
    assert isinstance(answer, Taken)
    assert answer.after is not None, "this machine was started again since"


@pytest.mark.parametrize("process", [ELSEWHERE, ANOTHER_START, replace(this_process(), space="7"), "nonsense", None])
def test_of_another_machine_only_the_writer_can_say(draft: Path, process: object) -> None:
    left_by(process, draft)
    there = held(draft)
    assert there.life is Life.UNKNOWN
    assert there.owner is not None
    assert (there.owner.host, there.owner.user, there.owner.is_us) == ("attic", "ada", False)
    ours = taken(draft, despite=there)
    assert ours.after == there.owner
    assert held(draft).owner != there.owner


@pytest.mark.parametrize("process", [ELSEWHERE, replace(this_process(), space="7"), "nonsense"])
def test_however_long_another_machine_is_silent_it_may_wake_up(draft: Path, process: object) -> None:
    left_by(process, draft)
    os.utime(lock_path(draft), (1e9, 1e9))
    assert held(draft).life is Life.UNKNOWN


def test_a_draft_is_taken_only_from_whom_the_writer_was_told_of(draft: Path) -> None:
    left_by(ELSEWHERE, draft)
    there = held(draft)
    left_by(ELSEWHERE, draft, user="bob")
    again = take(draft, there)
    assert isinstance(again, Held)
    assert again.owner is not None
    assert again.owner.user == "bob"


def test_who_lost_a_draft_learns_it_and_leaves_the_lock_of_the_other(draft: Path) -> None:
    ours = taken(draft)
    there = held(draft)
    theirs = taken(draft, there)
    assert not ours.refresh()
    ours.release()
    assert lock_path(draft).exists()
    assert theirs.refresh()
    assert held(draft).owner != there.owner


def test_the_time_since_a_sign_is_by_the_clock_of_the_folder(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = taken(draft)
    assert ours.path is not None
    text = json.loads(ours.path.read_bytes()) | {"process": ELSEWHERE.token()}
    ours.path.write_text(json.dumps(text))
    now = ours.path.stat().st_mtime
    os.utime(ours.path, (now - 300, now - 300))
    monkeypatch.setattr(time, "time", lambda: now + 1e6)  # this machine's clock is wrong
    silent = held(draft).silent
    assert silent is not None
    assert 299 < silent < 360
    assert sorted(file.name for file in draft.parent.iterdir()) == [".draft.md.afterword.lock", "draft.md"]


def test_a_sign_is_seen(draft: Path) -> None:
    ours = taken(draft)
    assert ours.path is not None
    before = ours.path.read_bytes()
    os.utime(ours.path, (1e9, 1e9))
    assert ours.refresh()
    assert ours.path.stat().st_mtime > 1.7e9
    assert ours.path.read_bytes() == before


def test_a_lock_that_was_tidied_away_comes_back_unless_somebody_was_quicker(draft: Path) -> None:
    ours = taken(draft)
    assert ours.path is not None
    ours.path.unlink()
    assert ours.refresh()
    assert held(draft).owner is not None
    ours.path.unlink()
    theirs = taken(draft)
    assert not ours.refresh()
    assert theirs.refresh()


@pytest.mark.parametrize("junk", [b"", b"{", b"\xff\xfe", b"[" * 4000, b"7"])
def test_a_lock_without_an_owner_is_being_written_or_else_was_left_behind(draft: Path, junk: bytes) -> None:
    path = lock_path(draft)
    path.write_bytes(junk)
    there = held(draft)
    assert there.owner is None
    assert there.life is Life.UNKNOWN
    assert taken(draft, despite=there)
    path.write_bytes(junk)
    now = path.stat().st_mtime
    os.utime(path, (now - 60, now - 60))
    assert taken(draft).path == path
    assert held(draft).owner is not None


def test_the_lock_belongs_to_the_file_that_a_link_leads_to(draft: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "other.md"
    link.symlink_to(draft)
    ours = taken(link)
    assert held(draft)
    ours.release()
    assert [file.name for file in (tmp_path / "links").iterdir()] == ["other.md"]


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_stands_in_the_way_is_not_written_through(draft: Path, tmp_path: Path, kind: str) -> None:
    victim, path = tmp_path / "victim", lock_path(draft)
    victim.write_text("mine")
    if kind == "link":
        path.symlink_to(victim)
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    os.utime(path, (1e9, 1e9), follow_symlinks=False)
    answer = take(draft)
    if isinstance(answer, Held):
        answer = take(draft, answer)
    assert isinstance(answer, Taken)
    assert answer.path is None
    assert answer.refresh()
    answer.release()
    assert victim.read_text() == "mine"


def test_where_there_can_be_no_lock_a_draft_opens_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for impossible in (tmp_path / ("x" * 250), tmp_path / "none" / "draft.md", Path("/proc/version")):
        ours = taken(impossible)
        assert ours.path is None
        assert ours.refresh()
        ours.release()

    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    assert taken(tmp_path / "draft.md").path is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_files_keeps_nobody_out(folder_without_power: Path) -> None:
    draft = folder_without_power / "draft.md"
    folder_without_power.chmod(0o500)
    assert taken(draft).path is None
    folder_without_power.chmod(0o700)
    left_by(ELSEWHERE, draft)
    folder_without_power.chmod(0o500)
    there = held(draft)
    assert there.owner is not None
    assert there.silent is None
    folder_without_power.chmod(0o700)
    left_by(GONE, draft)
    lock_path(draft).chmod(0o400)
    folder_without_power.chmod(0o500)
    assert taken(draft).path is None


def test_a_lock_of_another_account_is_replaced_where_the_folder_allows(folder_without_power: Path) -> None:
    draft = folder_without_power / "draft.md"
    left_by(GONE, draft)
    lock_path(draft).chmod(0o400)
    ours = taken(draft)
    assert ours.after is not None
    assert ours.refresh()
    assert [file.name for file in folder_without_power.iterdir()] == [lock_path(draft).name]


def test_where_two_could_take_it_at_once_the_writer_says(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(handle: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", unsupported)
    left_by(GONE, draft)
    there = held(draft)
    assert there.life is Life.ENDED
    ours = taken(draft, despite=there)
    assert ours.refresh()
    ours.release()
    assert list(draft.parent.iterdir()) == [draft]


@pytest.mark.parametrize("in_place", [True, False])
def test_who_was_quicker_keeps_it(draft: Path, monkeypatch: pytest.MonkeyPatch, in_place: bool) -> None:

    def after_another(handle: int) -> None:
        if in_place:
            left_by(this_process(), draft)
        else:
            left_by(this_process(), draft.with_name("other"))
            lock_path(draft.with_name("other")).replace(lock_path(draft))
        lone_file.alone(handle)

    left_by(GONE, draft)
    monkeypatch.setattr(lock, "alone", after_another)
    assert held(draft).life is Life.RUNNING


def test_it_stops_when_it_is_asked_to(draft: Path) -> None:
    watch = Watch()
    watch.cancel()
    with pytest.raises(Cancelled):
        take(draft, watch=watch)
    assert list(draft.parent.iterdir()) == [draft]


def test_what_a_lock_says_is_bounded_and_printable(draft: Path) -> None:
    left_by(ELSEWHERE, draft, host="a\n\x1b[31mb" * 100, user=["x"], since=float("inf"))
    owner = held(draft).owner
    assert owner is not None
    assert owner.host.isprintable()
    assert len(owner.host) <= 80
    assert (owner.user, owner.since) == ("", 0.0)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda of: st.lists(of), max_leaves=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary()
    | st.dictionaries(st.sampled_from(["host", "user", "since", "process", "token"]), JSON).map(lambda d: json.dumps(d).encode())
)
def test_no_lock_is_too_odd(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    draft = tmp_path_factory.getbasetemp() / "odd.md"
    lock_path(draft).write_bytes(data)
    answer = take(draft)
    assert isinstance(answer, Taken | Held)
    ours = answer if isinstance(answer, Taken) else taken(draft, answer)
    ours.release()
    assert not lock_path(draft).exists()


@pytest.mark.parametrize("start", ["left behind", "other account", "none"])
def test_of_many_that_want_a_draft_at_the_same_moment_one_gets_it(tmp_path: Path, start: str) -> None:
    names = [f"{number}.md" for number in range(30)]
    for name in names if start != "none" else ():
        left_by(GONE, tmp_path / name)
    command = [sys.executable, "-c", RACE, str(tmp_path), start]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    got = []
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        assert racer.stdout is not None
        while (line := racer.stdout.readline().strip()) != "done":
            got.append(line)
    for racer in racers:
        racer.communicate("\n", timeout=60)
    assert sorted(got) == sorted(names)
