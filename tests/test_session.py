"""What was open comes back, and a file that makes no sense stops nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from afterword import paths, session
from afterword.errors import Cancelled
from afterword.session import PANES, Found, OpenWindow, Session, read_session, write_session
from afterword.watch import Watch

POSITIONS = st.integers(0, (1 << 31) - 1)


def windows(drafts: st.SearchStrategy[Path | None]) -> st.SearchStrategy[OpenWindow]:
    return st.builds(
        OpenWindow,
        geometry=st.binary(max_size=80),
        draft=drafts,
        position=POSITIONS,
        anchor=POSITIONS,
        top=POSITIONS,
        notes=st.booleans(),
        panel=st.booleans(),
        sizes=st.lists(st.integers(0, 5000), max_size=3).map(tuple),
        zoom=st.integers(-90, 90),
        focus=st.sampled_from(PANES),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("session")


@given(st.data())
def test_what_was_written_comes_back(folder: Path, data: st.DataObject) -> None:
    names = ["a.md", "ü ”quoted“.txt", os.fsdecode(b"not utf-8 \xff.md")]
    drafts = [folder / name for name in names]
    for draft in drafts:
        draft.touch()
    given_windows = tuple(data.draw(st.lists(windows(st.sampled_from([None, *drafts])), max_size=5)))
    front = data.draw(st.integers(0, max(len(given_windows) - 1, 0)))
    there = Session(given_windows, front)
    file = folder / "state" / "session.json"
    write_session(file, there)
    assert read_session(file) == Found(there)


def test_a_draft_that_is_gone_is_named_and_its_window_left_out(tmp_path: Path) -> None:
    a, b, c = (tmp_path / name for name in ("a.md", "b.md", "c.md"))
    a.touch()
    c.touch()
    file = tmp_path / "session.json"
    every = [OpenWindow(draft=draft, position=number) for number, draft in enumerate((a, b, None, c, b))]
    fronts = {}
    for front in range(len(every)):
        write_session(file, Session(tuple(every), front))
        found = read_session(file)
        assert found.missing == (b,)
        assert found.session.windows == (every[0], every[2], every[3])
        fronts[front] = found.session.windows[found.session.front].draft
    assert fronts == {0: a, 1: a, 2: None, 3: c, 4: c}, "the one in front, else one that was opened before it"


def test_when_all_drafts_are_gone_there_is_no_window(tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    write_session(file, Session((OpenWindow(draft=tmp_path / "a.md"), OpenWindow(draft=tmp_path)), 1))
    assert read_session(file) == Found(Session(), (tmp_path / "a.md", tmp_path)), "a folder is no draft"


def test_the_first_time_there_is_none(tmp_path: Path) -> None:
    assert read_session(tmp_path / "none" / "session.json") == Found()
    assert paths.session_file().parent == paths.state_dir()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"7",
        b'{"afterword": 2, "windows": []}',
        b'{"afterword": 1}',
        b"[" * 10**6,
        b'{"afterword": 1, "windows": []}' + b" " * (1 << 20),
    ],
    ids=lambda data: repr(data[:20]),
)
def test_a_broken_file_is_put_aside_and_means_none(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "session.json"
    file.write_bytes(data)
    assert read_session(file) == Found()
    assert [path.name for path in tmp_path.iterdir()] == ["session.json.broken"]
    write_session(file, Session((OpenWindow(),)))
    assert len(read_session(file).session.windows) == 1


def test_a_file_that_cannot_be_put_aside_or_read_means_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> Path:
        raise PermissionError

    file = tmp_path / "session.json"
    file.write_bytes(b"{")
    monkeypatch.setattr(session, "put_aside", fail)
    assert read_session(file) == Found()
    assert read_session(tmp_path) == Found(), "a folder"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("position", -1),
        ("anchor", 1 << 31),
        ("top", 1.5),
        ("top", True),
        ("notes", 1),
        ("panel", "yes"),
        ("sizes", [1, -1]),
        ("sizes", [1] * 100),
        ("sizes", {"0": 1}),
        ("zoom", 10**9),
        ("focus", "attic"),
        ("focus", ["page"]),
        ("geometry", "%%%"),
        ("geometry", "A" * 10**5),
        ("draft", "relative.md"),
        ("draft", "/a\0b"),
        ("draft", 7),
    ],
)
def test_what_makes_no_sense_is_at_its_default_and_the_rest_comes_back(tmp_path: Path, key: str, value: object) -> None:
    file = tmp_path / "session.json"
    write_session(file, Session((OpenWindow(position=3, anchor=4, top=5),)))
    record = json.loads(file.read_bytes())
    record["windows"][0][key] = value
    file.write_text(json.dumps(record))
    [window] = read_session(file).session.windows
    assert getattr(window, key) == getattr(OpenWindow(), key)
    others = {"position": 3, "anchor": 4, "top": 5}
    others.pop(key, None)
    assert {other: getattr(window, other) for other in others} == others


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda of: (
        st.lists(of, max_size=4) | st.dictionaries(st.sampled_from([*vars(OpenWindow()), "windows", "front"]), of, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON, JSON, st.binary(max_size=50))
@example([{"draft": "/\ud800"}], 0, b"")
@example([{"draft": "/" + "x/" * 3000}], 0, b"")
def test_no_file_is_too_odd(folder: Path, entries: Any, front: Any, junk: bytes) -> None:
    file = folder / "odd.json"
    for data in (junk, json.dumps({"afterword": 1, "windows": entries, "front": front}).encode()):
        file.write_bytes(data)
        found = read_session(file)
        assert 0 <= found.session.front <= max(len(found.session.windows) - 1, 0)
        write_session(file, found.session)
        assert read_session(file).session == found.session
    for aside in folder.glob("odd.json.broken*"):
        aside.unlink()


def test_the_number_of_windows_is_bounded(tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    write_session(file, Session((OpenWindow(),) * 1000, 999))
    written = json.loads(file.read_bytes())
    assert len(written["windows"]) == 64
    file.write_text(json.dumps(written | {"windows": [{}] * 1000}))
    found = read_session(file).session
    assert len(found.windows) == 64
    assert found.front == 0


def test_reading_and_writing_stop_when_they_are_asked_to(tmp_path: Path) -> None:
    file, watch = tmp_path / "session.json", Watch()
    write_session(file, Session((OpenWindow(),)), watch=watch)
    watch.cancel()
    with pytest.raises(Cancelled):
        read_session(file, watch=watch)
    with pytest.raises(Cancelled):
        write_session(file, Session(), watch=watch)
    assert len(read_session(file).session.windows) == 1
