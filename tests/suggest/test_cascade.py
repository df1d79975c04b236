"""What is shown of what two models say to one request: it only ever grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece
from afterword.suggest.cascade import BOTH, LOCAL, SERVER, Cascade
from afterword.suggest.suggestion import Ended, Suggestion

PATIENCE = 0.3


def said(text: str, why: Ended | None = None, probability: float = 0.9) -> Suggestion:
    return Suggestion(tuple(Piece(f" {word}", probability) for word in text.split()), why)


def cascade(*asked: str) -> Cascade:
    return Cascade(asked or BOTH, 0.0, PATIENCE)


def offered(of: Cascade) -> tuple[str, str, Ended | None]:
    return of.offer.text.strip(), of.offer.by, of.offer.why_it_ended


def test_the_local_model_answers_at_once() -> None:
    both = cascade()
    both.say(LOCAL, said("the city"))
    assert offered(both) == ("the city", LOCAL, None)


def test_before_anything_is_shown_the_servers_words_go_before_the_local_ones() -> None:
    both = cascade()
    both.say(LOCAL, said("the city", Ended.MODEL))
    both.say(SERVER, said("a town"))
    assert offered(both) == ("a town", SERVER, None)


def test_the_server_goes_on_where_it_agrees_with_what_is_shown() -> None:
    both = cascade()
    both.say(LOCAL, said("the city", Ended.UNSURE))
    both.show()
    both.say(SERVER, said("the city of Nova", probability=0.5))
    assert offered(both) == ("the city of Nova", SERVER, None)
    assert [piece.probability for piece in both.offer.pieces] == [0.9, 0.9, 0.5, 0.5], "what is shown keeps its shade"
    both.say(LOCAL, said("the city and more"))
    assert offered(both) == ("the city of Nova", SERVER, None), "it leads from there"


def test_a_server_that_says_less_than_is_shown_takes_nothing_back() -> None:
    both = cascade()
    both.say(LOCAL, said("the city of Nova", Ended.MODEL))
    both.show()
    both.say(SERVER, said("the city"))
    assert offered(both) == ("the city of Nova", LOCAL, None)
    both.say(SERVER, said("the city", Ended.UNSURE))
    assert offered(both) == ("the city of Nova", LOCAL, Ended.MODEL)


def test_a_server_that_disagrees_with_what_is_shown_is_let_go_at_once() -> None:
    both = cascade()
    both.say(LOCAL, said("the city"))
    both.show()
    both.say(SERVER, said("a town"))
    assert both.spare(0.01) == [SERVER]
    assert offered(both) == ("the city", LOCAL, None)
    both.say(LOCAL, said("the city of Nova", Ended.MODEL))
    assert offered(both) == ("the city of Nova", LOCAL, Ended.MODEL)


def test_a_server_that_disagrees_with_what_is_not_shown_yet_is_not_let_go() -> None:
    both = cascade()
    both.say(LOCAL, said("the city", Ended.MODEL))
    both.say(SERVER, said("a"))
    assert both.spare(9.0) == []


def test_a_local_model_that_disagrees_with_the_server_that_is_shown_is_let_go() -> None:
    both = cascade()
    both.say(SERVER, said("a town"))
    both.show()
    both.say(LOCAL, said("the city"))
    assert both.spare(0.0) == [LOCAL]
    both.lose(SERVER)
    assert offered(both) == ("a town", SERVER, Ended.STOPPED)


def test_once_the_server_is_through_and_shown_the_local_model_need_not_go_on() -> None:
    both = cascade()
    both.say(LOCAL, said("a"))
    both.say(SERVER, said("a town", Ended.SENTENCE))
    assert both.spare(0.0) == [], "it may still be needed: nothing is shown"
    both.show()
    assert both.spare(0.0) == [LOCAL]
    assert offered(both) == ("a town", SERVER, Ended.SENTENCE)


@pytest.mark.parametrize(("late", "stands"), [(0.29, False), (0.31, True)])
def test_a_server_that_keeps_a_whole_suggestion_waiting_is_let_go(late: float, stands: bool) -> None:
    both = cascade()
    both.say(LOCAL, said("the city", Ended.MODEL), 0.05)
    both.show()
    assert both.due() == PATIENCE
    assert both.spare(late) == ([SERVER] if stands else [])
    assert offered(both) == ("the city", LOCAL, Ended.MODEL if stands else None)


def test_the_server_is_given_time_again_with_every_word() -> None:
    both = cascade()
    both.say(LOCAL, said("the city", Ended.MODEL))
    both.show()
    both.say(SERVER, said("the"), 0.25)
    assert both.spare(0.5) == []
    assert both.spare(0.56) == [SERVER]


@pytest.mark.parametrize("local", [said(""), said("", Ended.UNSURE)])
def test_where_the_local_model_has_nothing_the_server_is_waited_for(local: Suggestion) -> None:
    both = cascade()
    both.say(LOCAL, local)
    both.show()
    assert both.spare(100.0) == []
    assert offered(both) == ("", "", None)
    both.say(SERVER, said("a town", Ended.MODEL), 100.0)
    assert offered(both) == ("a town", SERVER, Ended.MODEL)


def test_a_local_suggestion_that_still_grows_is_no_reason_to_let_the_server_go() -> None:
    both = cascade()
    both.say(LOCAL, said("the"))
    both.show()
    assert both.spare(100.0) == []


def test_where_the_server_falls_silent_a_whole_local_suggestion_goes_on_in_its_stead() -> None:
    both = cascade()
    both.say(SERVER, said("the"), 0.1)
    both.show()
    both.say(LOCAL, said("the city", Ended.MODEL), 0.2)
    assert both.spare(0.39) == []
    assert both.spare(0.41) == [SERVER]
    assert offered(both) == ("the city", LOCAL, Ended.MODEL)


def test_where_the_server_breaks_the_local_model_stands_in() -> None:
    both = cascade()
    both.say(SERVER, said("the city of"))
    both.show()
    assert both.spare(100.0) == [], "the local model is needed until the server is through"
    both.lose(SERVER)
    assert offered(both) == ("the city of", SERVER, None), "the local model may still go on"
    both.say(LOCAL, said("the city"))
    assert offered(both) == ("the city of", SERVER, None)
    both.say(LOCAL, said("the city of Nova", Ended.MODEL))
    assert offered(both) == ("the city of Nova", LOCAL, Ended.MODEL)


def test_whoever_was_let_go_says_nothing_any_more() -> None:
    both = cascade()
    both.say(LOCAL, said("the city", Ended.MODEL))
    both.show()
    assert both.spare(9.0) == [SERVER]
    both.say(SERVER, said("the city of Nova", Ended.MODEL), 9.1)
    assert offered(both) == ("the city", LOCAL, Ended.MODEL)


def test_a_server_that_only_says_the_same_does_not_lead() -> None:
    both = cascade()
    both.say(LOCAL, said("the city"))
    both.show()
    both.say(SERVER, said("the city"))
    assert offered(both) == ("the city", LOCAL, None)
    both.say(LOCAL, said("the city of"))
    assert offered(both) == ("the city of", LOCAL, None)


def test_a_broken_local_model_leaves_the_word_to_the_server() -> None:
    both = cascade()
    both.say(LOCAL, said("the city"))
    both.lose(LOCAL)
    assert offered(both) == ("", "", None)
    both.lose(SERVER)
    assert offered(both) == ("the city", LOCAL, Ended.STOPPED), "better than nothing"


def test_for_half_a_suggestion_no_server_is_late() -> None:
    both = cascade()
    both.say(LOCAL, said("the city"))
    both.show()
    both.lose(LOCAL)
    assert both.spare(100.0) == []


def test_what_came_from_a_broken_server_and_was_not_shown_is_not_shown_any_more() -> None:
    both = cascade()
    both.say(SERVER, said("the"))
    both.show()
    both.say(SERVER, said("the city"))
    both.lose(SERVER)
    assert offered(both) == ("the", SERVER, None)


def test_a_model_that_begins_anew_with_something_else_changes_nothing_that_is_shown() -> None:
    both = cascade(LOCAL)
    both.say(LOCAL, said("the city"))
    both.show()
    both.ask_again(LOCAL)
    both.say(LOCAL, said("a town by the sea"))
    assert offered(both)[:2] == ("the city", LOCAL)


def test_what_a_broken_server_said_and_nobody_saw_is_void() -> None:
    both = cascade()
    both.say(SERVER, said("the"))
    both.lose(SERVER)
    assert offered(both) == ("", "", None)
    both.say(LOCAL, said("a town", Ended.MODEL))
    assert offered(both) == ("a town", LOCAL, Ended.MODEL)


def test_where_both_have_nothing_it_is_said_once_both_have_said_so() -> None:
    both = cascade()
    both.say(SERVER, said("", Ended.UNSURE))
    assert offered(both) == ("", "", None)
    both.say(LOCAL, said("", Ended.RULE))
    assert both.offer.why_it_ended is not None


def test_where_both_broke_nothing_is_said_at_all() -> None:
    both = cascade()
    both.lose(SERVER)
    both.lose(LOCAL)
    assert both.offer == Suggestion()


def test_a_local_model_that_was_not_there_is_asked_again() -> None:
    both = cascade()
    both.lose(LOCAL)
    both.ask_again(LOCAL)
    both.say(LOCAL, said("the city"))
    assert offered(both) == ("the city", LOCAL, None)


def test_who_is_not_asked_is_not_waited_for() -> None:
    alone = cascade(LOCAL)
    alone.say(LOCAL, said("the city", Ended.MODEL))
    assert offered(alone) == ("the city", LOCAL, Ended.MODEL)
    assert alone.due() is None


# --- whatever happens in whatever order ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Script:
    """What one of them says, word by word, and how it ends."""

    words: tuple[str, ...]
    breaks: bool
    probability: float

    def suggestions(self) -> list[Suggestion | None]:
        grown = [said(" ".join(self.words[:n]), None, self.probability) for n in range(1, len(self.words) + 1)]
        last = grown[-1] if grown else said("")
        return [*grown, None if self.breaks else replace(last, why_it_ended=Ended.MODEL)]


words = st.lists(st.sampled_from("ab"), max_size=5).map(tuple)
scripts = st.builds(Script, words, st.booleans(), st.sampled_from([0.5, 0.9]))
moves = st.lists(st.sampled_from([LOCAL, SERVER, "show", "late"]), max_size=40)


@given(local=scripts, server=scripts, order=moves)
def test_what_is_shown_only_ever_grows_and_comes_to_an_end(local: Script, server: Script, order: Sequence[str]) -> None:
    both, now = cascade(), 0.0
    coming = {LOCAL: local.suggestions(), SERVER: server.suggestions()}
    shown: list[Suggestion] = []
    spared: list[str] = []
    for move in [*order, "show", *([LOCAL, SERVER] * 6), "show", "late", "show"]:
        if move == "show":
            shown.append(both.show())
        elif move == "late":
            now += 2 * PATIENCE
        elif move not in spared and coming[move]:
            next_one = coming[move].pop(0)
            if next_one is None:
                both.lose(move)
            else:
                both.say(move, next_one, now)
        spared += both.spare(now)
    for before, after in pairwise(shown):
        assert after.pieces[: len(before.pieces)] == before.pieces, "nothing that was seen is another, or gone"
        if before.why_it_ended is not None:
            assert after == before, "what has ended stays"
    last = shown[-1]
    by = {LOCAL: local, SERVER: server}
    if last:
        assert [piece.text for piece in last.pieces] == [f" {word}" for word in by[last.by].words[: len(last.pieces)]]
        assert last.why_it_ended is not None
    else:
        assert last.why_it_ended is not None or (local.breaks and server.breaks)
    assert len(spared) == len(set(spared))


@given(local=scripts, server=scripts, order=moves)
def test_as_many_words_are_shown_as_the_local_model_alone_would_show(local: Script, server: Script, order: Sequence[str]) -> None:
    """Where its words are shown, the server can add to them, and not keep any of them back."""
    both, now = cascade(), 0.0
    coming = {LOCAL: local.suggestions(), SERVER: server.suggestions()}
    for move in [*order, *([LOCAL, SERVER] * 6), "show"]:
        if move == "show":
            both.show()
        elif move == "late":
            now += 2 * PATIENCE
        elif coming[move]:
            next_one = coming[move].pop(0)
            if next_one is None:
                both.lose(move)
            else:
                both.say(move, next_one, now)
        both.spare(now)
        if both.seen.by == LOCAL:
            assert len(both.offer.pieces) >= len(both.seen.pieces)
    last = both.show()
    if last.by == LOCAL and not local.breaks:
        assert [piece.text.strip() for piece in last.pieces] == list(local.words)
