"""The log has what is needed to find out what was wrong, and nothing that a writer wrote."""

from __future__ import annotations

import errno
import json
import logging
import sqlite3
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword import logs
from afterword.errors import DraftMissing, ExportFailed, ModelBroken
from afterword.logs import DiscreetFormatter, told, trace_of

SECRET = "The ferry left without her"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions, warnings.showwarning)
    file = tmp_path / "log" / "afterword.log"
    root.handlers.clear()  # else `start` would close those of the tests
    logs.start(file)
    yield file
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.raiseExceptions, warnings.showwarning = before[2:]


def decode() -> None:
    (SECRET.encode() + b"\xff").decode()


def undecodable_json() -> None:
    json.loads(f'{{"{SECRET}"')


def chained() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise KeyError(SECRET) from error


def noted() -> None:
    error = RuntimeError(SECRET)
    error.add_note(SECRET)
    raise error


def made_up() -> None:
    raise OSError(SECRET)


def export() -> None:
    try:
        raise RuntimeError(SECRET)
    except RuntimeError as error:
        raise ExportFailed(Path("/book.pdf"), f"unexpected “{SECRET}”") from error


def grouped() -> None:
    raise ExceptionGroup(SECRET, [ValueError(SECRET)])


@pytest.mark.parametrize("fail", [decode, undecodable_json, chained, noted, made_up, export, grouped], ids=lambda f: f.__name__)
def test_what_an_exception_quotes_is_left_out(log: Path, fail: Callable[[], None]) -> None:
    ours = logging.getLogger("afterword.window.anything")
    try:
        fail()
    except Exception as error:
        caught = error
        ours.warning("it failed: %s", error, exc_info=True)
        ours.warning("%(why)r", {"why": error})
        ours.error(error)
    written = log.read_text("utf-8")
    assert "ferry" not in written
    assert type(caught).__name__ in written
    assert f"in {fail.__name__}" in written, "where it was"
    assert "test_logs.py" in written


def test_what_cannot_quote_a_draft_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        (tmp_path / "none.md").read_bytes()
    assert (
        told(missing.value)
        == f"FileNotFoundError: [Errno {errno.ENOENT}] No such file or directory: {str(tmp_path / 'none.md')!r}"
    )
    assert told(ModelBroken("m", "cut off")) == "ModelBroken(name='m', reason='cut off')"
    assert told(DraftMissing(Path("/a.md"))) == "DraftMissing(path=PosixPath('/a.md'))"
    assert told(ImportError("libEGL.so.1: cannot open")) == "ImportError: libEGL.so.1: cannot open"
    assert told(ZeroDivisionError()) == "ZeroDivisionError"
    with closing(sqlite3.connect(":memory:")) as database, pytest.raises(sqlite3.OperationalError) as broken:
        database.execute(SECRET)
    assert told(broken.value) == "sqlite3.OperationalError: SQLITE_ERROR"


def test_the_cause_and_its_places_are_in_the_trace() -> None:
    with pytest.raises(KeyError) as caught:
        chained()
    trace = trace_of(caught.value)
    assert trace.index("KeyError") < trace.index("That came from:") < trace.index("ValueError")
    assert trace.count("in chained") == 2


def test_a_trace_without_end_is_cut_and_a_circle_of_causes_ends() -> None:
    def deeper() -> None:
        deeper()

    with pytest.raises(RecursionError) as caught:
        deeper()
    assert len(trace_of(caught.value).splitlines()) < 60
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert trace_of(one).count("ValueError") == 1


@given(
    st.text(min_size=1).filter(str.strip), st.sampled_from([ValueError, KeyError, RuntimeError, OSError, Exception, UserWarning])
)
def test_no_text_gets_through(text: str, kind: type[Exception]) -> None:
    record = logging.makeLogRecord({"name": "afterword.x", "msg": "failed: %s", "args": (kind(f"«{text}»"),)})
    assert "«" not in DiscreetFormatter().format(record)


def test_of_other_libraries_only_the_place_is_known(log: Path) -> None:
    logging.getLogger("library.part").warning("cannot go on after %s", SECRET)
    logging.getLogger("afterwords").warning(SECRET)
    logging.getLogger("afterword.drafts").warning("%d lines", 3)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(SECRET, RuntimeWarning, stacklevel=1)
    written = log.read_text("utf-8")
    assert "ferry" not in written
    assert "WARNING library.part: test_logs.py, line " in written
    assert "afterword.drafts: 3 lines" in written
    assert f"RuntimeWarning at {__file__}, line " in written


def test_the_log_rotates_and_is_bounded(log: Path) -> None:
    for number in range(3000):
        logging.getLogger("afterword").warning("%d %s", number, "é" * 400)
    files = sorted(log.parent.iterdir())
    assert [file.name for file in files] == ["afterword.log", "afterword.log.1", "afterword.log.2", "afterword.log.3"]
    assert sum(file.stat().st_size for file in files) <= 2_000_000
    assert " 2999 é" in log.read_text("utf-8"), "the newest is kept"


def test_threads_do_not_write_into_each_others_lines(log: Path) -> None:
    def write(number: int) -> None:
        for _ in range(100):
            logging.getLogger("afterword").warning("from %d %s", number, "x" * 100)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = log.read_text("utf-8").splitlines()
    assert len(lines) == 400
    assert all(line.endswith(" " + "x" * 100) and line.count("from") == 1 for line in lines)


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for impossible in (tmp_path / "file" / "afterword.log", tmp_path / "folder"):
        logs.start(impossible)
        logging.getLogger("afterword").warning("hello")
    assert sys.stderr is not None
    assert capsys.readouterr() == ("", "")
