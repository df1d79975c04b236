import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from afterword.text.boundaries import (
    count_words,
    first_sentence_end,
    first_word_end,
    joined,
    rest_of_word,
    sentence_ends,
    word_ends,
)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (" the city", " the"),
        ("don't go", "don't"),
        (" half-typed word", " half-typed"),
        (", and", ","),
        ("...", "..."),
        (" 3.50 euros", " 3.50"),
        (" 3.5km away", " 3.5km"),
        (" 1,000.50 euros", " 1,000.50"),
        (" fig.3 shows", " fig"),
        (" “Hello”", " “"),
        ("last  ", "last  "),
        ("   ", "   "),
        (" naïve Zoë", " naïve"),
        ("\n\nThen", "\n\nThen"),
        ("", ""),
        (" हिन्दी भाषा", " हिन्दी"),
        (" e\u0301tude du", " e\u0301tude"),
        (" שָׁלוֹם עוֹלָם", " שָׁלוֹם"),
        (" मैं, तुम", " मैं"),
        (" می\u200cخواهم که", " می\u200cخواهم"),
        ("\u0301tude du", "\u0301tude"),
        (" \u2764\ufe0f you", " \u2764\ufe0f"),
        (" \U0001f469\u200d\U0001f469\u200d\U0001f467 are", " \U0001f469\u200d\U0001f469\u200d\U0001f467"),
        (" \U0001f44d\U0001f3fd, he", " \U0001f44d\U0001f3fd,"),
        (' ארה"ב היא', ' ארה"ב'),
        (" ארה״ב היא", " ארה״ב"),
        (" ג׳ירפה גבוהה", " ג׳ירפה"),
        (' "שלום" אמר', ' "'),
        ('שלום" אמר', "שלום"),
    ],
)
def test_accepting_a_word_takes_it_with_the_space_before_and_leaves_its_punctuation(text: str, first: str) -> None:
    assert text[: first_word_end(text)] == first


@given(st.text())
def test_taking_word_after_word_gives_the_whole_text_and_always_comes_to_an_end(text: str) -> None:
    taken = ""
    while taken != text:
        step = first_word_end(text[len(taken) :])
        assert step > 0
        taken += text[len(taken) : len(taken) + step]
    assert taken == text


WITH_CLUSTERS = st.text(
    st.sampled_from("a7'.\" \n\u0301\u0915\u094d\u093f\u200c\u200d\u2764\ufe0f\u20e3\u05d0\u05f4\u0d4e\uac00\u11a8")
    | st.sampled_from("\U0001f469\U0001f44d\U0001f3fd\U0001f1ee\U000e0067\U0001f3f4")
)  # letters, marks, joiners, and what emoji are made of


@given(WITH_CLUSTERS)
def test_what_a_reader_sees_as_one_character_is_never_cut(text: str) -> None:
    whole = {match.end() for match in regex.finditer(r"\X", text)}
    assert set(word_ends(text, len(text))) <= whole
    at = 0
    while at < len(text):
        at += first_word_end(text[at:])
        assert at in whole


@pytest.mark.parametrize(
    ("before", "after", "goes_on"),
    [
        ("the wal", "ked", True),
        ("the wal", " ked", False),
        ("ארה", '"ב', True),
        ("ארה״", "ב", True),
        ('אמר "', "שלום", False),
        ("\u2764\ufe0f", "you", False),
    ],
)
def test_a_word_goes_on_over_the_cursor(before: str, after: str, goes_on: bool) -> None:
    assert joined(before, after) is goes_on


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("He went. She stayed.", "He went."),
        ("Mr. Hale owned both. Ana knew.", "Mr. Hale owned both."),
        ("See e.g. the map. Then go.", "See e.g. the map."),
        ("It cost 3.75 euros. Cheap.", "It cost 3.75 euros."),
        ("J. R. Hale came. Then left.", "J. R. Hale came."),
        ("“Stop!” he cried. So she did.", "“Stop!”"),
        ('He said "no." Then he left.', 'He said "no."'),
        ("1. The first point. And more.", "1. The first point."),
        ("Really?! Yes.", "Really?!"),
        ("no end here", "no end here"),
        ("我走了。她留下。", "我走了。"),
        ("Wait… what? Yes.", "Wait…"),
        ("A title\n\nA paragraph.", "A title\n\n"),
    ],
)
def test_a_sentence_ends_where_a_reader_would_say_so(text: str, first: str) -> None:
    assert text[: first_sentence_end(text)] == first


def test_an_end_at_the_very_end_is_not_certain_while_more_may_follow() -> None:
    assert sentence_ends("It cost 3.", final=False) == []
    assert sentence_ends("It cost 3. Then", final=False) == [10]


def test_an_abbreviation_may_begin_before_the_text() -> None:
    assert sentence_ends("r. Hale came. Then", before="Then M") == [13]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one", 1),
        ("Don't half-stop, at 3.5!", 4),
        ("— … —", 0),
        ("a\nb\n\nc", 3),
        ("हिन्दी भाषा सुन्दर है", 4),
        ("e\u0301tude du soir", 3),
        ("I \u2764\ufe0f you \U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd", 2),
        ('ארה"ב', 1),
    ],
)
def test_words_are_counted_as_a_writer_counts_them(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("before", "after", "rest"),
    [
        ("The s", "hop is shut", "hop"),
        ("The chain is brok", 'en"', "en"),
        ("I don", "'t know", "'t"),
        ("a well", "-known man", "-known"),
        ("3", ".5 km", ".5"),
        ("naï", "ve.", "ve"),
        ("The shop", " is shut", ""),
        ("The shop ", "is shut", ""),
        ("The shop", ".", ""),
        ("", "shop", ""),
        ("shop", "", ""),
        ("我", "们好", ""),  # nobody knows
        ("See http://ex", "ample.com/a?b=c, and", "ample.com/a?b=c"),
        ("(see https://example.com/a", ".html).", ".html"),
        ("See ht", "tp://example.com.", "tp://example.com"),
        ("www.example", ".org and", ".org"),
        ("Write to jane.", "doe+post@example.org, please", "doe+post@example.org"),
        ("Write to jane@example", ".org.", ".org"),
        ("See http://example.com", ", and", ""),
        ("See http://example.com", " and", ""),
        ("See http://example.com and s", "hop", "hop"),
        ("At 5@", "home", ""),
        ("See https://example.com/Foo_", "(bar), and", "(bar)"),
        ("See https://example.com/Foo", "_(bar).", "_(bar)"),
        ("(https://example.com/a", ").", ""),
        ("https://example.com/é", "té ici", "té"),
        ("https://example.com/" + "a" * 900, "b" * 900 + " and", "b" * 900),
        ("见 https://example.com/a。然后", "我们继续写", ""),
        ("https://example.com", "を参照。次に", ""),
        ("www.example.com。今天", "我们", ""),
        ("https://exam", "ple.com。今天", "ple.com"),
    ],
)
def test_the_rest_of_a_word(before: str, after: str, rest: str) -> None:
    assert after[: rest_of_word(before, after)] == rest
