from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from afterword.errors import Cancelled
from afterword.files import reason, write_whole
from afterword.watch import Watch

resource = pytest.importorskip("resource")


def test_a_new_file_gets_the_permissions_that_every_program_would_give_it(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write_whole(tmp_path / "whole", b"text")
    assert (tmp_path / "whole").read_bytes() == b"text"
    assert stat.S_IMODE((tmp_path / "whole").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_permissions_are_kept(tmp_path, mode):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    file.chmod(mode)
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account")
@pytest.mark.parametrize(("groups", "kept"), [([3000], (2002, 3000)), ([], (2002, 2002))])
def test_the_group_of_a_shared_file_is_kept_whoever_saves_it(groups, kept):
    ours = os.getgroups()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        file.write_bytes(b"old")
        for path, mode in ((Path(folder), 0o777), (file, 0o666)):
            os.chown(path, 2001, 3000)
            path.chmod(mode)
        os.setgroups(groups)
        os.setresgid(2002, 2002, 0)
        os.setresuid(2002, 2002, 0)
        try:
            write_whole(file, b"new")
        finally:
            os.setresuid(0, 0, 0)
            os.setresgid(0, 0, 0)
            os.setgroups(ours)
        found = file.stat()
        assert (file.read_bytes(), found.st_uid, found.st_gid) == (b"new", *kept)
        assert stat.S_IMODE(found.st_mode) == 0o666


@pytest.mark.parametrize("refused", ["owner", "group"])
def test_of_owner_and_group_what_can_be_kept_is_kept(tmp_path, monkeypatch, refused):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    kept: list[tuple[int, int]] = []

    def chown(path, uid, gid):
        if (uid if refused == "owner" else gid) != -1:
            raise PermissionError
        kept.append((uid, gid))

    monkeypatch.setattr(os, "chown", chown)
    write_whole(file, b"new")
    assert kept == [(-1, file.stat().st_gid) if refused == "owner" else (file.stat().st_uid, -1)]


def test_the_time_is_that_of_the_writing(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    os.utime(file, (1, 1))
    new = write_whole(file, b"new")
    assert file.stat().st_mtime_ns == new.st_mtime_ns > 10**18
    assert file.stat().st_ino == new.st_ino


def test_a_link_is_followed_and_kept(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_bytes(b"old")
    (tmp_path / "one").symlink_to("real/file")
    (tmp_path / "two").symlink_to("one")
    write_whole(tmp_path / "two", b"new")
    assert (tmp_path / "two").is_symlink()
    assert (tmp_path / "one").is_symlink()
    assert (tmp_path / "real" / "file").read_bytes() == b"new"
    assert not (tmp_path / "real" / "file").is_symlink()


def test_a_link_to_nothing_makes_what_it_points_to(tmp_path):
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_links_in_a_circle_are_left_alone(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").is_symlink()


def test_what_is_no_file_is_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="not an ordinary file"):
        write_whole(tmp_path / "pipe", b"new")
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "folder", b"new")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_file_that_somebody_made_read_only_is_not_replaced(folder_without_power):
    file = folder_without_power / "file"
    file.write_bytes(b"old")
    file.chmod(0o444)
    with pytest.raises(PermissionError):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"


def _fail(code: int) -> Callable[..., None]:
    def call(*args: object, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    return call


@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize("call", ["open", "write", "fsync", "fstat", "close", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_when_the_system_fails_the_old_file_stays_and_nothing_is_left(tmp_path, monkeypatch, call, code, existing):
    file = tmp_path / "file"
    if existing:
        file.write_bytes(b"old")
    before = sorted(tmp_path.iterdir())
    with monkeypatch.context() as patch:
        real_close = os.close
        if call == "close":  # a close that fails has closed all the same

            def close(handle):
                real_close(handle)
                _fail(code)()

            patch.setattr(os, "close", close)
        else:
            patch.setattr(os, call, _fail(code))
        with pytest.raises(OSError) as caught:  # noqa: PT011
            write_whole(file, b"new" * 1000)
    assert caught.value.errno == code
    assert sorted(tmp_path.iterdir()) == before
    assert not existing or file.read_bytes() == b"old"


def test_a_limit_of_the_system_leaves_the_old_file(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_whole(file, b"new" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("call", ["chown", "chmod", "utime"])
def test_an_attribute_that_cannot_be_kept_costs_nothing_else(tmp_path, monkeypatch, call):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, call, _fail(errno.EPERM))
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"


def test_a_folder_that_cannot_be_flushed_costs_nothing(tmp_path, monkeypatch):
    fsync = os.fsync

    def files_only(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", files_only)
    write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_everything_is_written_where_the_system_takes_little_at_a_time(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:3]))
    write_whole(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_the_file_and_then_its_folder_reach_the_disk(tmp_path, monkeypatch):
    told: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(handle):
        told.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        real_fsync(handle)

    def replace(old, new):
        told.append("replace")
        real_replace(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_whole(tmp_path / "file", b"new")
    assert told == ["file", "replace", "folder"]


def test_stopping_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    watch = Watch()
    monkeypatch.setattr(os, "fsync", lambda handle: watch.cancel())
    with pytest.raises(Cancelled):
        write_whole(file, b"new", watch)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("existing", [True, False])
def test_who_looks_a_last_time_sees_what_was_written_meanwhile_and_can_have_it_stay(tmp_path, existing):
    class Changed(Exception):
        pass

    file = tmp_path / "file"
    if existing:
        file.write_bytes(b"old")

    def still():
        file.write_bytes(b"theirs")  # and what is ours is written down already
        assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"theirs", b"new"}
        raise Changed

    with pytest.raises(Changed):
        write_whole(file, b"new", still=still)
    assert file.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [file]
    write_whole(file, b"new", still=lambda: None)
    assert file.read_bytes() == b"new"


def test_the_reason_is_a_phrase():
    assert reason(OSError(errno.ENOSPC, "No space left on device")) == "no space left on device"
    assert reason(OSError(errno.EACCES, "")) == "permission denied"
    assert reason(OSError("of no kind")) == "oserror"
