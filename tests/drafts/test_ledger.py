"""Which of a text was accepted: counted, taken apart by lines, and followed through changes by other programs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.drafts.ledger import Run, Tally, by_line, carried, joined, line_marks, tally

TEXTS = st.text(alphabet="ab 🐟\n\u2028\ud800", max_size=40)


def runs_of(accepted: list[bool]) -> tuple[Run, ...]:
    return joined((at, at + 1) for at, mark in enumerate(accepted) if mark)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[bool]]:
    text = draw(TEXTS)
    return text, draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))


@given(marked())
def test_runs_survive_being_taken_apart_by_lines(given: tuple[str, list[bool]]) -> None:
    text, accepted = given
    runs = runs_of(accepted)
    assert [any(start <= at < end for start, end in runs) for at in range(len(text))] == accepted
    lines = by_line(text, runs)
    assert all("\n" not in text.split("\n")[line][start:end] for line, start, end in lines)
    assert carried(lines, line_marks(text), text) == runs


@given(marked())
def test_characters_are_counted_by_who_wrote_them(given: tuple[str, list[bool]]) -> None:
    text, accepted = given
    counted = tally(text, runs_of(accepted))
    assert counted.characters == sum(character != "\n" for character in text)
    assert counted.accepted_characters == sum(m and c != "\n" for c, m in zip(text, accepted, strict=True))
    assert 0 <= counted.accepted_words <= counted.words


@pytest.mark.parametrize(
    ("runs", "words"),
    [([], 0), ([(0, 8)], 2), ([(0, 2)], 1), ([(0, 1)], 0), ([(3, 6)], 0), ([(3, 7)], 1), ([(4, 6), (7, 8)], 1)],
)
def test_a_word_is_accepted_by_more_than_half_of_it(runs: list[Run], words: int) -> None:
    counted = tally("one don't\n", runs)
    assert counted.words == 2
    assert counted.accepted_words == words


@pytest.mark.parametrize(
    ("characters", "accepted", "percent"),
    [(0, 0, 100), (10, 0, 100), (10, 10, 0), (1000, 1, 99), (1000, 999, 1), (100, 9, 91), (3, 1, 67)],
)
def test_all_and_nothing_are_said_only_where_they_are_so(characters: int, accepted: int, percent: int) -> None:
    assert Tally(characters, accepted).percent_typed == percent


LINES = ["The boat left.", "", "“Yes.”", "It rained.", "", "“Yes.”", "Nobody came."]


def accepted_lines(text: str, runs: tuple[Run, ...]) -> list[str]:
    return [text[start:end].rstrip("\n") for start, end in runs]


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (LINES, ["“Yes.”", "Nobody came."]),
        (["A title", "", *LINES], ["“Yes.”", "Nobody came."]),
        (LINES[2:], ["“Yes.”", "Nobody came."]),
        (["“Yes.”", *LINES[:5], "new", *LINES[5:]], ["“Yes.”", "Nobody came."]),
        ([*LINES[:3], "It poured.", *LINES[4:]], ["“Yes.”", "Nobody came."]),
        ([*LINES[:6], "Somebody came."], ["“Yes.”"]),
        (["A boat left.", *LINES[1:3], "More.", *LINES[3:6], "Somebody came."], ["“Yes.”"]),
        (["another", "text"], []),
        ([""], []),
    ],
)
def test_accepted_text_stays_where_its_line_is_whatever_another_program_did_around_it(now: list[str], left: list[str]) -> None:
    text = "\n".join(LINES)
    runs = ((text.rindex("“Yes"), len(text)),)
    changed = "\n".join(now)
    found = carried(by_line(text, runs), line_marks(text), changed)
    assert accepted_lines(changed, found) == (left if len(left) < 2 else ["\n".join(left)])
    if left == ["“Yes.”", "Nobody came."]:
        assert found[0][0] == changed.rindex("“Yes"), "the second of the two"


def test_a_line_feed_at_the_end_that_another_program_took_away_is_no_trouble() -> None:
    assert carried(by_line("one\n", ((0, 4),)), line_marks("one\n"), "one") == ((0, 3),)


def test_what_changed_beyond_measure_loses_its_marks_and_the_rest_keeps_them() -> None:
    chance = random.Random(3)
    long = [str(chance.random()) for _ in range(2500)]
    text = "\n".join(["first", *long, "last"])
    changed = "\n".join(["first", *reversed(long), "last"])
    found = carried(by_line(text, ((0, len(text)),)), line_marks(text), changed)
    assert accepted_lines(changed, found) == ["first", "last"]


@pytest.mark.parametrize(
    "runs", [[(0, 2, 1)], [(0, -1, 2)], [(0, 0, 9)], [(2, 0, 1)], [(1, 0, 1), (0, 0, 1)], [(0, 0, 2), (0, 1, 3)]]
)
def test_runs_of_another_text_are_refused(runs: list[tuple[int, int, int]]) -> None:
    with pytest.raises(ValueError, match="run"):
        carried(runs, line_marks("one\ntwo"), "one\ntwo")
