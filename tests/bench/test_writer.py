"""What writing a text takes, and the numbers that are made of it, on cases small enough to count by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.bench.scores import mean, scores
from afterword.bench.writer import Session, Writer
from afterword.engine.sampling import Sampling
from afterword.text.context import BEFORE_LIMIT, Context
from tests.bench.scripted import ScriptedSuggester


def written(text: str, suggester: ScriptedSuggester, cycles: int = 0) -> Session:
    session = Writer(suggester, Sampling(), cycles).write(text)
    assert session.text == text
    return session


def counts(session: Session) -> tuple[int, int, int]:
    return session.typed, session.accepts, session.cycles


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_suggestion_that_is_right_as_a_whole_is_taken_with_one_key() -> None:
    text = "The boat left. It was late."
    suggester = ScriptedSuggester(lambda before: text[len(before) :])
    session = written(text, suggester)
    assert counts(session) == (1, 1, 0)  # nothing is asked on an empty page
    assert suggester.asked == ["T"]
    assert scores(session)["saved"] == pytest.approx(1 - 2 / 27)


def test_where_nothing_is_right_every_character_is_typed() -> None:
    session = written("no boat", ScriptedSuggester(lambda before: "xylophone"))
    assert counts(session) == (7, 0, 0)
    assert len(session.showings) == 6
    assert scores(session) == {
        "saved": 0.0,
        "precision": 0.0,
        "wrong_show": pytest.approx(100 * 6 / 7),
        "shown_per_100": pytest.approx(100 * 6 / 7),
        "exact_match": {"1": 0.0, "2": None, "3": None, "4": None, "5": None},
    }


def test_where_nothing_is_suggested_there_is_nothing_to_be_precise_about() -> None:
    found = scores(written("boat", ScriptedSuggester({})))
    assert (found["saved"], found["precision"], found["wrong_show"], found["shown_per_100"]) == (0.0, None, 0.0, 0.0)


def test_a_first_word_that_is_right_is_taken_and_the_rest_stays() -> None:
    suggester = ScriptedSuggester({"I": " saw the sea"})
    session = written("I saw the cat", suggester)
    assert counts(session) == (5, 2, 0)  # I, [ saw], [ the], space typed through, c, a, t
    assert suggester.asked == ["I", "I saw the c", "I saw the ca"]
    assert scores(session)["precision"] == 1.0


def test_a_sentence_that_is_right_is_taken_before_its_first_word() -> None:
    session = written("I saw a cat. Then", ScriptedSuggester({"I": " saw a cat. She"}))
    assert counts(session) == (6, 1, 0)  # I, [ saw a cat.], five of " Then"


@pytest.mark.parametrize(
    ("text", "says", "typed"),
    [
        ("I walked", " walk", 8),
        ("I don't", " don", 7),
        ("I paid 3.5", " paid 3", 5),  # " paid" alone is right
        ("I walk", " walked", 6),
        ("I walk, then", " walk", 7),
        ("I walk", " walk", 1),
    ],
)
def test_a_suggestion_that_ends_inside_a_word_of_the_text_is_wrong(text: str, says: str, typed: int) -> None:
    assert written(text, ScriptedSuggester({"I": says})).typed == typed


def test_a_single_character_is_typed_since_taking_it_saves_nothing() -> None:
    session = written("ab", ScriptedSuggester({"a": "b"}))
    assert counts(session) == (2, 0, 0)
    assert scores(session)["precision"] == 1.0


def test_what_is_typed_through_is_shown_once_and_asked_for_once() -> None:
    suggester = ScriptedSuggester({"I": " was there"})
    session = written("I washed", suggester)
    assert suggester.asked == ["I", "I wash", "I washe"]
    assert len(session.showings) == 1
    assert scores(session)["shown_per_100"] == 100 / 8
    assert scores(session)["wrong_show"] == 100 / 8


def test_another_is_asked_for_when_one_is_used_up() -> None:
    suggester = ScriptedSuggester({"I": " saw", "I saw": " a cat"})
    assert counts(written("I saw a cat", suggester)) == (1, 2, 0)
    assert suggester.asked == ["I", "I saw"]


def test_another_is_asked_for_when_one_was_typed_to_its_end() -> None:
    suggester = ScriptedSuggester({"I": ",", "I,": " too"})
    assert counts(written("I, too", suggester)) == (2, 1, 0)


def test_it_is_asked_as_the_page_asks() -> None:
    text = "word " * (BEFORE_LIMIT // 5 + 10)
    suggester = ScriptedSuggester({})
    written(text, suggester)
    assert [request.context for request in suggester.requests] == [Context.around(text[:at], at) for at in range(1, len(text))]


def test_progress_is_told_how_much_stands() -> None:
    told: list[int] = []
    Writer(ScriptedSuggester({"I": " saw"}), Sampling()).write("I saw it", told.append)
    assert told == [1, 5, 6, 7, 8]


# --- cycling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([" cat"], (2, 1, 1)),  # the first of them: one key to go there, one to take it
        ([" dog", " cat"], (2, 1, 2)),
        ([" dog", " cow", " cat"], (6, 0, 0)),  # out of reach
        ([" cat", " cat."], (2, 1, 1)),
        ([" cats"], (6, 0, 0)),
        ([" cat and"], (2, 1, 1)),  # its first word
        ([], (6, 0, 0)),
    ],
)
def test_each_step_to_another_suggestion_costs_a_key(others: list[str], expected: tuple[int, int, int]) -> None:
    session = written("a cat.", ScriptedSuggester({"a": " hen"}, {"a": others}), cycles=2)
    assert counts(session) == expected
    assert len(session.showings) == 1  # what is cycled to did not come unasked


def test_nobody_cycles_where_that_saves_nothing() -> None:
    suggester = ScriptedSuggester({"a": " hen"}, {"a": [" of", " ox"]})
    assert counts(written("a ox", suggester, cycles=2)) == (4, 0, 0)  # three characters for two steps and a key


def test_others_are_made_only_where_the_first_word_is_wrong() -> None:
    suggester = ScriptedSuggester({"a": " cat and"})
    written("a cat in", suggester, cycles=2)
    assert suggester.cycled == []
    suggester = ScriptedSuggester({"a": " hen"})
    written("a cat", suggester, cycles=2)
    assert suggester.cycled == [("a", 2)]
    suggester = ScriptedSuggester({"a": " hen"})
    written("a cat", suggester)
    assert suggester.cycled == []


def test_what_is_left_of_one_that_was_cycled_to_stays() -> None:
    suggester = ScriptedSuggester({"a": " hen"}, {"a": [" cat in the house"]})
    assert counts(written("a cat in a box", suggester, cycles=1)) == (7, 2, 1)  # a, <next>, [ cat], [ in], six of " a box"


# --- numbers --------------------------------------------------------------------------------------------------------


def test_exact_match_counts_the_showings_that_are_long_enough() -> None:
    says = {"one": " two three seven", "one two three f": "our six", "one two three four f": "ix up now"}
    found = scores(written("one two three four five", ScriptedSuggester(says)))
    assert found["exact_match"] == {"1": pytest.approx(2 / 3), "2": pytest.approx(1 / 3), "3": 0.0, "4": None, "5": None}
    assert found["precision"] == pytest.approx(2 / 3)


def test_wrong_ones_are_counted_by_the_keys_that_typed() -> None:
    found = scores(written("I saw a", ScriptedSuggester({"I": " saw", "I saw": " me"})))
    assert found["wrong_show"] == pytest.approx(100 / 3)
    assert found["shown_per_100"] == pytest.approx(200 / 7)


def test_the_first_word_is_right_only_with_what_stands_before_it() -> None:
    session = written("I, too", ScriptedSuggester({"I": ", two"}))
    assert scores(session)["precision"] == 0.0


def test_of_a_mark_without_words_the_mark_must_be_right() -> None:
    session = written("I did.", ScriptedSuggester({"I did": ".", "I": "!"}))
    assert [showing.right for showing in session.showings] == [False, True]
    assert scores(session)["exact_match"]["1"] is None


def test_in_the_mean_every_text_that_has_a_number_counts_the_same() -> None:
    silent = scores(written("a long text without any help", ScriptedSuggester({})))
    helped = scores(written("I saw", ScriptedSuggester({"I": " saw"})))
    both = mean([silent, helped])
    assert both["saved"] == pytest.approx(0.6 / 2)
    assert both["precision"] == 1.0
    assert both["shown_per_100"] == 10.0
    assert both["exact_match"] == {"1": 1.0, "2": None, "3": None, "4": None, "5": None}


texts = st.lists(
    st.sampled_from(["a", "boat", "s", " ", "\n\n", ".", ", ", "'t", "é", "我", "😀", "3.5"]), min_size=1, max_size=25
)


@given(texts.map("".join), st.data())
def test_the_text_is_written_exactly_and_never_takes_more_keys_than_characters(text: str, data: st.DataObject) -> None:
    def says(before: str) -> str:
        wrong = data.draw(texts.map("".join) | st.just(""))
        return text[len(before) : len(before) + data.draw(st.integers(0, 12))] + wrong

    others = {text[:at]: [text[at : at + data.draw(st.integers(0, 9))] for _ in range(3)] for at in range(0, len(text), 3)}
    session = Writer(ScriptedSuggester(says, others), Sampling(), data.draw(st.integers(0, 2))).write(text)
    assert session.text == text
    assert session.keys <= len(text)
    found = scores(session)
    assert found["saved"] is not None
    assert 0 <= found["saved"] < 1
    assert len(session.showings) < len(text)
