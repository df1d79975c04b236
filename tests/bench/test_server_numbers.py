"""What became of requests, made into numbers, on cases small enough to count by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.bench.server_numbers import LONGER, TOO_FEW, Numbers, Wish, summed, surviving_percentile, why_none
from afterword.bench.server_table import table
from afterword.errors import ServerBusy, ServerFailed


def numbers(*asked: Wish, busy: float = 0.1, late: tuple[float, ...] = (0.001,)) -> Numbers:
    return summed(list(asked), writers=2, seconds=10.0, keys=40, through=4, busy=busy, late=late)


def whole(first_s: float, ended_s: float) -> Wish:
    return Wish(5.0, 100, True, False, 5 + first_s, 5 + ended_s, None, 3, shown=True)


def voided(after_s: float, first_s: float | None = None, pieces: int = 0, shown: bool = False) -> Wish:
    return Wish(5.0, 200, True, False, None if first_s is None else 5 + first_s, 5 + after_s + 0.01, 5 + after_s, pieces, shown)


# --- waiting --------------------------------------------------------------------------------------------------------


@given(waits=st.lists(st.floats(0.001, 10), min_size=1, max_size=50), percent=st.floats(0.1, 100))
def test_where_nothing_is_broken_off_the_percentile_is_the_usual_one(waits: list[float], percent: float) -> None:
    found = surviving_percentile([(wait, True) for wait in waits], percent)
    assert found is not None
    assert sum(wait <= found + 1e-9 for wait in waits) >= len(waits) * percent / 100 - 1e-6
    assert sum(wait < found - 1e-9 for wait in waits) < len(waits) * percent / 100 + 1e-6


def test_what_is_broken_off_counts_as_longer_than_it_was_given() -> None:
    # By Kaplan and Meier: of five, one is over at 1; of the three left after the break at 2, one at 3; of the last two, one at 4.
    waits = [(1.0, True), (2.0, False), (3.0, True), (4.0, True), (5.0, False)]
    assert surviving_percentile(waits, 20, least=1) == 1.0
    assert surviving_percentile(waits, 40, least=1) == 3.0  # 1 - 4/5 * 2/3 = 0.47
    assert surviving_percentile(waits, 70, least=1) == 4.0  # 1 - 4/5 * 2/3 * 1/2 = 0.73
    assert surviving_percentile(waits, 90, least=1) is None


def test_nothing_is_estimated_from_the_few_that_were_given_long_enough() -> None:
    waits = [(0.2, False)] * 50 + [(2.0, True)] * 9
    assert surviving_percentile(waits, 50) is None
    assert surviving_percentile([*waits, (2.0, True)], 10) == 2.0


@given(st.lists(st.tuples(st.floats(0.001, 10), st.booleans()), max_size=40))
def test_what_is_broken_off_never_makes_a_server_look_quicker(waits: list[tuple[float, bool]]) -> None:
    longest = [(wait if over else 100.0, True) for wait, over in waits]
    for percent in (10, 50, 90):
        found = surviving_percentile(waits, percent, least=1)
        at_most = surviving_percentile([(wait, True) for wait, _ in waits], percent)
        slowest = surviving_percentile(longest, percent)
        if found is not None:
            assert at_most is not None
            assert slowest is not None
            assert at_most <= found <= slowest


# --- why there is no number -------------------------------------------------------------------------------------------


def test_what_nobody_was_left_to_wait_for_is_longer_however_many_ask() -> None:
    assert why_none([(0.2, False)] * 20) == {50: LONGER, 90: LONGER, 99: LONGER}
    assert why_none([(0.1, True)] * 60 + [(0.2, False)] * 940) == {50: LONGER, 90: LONGER, 99: LONGER}
    assert why_none([(0.1, True)] * 600 + [(0.2, False)] * 400) == {50: "", 90: LONGER, 99: LONGER}


def test_what_more_requests_would_tell_is_too_few() -> None:
    assert why_none([(0.2, False)] * 19) == {50: TOO_FEW, 90: TOO_FEW, 99: TOO_FEW}
    assert why_none([(0.1, True)] * 60 + [(0.2, False)] * 39) == {50: "", 90: TOO_FEW, 99: TOO_FEW}
    assert why_none([(0.1, True)] * 998 + [(0.2, False)] * 2) == {50: "", 90: "", 99: ""}
    assert why_none([(0.3, True)] + [(0.1, True)] * 980 + [(0.2, False)] * 19) == {50: "", 90: "", 99: TOO_FEW}


def test_where_there_is_a_number_or_nobody_waited_there_is_no_why() -> None:
    assert why_none([]) == {50: "", 90: "", 99: ""}
    assert why_none([(0.1, True)]) == {50: "", 90: "", 99: ""}


@given(st.lists(st.tuples(st.floats(0.001, 10), st.booleans()), min_size=1, max_size=200))
def test_there_is_a_why_where_there_is_no_number_and_nothing_is_shorter_than_what_is_longer(
    waits: list[tuple[float, bool]],
) -> None:
    why = why_none(waits)
    assert [not each for each in why.values()] == [surviving_percentile(waits, percent) is not None for percent in why]
    order = [("", TOO_FEW, LONGER).index(each) for each in why.values()]
    assert order == sorted(order)


# --- sums -----------------------------------------------------------------------------------------------------------


def test_requests_that_are_answered_in_time() -> None:
    found = numbers(*(whole(n / 100, n / 10) for n in range(1, 11)))
    assert found.first_ms == {50: pytest.approx(50), 90: pytest.approx(90), 99: pytest.approx(100)}
    assert found.whole_ms == pytest.approx(500)
    assert (found.requests, found.pieces, found.answered, found.voided, found.wasted) == (10, 30, 1.0, 0.0, 0.0)
    assert (found.characters, found.errors, found.remembered) == (100, {}, 0)


def test_requests_that_the_next_key_voids() -> None:
    asked = [whole(0.1, 0.4), voided(0.2), voided(0.2), voided(0.3, first_s=0.15, pieces=2)]
    found = numbers(*asked * 10)
    assert found.voided == 0.75
    assert found.answered == 0.5
    assert found.first_ms[50] == pytest.approx(150)
    assert found.first_ms[90] is None
    assert found.wasted == pytest.approx(2 / 5)
    assert found.characters == pytest.approx(175)


def test_a_piece_behind_the_next_key_was_not_there_in_time() -> None:
    found = numbers(voided(0.2, first_s=0.201, pieces=1))
    assert found.answered == 0.0
    assert found.wasted == 1.0


def test_what_was_shown_before_the_next_key_was_not_for_nothing() -> None:
    assert numbers(voided(0.5, first_s=0.1, pieces=4, shown=True)).wasted == 0.0


def test_what_the_server_has_nothing_to_say_to_is_no_wait() -> None:
    silent = Wish(5.0, 100, True, ended_at=5.2)
    found = numbers(silent, whole(0.1, 0.2))
    assert found.requests == 2
    assert found.answered == 1.0
    assert found.first_ms[99] == pytest.approx(100)


def test_what_was_remembered_is_no_request_and_what_was_never_sent_is_still_a_wait() -> None:
    remembered = Wish(5.0, 100, remembered=True, ended_at=5.0001)
    overtaken = Wish(5.0, 100, ended_at=5.3, voided_at=5.2)
    found = numbers(remembered, overtaken, whole(0.1, 0.2))
    assert (found.requests, found.remembered, found.voided) == (1, 1, 0.0)
    assert found.first_ms[50] == pytest.approx(100)
    assert found.first_ms[90] is None
    assert found.answered == 0.5


def test_errors_are_counted_by_kind_with_the_first_sentence_of_each() -> None:
    first, second, third = ServerBusy("u"), ServerBusy("u"), ServerFailed("u", 500, "no")
    asked = [Wish(5.0, 100, True, ended_at=5.1, error=error) for error in (first, second, third)]
    found = numbers(*asked)
    assert found.errors == {"ServerBusy": 2, "ServerFailed": 1}
    assert found.sentences["ServerBusy"] is first
    assert found.first_ms[50] is None


def test_nothing_asked_is_nothing_measured() -> None:
    found = numbers(late=())
    assert (found.requests, found.answered, found.voided, found.wasted, found.late_ms) == (0, None, None, None, None)
    assert found.first_ms == {50: None, 90: None, 99: None}


# --- for readers ----------------------------------------------------------------------------------------------------

ABOUT = {"url": "https://x", "kind": "vllm", "version": "0.1", "model": "big"}
WHERE = {"processor": "a processor", "cores": 2, "memory_gb": 8, "os": "Linux"}


def rows(*runs: Numbers) -> dict[str, list[str]]:
    lines = [line for line in table(ABOUT, 5.0, runs, WHERE).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first: rest for first, *rest in cells}


def test_a_reader_sees_a_column_for_each_number_of_writers() -> None:
    found = rows(numbers(whole(0.1, 0.4)), numbers(voided(0.2)))
    assert found["writers"] == ["2", "2"]
    assert found["keys a second, each"] == ["2.0", "2.0"]
    assert found["first piece, p50"] == ["100 ms", "too few"]
    assert found["requests voided by the next key"] == ["0 %", "100 %"]
    assert found["requests for a key"] == ["0.03", "0.03"]


def test_a_reader_is_told_what_gives_more_numbers_where_some_are_missing() -> None:
    few, slow, all_there = numbers(voided(0.2)), numbers(*[voided(0.2)] * 20), numbers(whole(0.1, 0.4))
    found = rows(few, slow, all_there, numbers())
    assert found["first piece, p99"] == ["too few", "longer", "100 ms", "–"]
    assert found["whole suggestion, p50"] == ["too few", "longer", "400 ms", "–"]
    hint = "Where it says “too few”, more seconds (`--seconds N`) tell whether there is such a number."
    shown = table(ABOUT, 5.0, [all_there, few], WHERE)
    assert shown.partition("keys late by")[2].count(hint) == 1
    assert hint not in table(ABOUT, 5.0, [slow, all_there, numbers()], WHERE)


def test_only_errors_are_no_wait() -> None:
    failed = numbers(Wish(5.0, 1, True, ended_at=5.1, error=ServerBusy("https://x")))
    assert rows(failed)["first piece, p50"] == ["–"]


def test_a_reader_is_told_of_errors_and_of_a_client_that_was_busy() -> None:
    shown = table(ABOUT, 5.0, [numbers(Wish(5.0, 1, True, error=ServerBusy("https://x")), busy=0.9)], WHERE)
    assert "2 writers, 1 times: The server https://x has too much to do" in shown
    assert "this program itself was busy" in shown
    assert "busy" not in table(ABOUT, 5.0, [numbers(busy=0.5)], WHERE)
