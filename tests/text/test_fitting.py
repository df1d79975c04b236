"""Text that is put in beside other text: what is missing on either side, and where none is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.text.context import Context
from afterword.text.fitting import fitted, missing_space


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        ("quickly", "home", " "),
        ("waiting here.", "You are late", " "),
        ("aloud", "(see below)", " "),
        ("학교에", "갔다", " "),  # Korean has spaces
        ("我", "home", ""),
        ("", "home", ""),
        ("quickly", "", ""),
        ("quickly ", "home", ""),
        ("quickly", "\nhome", ""),
        ("quickly", ", home", ""),
        ("quickly", "” he said", ""),
        ("“", "Yes", ""),
        ("(", "at six", ""),
        ("don’", "t", ""),
    ],
)
def test_a_space_between_what_would_run_together(before: str, after: str, missing: str) -> None:
    assert missing_space(before, after) == missing


@pytest.mark.parametrize(
    ("before", "text", "after", "apart", "there"),
    [
        ("One.", "Two.", "Three.", False, "One. Two. Three."),
        ("One.", "Two.", "", False, "One. Two."),
        ("", "Two.", "", True, "Two."),
        ("One.", "Two.", "", True, "One.\nTwo."),
        ("One. ", "Two.", "", True, "One. \nTwo."),
        ("One.\n\nOne and a half.", "Two.", "", True, "One.\n\nOne and a half.\n\nTwo."),
        ("One.\n", "Two.", "\nThree.", True, "One.\n\nTwo.\n\nThree."),
        ("One.\n", "Two.", "Three.", True, "One.\nTwo.\nThree."),
        ("One.\n\n", "Two.", "\n\nThree.", True, "One.\n\nTwo.\n\nThree."),
        ("One.", "Two.", "\n\nThree.", True, "One.\n\nTwo.\n\nThree."),
        ("One, ", "two", " and three", True, "One, two and three"),  # within a line it can only be a part of it
        ("One.", "Dear Ann,\nyes.", "", False, "One.\nDear Ann,\nyes."),
        ("One.", "Dear Ann,\n\nyes.", "", False, "One.\n\nDear Ann,\n\nyes."),
        ("One.\n", "Dear Ann,\n\nyes.", "", False, "One.\nDear Ann,\n\nyes."),  # where the writer put the cursor
        ("One.\n", "Dear Ann,\nyes.", "Three.", False, "One.\nDear Ann,\nyes.\nThree."),
        ("One. ", "Dear Ann,\nyes.", " Three.", False, "One. Dear Ann,\nyes. Three."),
        ("One.\n", "Two.", "\nThree.", False, "One.\n\nTwo.\n\nThree."),  # on the empty line that parts them
        ("One.\n\n", "Two.", "\n\nThree.", False, "One.\n\nTwo.\n\nThree."),
        ("Zero.\n\nOne.\n", "Two.", "\nThree.", False, "Zero.\n\nOne.\n\nTwo.\n\nThree."),
        ("Zero.\nOne.\n", "Two.", "\nThree.", False, "Zero.\nOne.\nTwo.\nThree."),
        ("One.\n", "Two.", "", False, "One.\nTwo."),
    ],
)
def test_it_stands_as_the_text_around_it_does(before: str, text: str, after: str, apart: bool, there: str) -> None:
    assert before + fitted(text, Context(before, after), apart=apart) + after == there


@pytest.mark.parametrize(
    ("before", "text", "after", "there"),
    [
        ("He left.", '"Stop!" she said.', "", 'He left. "Stop!" she said.'),
        ('"Stop!"', "She left.", "", '"Stop!" She left.'),
        ("‘Stop!’", "She left.", "", "‘Stop!’ She left."),
        ("„Halt!“", "Sie ging.", "", "„Halt!“ Sie ging."),
        ("»Halt!«", "Sie ging.", "", "»Halt!« Sie ging."),
        ("”Hej!”", "Hon gick.", "", "”Hej!” Hon gick."),
        ("Er rief »", "Halt!", "«", "Er rief »Halt!«"),
        ("Hon sa ”", "Hej", "”", "Hon sa ”Hej”"),
        ('He said "', "Stop!", '" and left', 'He said "Stop!" and left'),
        ("He said (", "aloud", ")", "He said (aloud)"),
        ("He left.", "‘Stop!’ she said.", "", "He left. ‘Stop!’ she said."),
        ("He said", "'Stop!' she cried.", "", "He said 'Stop!' she cried."),
        ("**Bold.**", "She left.", "", "**Bold.** She left."),
        ("He left.", "*Stop*, he thought.", "", "He left. *Stop*, he thought."),
        ("Fue.", "¿Por qué?", "", "Fue. ¿Por qué?"),
        ("It cost", "$5.", "", "It cost $5."),
        ("100%", "of it", "", "100% of it"),
        ("(at six)", "They came", "", "(at six) They came"),
        ("She left", ", he said", "", "She left, he said"),
        ("It is Ann", "'s house", "", "It is Ann's house"),
        ("We saw ", "Ann", "'s house", "We saw Ann's house"),
        ("夜。", "「はい」", "", "夜。「はい」"),
        ("Il voit l’", "enfant", " dormir.", "Il voit l’enfant dormir."),
        ("dell'", "uomo", "", "dell'uomo"),
        ("A certain O’", "Brien", "", "A certain O’Brien"),
        ("snake_", "name", "", "snake_name"),
        ("I don", "'t go 'home'", "", "I don't go 'home'"),
        ("She said 'stop'", "and left.", "", "She said 'stop' and left."),
        ("She said ‘stop’", "and left.", "", "She said ‘stop’ and left."),
        ("_Stop_", "and go.", "", "_Stop_ and go."),
        ("He said", "'tis so", "", "He said 'tis so"),
        ("He said", "'I do,' she answered.", "", "He said 'I do,' she answered."),
        ("She said", "'No,' and left.", "", "She said 'No,' and left."),
        ("It is the boys’", "room.", "", "It is the boys’ room."),
        ("This is James'", "book.", "", "This is James' book."),
        ("L’", "été", "", "L’été"),
        ("aujourd’hui qu’", "il", "", "aujourd’hui qu’il"),
    ],
)
def test_quotes_open_and_close_as_they_do_in_each_language(before: str, text: str, after: str, there: str) -> None:
    assert before + fitted(text, Context(before, after), apart=False) + after == there


_AROUND = st.text(alphabet="ab. \n", max_size=8)


@given(_AROUND, st.sampled_from(["a", "a.", "a\nb.", "a.\n\nb"]), _AROUND, st.booleans())
def test_nothing_is_added_but_what_was_missing(before: str, text: str, after: str, apart: bool) -> None:
    head, _, tail = fitted(text, Context(before, after), apart=apart).partition(text)
    assert head in ("", " ", "\n", "\n\n")
    assert tail in ("", " ", "\n", "\n\n")
    assert not (head == " " and before[-1:].isspace())
    assert not (tail == " " and after[:1].isspace())
    assert not (before + head).endswith("\n\n\n") or not head
    assert not (tail + after).startswith("\n\n\n") or not tail
