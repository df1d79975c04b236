import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Suggestion, saves_a_key

suggestions = st.lists(st.builds(Piece, st.text(min_size=1, max_size=5), st.floats(0, 1))).map(lambda p: Suggestion(tuple(p)))


def test_accepting_word_by_word_takes_punctuation_as_its_own_unit() -> None:
    left = Suggestion((Piece(" the", 0.9), Piece(" city,", 0.5), Piece(" now", 0.5)))
    taken = []
    while left:
        word, left = left.accept_word()
        taken.append(word)
    assert taken == [" the", " city", ",", " now"]


def test_accepting_a_sentence_leaves_the_next() -> None:
    sentence, left = Suggestion((Piece(" He left. She", 0.9), Piece(" stayed.", 0.5))).accept_sentence()
    assert (sentence, left.text) == (" He left.", " She stayed.")


def test_typing_something_else_leaves_nothing() -> None:
    assert Suggestion((Piece(" the city", 0.9),)).type_through(" a") is None


@given(suggestions, st.data())
def test_typing_through_keeps_the_rest_with_its_probabilities(suggestion: Suggestion, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(suggestion.text)))
    left = suggestion.type_through(suggestion.text[:at])
    assert left is not None
    assert left.text == suggestion.text[at:]
    assert all(piece.text for piece in left.pieces)
    kept = [p.probability for p in suggestion.pieces]
    assert [p.probability for p in left.pieces] == kept[len(kept) - len(left.pieces) :]


def test_its_probability_is_that_of_all_its_pieces_together() -> None:
    assert Suggestion((Piece("a", 0.5), Piece("b", 0.5))).probability == 0.25


@pytest.mark.parametrize(
    ("text", "saves"), [("", False), (" ", False), ("r", False), ("r ", False), (" r", True), ("是", True), ("ab", True)]
)
def test_a_suggestion_is_to_save_a_key(text: str, saves: bool) -> None:
    assert saves_a_key(text) is saves


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        (("正午に", "静かな", "港。"), ["正午に", "静かな", "港", "。"]),
        ((" ท", "\u0e48า", "เรือ", " เก่า"), [" ท่า", "เรือ", " เก่า"]),  # no piece ends between a letter and its mark
        (("iPhone", "を", "買う"), ["iPhoneを", "買う"]),
    ],
)
def test_without_spaces_a_word_is_what_the_model_says_at_once(pieces: tuple[str, ...], words: list[str]) -> None:
    rest, taken = Suggestion(tuple(Piece(text, 0.5) for text in pieces)), []
    while rest:
        word, rest = rest.accept_word()
        taken.append(word)
    assert taken == words
