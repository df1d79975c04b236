"""From the bytes of a stream to its events, however they are cut."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.server.events import EVENT_BYTES, Broken, Events, Lines


def read(parts: Iterable[bytes]) -> list[str]:
    events = Events()
    found = [data for part in parts for data in events.push(part)]
    events.end()
    return found


LINES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=5), st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_events_are_the_same_however_they_are_cut(contents: list[list[str]], end: str, data: st.DataObject) -> None:
    text = "".join("".join(f"data: {line}{end}" for line in lines) + end for lines in contents)
    sent = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    parts = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    assert read(parts) == ["\n".join(lines) for lines in contents]


def test_comments_and_other_fields_are_no_events() -> None:
    assert read([b"\xef\xbb\xbf: ping\n\nevent: x\nid: 7\nretry: 5\n\ndata:one\n\n\n\ndata\n\n"]) == ["one", ""]


@pytest.mark.parametrize("sent", [b'data: {"half', b"data: whole\n\ndata: half\n", b"dat"])
def test_half_an_event_at_the_end_is_told(sent: bytes) -> None:
    with pytest.raises(Broken):
        read([sent])


def test_what_is_no_utf_8_is_told() -> None:
    with pytest.raises(Broken):
        read([b"data: \xff\xfe\n\n"])


@pytest.mark.parametrize("part", [b"x" * 50_000, b"data: " + b"x" * 50_000, b"data: y\n" * 8000])
def test_an_event_without_an_end_takes_no_memory(part: bytes) -> None:
    events = Events()

    def push_all() -> None:
        for _ in range(20_000):  # a thousand million bytes
            list(events.push(part))

    tracemalloc.start()
    with pytest.raises(Broken):
        push_all()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 * EVENT_BYTES


def test_lines_are_events_too() -> None:
    lines = Lines()
    assert [data for part in (b'{"a"', b': 1}\n\n{"b"', b": 2}\r\n") for data in lines.push(part)] == ['{"a": 1}', '{"b": 2}']
    lines.end()
    assert list(lines.push(b"half")) == []
    with pytest.raises(Broken):
        lines.end()
    with pytest.raises(Broken):
        list(Lines().push(b"\xff\n"))
    with pytest.raises(Broken):
        list(Lines().push(b"x" * (EVENT_BYTES + 1)))
