from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.assist.types import Place
from afterword.editor.offer import AHEAD_LIMIT, Fit, Offer
from tests.editor.conftest import suggestion

PLACE = Place(1, 0)
TEXTS = st.text(alphabet="ab \n🐟", min_size=1, max_size=12)


def test_a_new_offer_shows_all_it_says() -> None:
    offer = Offer(PLACE, suggestion(" under", " a"))
    assert (offer.fit, offer.remaining.text) == (Fit.SHOWS, " under a")


@given(TEXTS, st.data())
def test_what_remains_is_what_was_not_written(text: str, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(text)))
    offer = Offer(PLACE, suggestion(*text))
    fit = Fit.SHOWS
    for character in text[:length]:
        fit = offer.write(character)
    assert fit is (Fit.USED_UP if length == len(text) else Fit.SHOWS)
    assert offer.written + offer.remaining.text == text


@given(TEXTS, TEXTS)
def test_it_departs_exactly_where_the_writer_does(text: str, typed: str) -> None:
    offer = Offer(PLACE, suggestion(text))
    fit = offer.write(typed)
    assert (fit is Fit.DEPARTS) == (not text.startswith(typed))
    assert offer.remaining.text == (text[len(typed) :] if text.startswith(typed) else "")


@given(TEXTS, st.data())
def test_a_stream_may_come_in_any_parts_before_and_after_what_is_typed(text: str, data: st.DataObject) -> None:
    arrived = data.draw(st.lists(st.integers(0, len(text)), max_size=5).map(sorted))
    typed = data.draw(st.integers(0, len(text)))
    offer = Offer(PLACE, suggestion("", more=True))
    offer.write(text[:typed])
    for count in arrived:
        fit = offer.grow(suggestion(text[:count], more=True))
        assert fit is (Fit.SHOWS if count > typed else Fit.WAITS)
        assert offer.remaining.text == text[typed:count]
    assert offer.grow(suggestion(text)) is (Fit.USED_UP if typed == len(text) else Fit.SHOWS)


def test_typing_ahead_of_a_stream_that_then_says_something_else_departs() -> None:
    offer = Offer(PLACE, suggestion("un", more=True))
    assert offer.write("und") is Fit.WAITS
    assert offer.grow(suggestion("until", more=True)) is Fit.DEPARTS


def test_nobody_is_waited_for_without_end() -> None:
    offer = Offer(PLACE, suggestion("un", more=True))
    assert offer.write("un" + "x" * AHEAD_LIMIT) is Fit.WAITS
    assert offer.write("x") is Fit.DEPARTS


def test_it_has_been_seen_since_it_was_first_shown_and_not_since_it_was_last_shorter() -> None:
    offer = Offer(PLACE, suggestion("under"))
    assert offer.show(10.0)
    offer.write("u")
    assert not offer.show(10.2)
    assert offer.seen_for(10.3) == pytest.approx(0.3)


def test_one_that_was_gone_in_between_begins_to_be_seen_anew() -> None:
    offer = Offer(PLACE, suggestion("un", more=True))
    offer.show(10.0)
    offer.write("un")
    offer.hide()
    offer.grow(suggestion("under", more=True))
    assert not offer.show(20.0)
    assert offer.seen_for(20.1) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("shown", "accepted", "typed", "ignored"),
    [(True, "", "", True), (True, "", "un", True), (False, "", "", False), (True, "un", "", False), (True, "", "under", False)],
)
def test_it_was_ignored_if_seen_and_neither_accepted_nor_typed_to_its_end(
    shown: bool, accepted: str, typed: str, ignored: bool
) -> None:
    offer = Offer(PLACE, suggestion("under"))
    if shown:
        offer.show(0.0)
    if accepted:
        offer.accept(accepted)
    offer.write(typed)
    assert offer.ignored is ignored
