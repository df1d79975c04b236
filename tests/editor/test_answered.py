"""Answers on the page: put in or made of what is selected, in one step, marked as accepted, and only where the writer meant."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor

from afterword.drafts.choosing import Edit, chosen, edits, parts_of
from afterword.drafts.compare import compare
from afterword.editor.ledger import AuthorLedger
from tests.editor.conftest import Writer

WAS = "The meeting that was held on Tuesday 👩‍👧 did not decide.\n\nTwo were away."
NEW = "The meeting on Tuesday 👩‍👧 decided nothing.\n\nTwo members were away."


def selects(writer: Writer, before: str, text: str, behind: str) -> QTextCursor:
    writer.has(before + text + behind)
    start = len(before.encode("utf-16-le")) // 2
    writer.goes_to(start + len(text.encode("utf-16-le")) // 2, anchor=start)
    assert writer.page.selected_text() == text
    return writer.page.stretch_of_selection()


def accepted(writer: Writer) -> list[str]:
    """What is accepted text, by the ledger."""
    ledger = AuthorLedger(writer.page.document(), writer.page)
    return [writer.text[start:end] for start, end in ledger.runs()]


def all_of(before: str, after: str) -> list[Edit]:
    return edits(parts_of(compare(before, after)), range(99))


def test_an_answer_is_put_in_at_the_cursor_and_is_one_step_of_undo(writer: Writer) -> None:
    writer.has("One.  Two.", 5)
    assert writer.page.insert_answer("At six.\nBy boat.")
    assert writer.text == "One. At six.\nBy boat. Two."
    assert accepted(writer) == ["At six.\nBy boat."]
    assert writer.cursor == len("One. At six.\nBy boat.")
    writer.types("!")
    writer.page.undo()
    writer.page.undo()
    assert writer.text == "One.  Two."


def test_what_is_selected_stays_and_the_answer_comes_behind_it(writer: Writer) -> None:
    selects(writer, "One ", "two", " three")
    assert writer.page.insert_answer("Four")
    assert writer.text == "One two Four three"
    writer.has("One")
    writer.page.insert_answer(", two")
    assert writer.text == "One, two", "a blank only where one is missing"


def test_no_word_is_cut_by_an_answer(writer: Writer) -> None:
    writer.has("🐟 The shop shut.", 8)
    writer.page.insert_answer("It rained.")
    assert writer.text == "🐟 The shop It rained. shut."
    selects(writer, "The s", "ho", "p shut.")
    writer.page.insert_answer("It rained.")
    assert writer.text == "The shop It rained. shut."


def test_an_answer_to_paragraphs_comes_as_one_of_its_own(writer: Writer) -> None:
    selects(writer, "One.\n", "Could you come at six?", "\nThree.")
    assert writer.page.insert_answer("Yes.")
    assert writer.text == "One.\nCould you come at six?\nYes.\nThree."
    writer.page.undo()
    assert writer.text == "One.\nCould you come at six?\nThree.", "in one step"
    selects(writer, "One.\n", "Could you come at six?\n", "Three.")
    writer.page.insert_answer("Yes.")
    assert writer.text == "One.\nCould you come at six?\nYes.\nThree."
    selects(writer, "One. Could ", "you come at six?", "")
    writer.page.insert_answer("Yes.")
    assert writer.text == "One. Could you come at six? Yes.", "what is no paragraph is gone on with"


def test_nothing_is_put_where_the_page_can_only_be_read(writer: Writer) -> None:
    refused: list[int] = []
    writer.page.write_refused.connect(lambda: refused.append(1))
    stretch = selects(writer, "a ", WAS, " b")
    writer.page.setReadOnly(True)
    assert not writer.page.insert_answer("x")
    assert not writer.page.change_within(stretch, WAS, all_of(WAS, NEW))
    assert writer.text == f"a {WAS} b"
    assert refused == [1, 1]


def test_changes_are_made_in_one_step_and_only_what_is_new_counts_as_accepted(writer: Writer) -> None:
    stretch = selects(writer, "🐟 Before. ", WAS, " Behind.")
    assert writer.page.change_within(stretch, WAS, all_of(WAS, NEW))
    assert writer.text == f"🐟 Before. {NEW} Behind."
    assert accepted(writer) == ["decided nothing", " members"]
    writer.page.undo()
    assert (writer.text, accepted(writer)) == (f"🐟 Before. {WAS} Behind.", [])
    writer.page.redo()
    assert (writer.text, accepted(writer)) == (f"🐟 Before. {NEW} Behind.", ["decided nothing", " members"])


def test_two_answers_are_two_steps(writer: Writer) -> None:
    writer.has("")
    writer.page.insert_answer("One.")
    writer.page.insert_answer(" Two.")
    writer.page.undo()
    assert writer.text == "One."


def test_the_stretch_goes_with_the_text_around_it(writer: Writer) -> None:
    stretch = selects(writer, "Before. ", WAS, " Behind.")
    writer.goes_to(0)
    writer.types("Long ")
    writer.goes_to(len(writer.text) + 1)
    writer.types("!")
    assert writer.page.change_within(stretch, WAS, all_of(WAS, NEW))
    assert NEW in writer.text
    assert writer.text.startswith("Long Before. ")


@pytest.mark.parametrize("typed_at", [9, 20])
def test_where_it_holds_something_else_by_now_nothing_is_done(writer: Writer, typed_at: int) -> None:
    stretch = selects(writer, "Before. ", "The meeting was held.", " Behind.")
    writer.goes_to(typed_at)
    writer.types("x")
    before = writer.text
    assert not writer.page.change_within(stretch, "The meeting was held.", [Edit(0, 3, "A")])
    assert writer.text == before


def test_what_is_written_at_either_end_of_it_is_not_in_it(writer: Writer) -> None:
    stretch = selects(writer, "a ", "middle", " b")
    for place in (2, 9):
        writer.goes_to(place)
        writer.types("x")
    assert writer.page.change_within(stretch, "middle", [Edit(0, 6, "centre")])
    assert writer.text == "a xcentrex b"


def test_another_text_on_the_page_is_left_alone(writer: Writer) -> None:
    stretch = selects(writer, "", WAS, "")
    writer.page.set_text("Another draft.")
    assert not writer.page.change_within(stretch, WAS, all_of(WAS, NEW))
    assert writer.text == "Another draft."


def test_a_ghost_goes_before_anything_is_changed(writer: Writer) -> None:
    writer.has("One")
    writer.sees(" two")
    writer.page.insert_answer(". Three")
    assert (writer.text, writer.ghost) == ("One. Three", "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["the", "roof", "🐟", "é\n", "夜", "\n", "was"]), max_size=10).map(" ".join),
    st.lists(st.sampled_from(["the", "roof", "🐟", "é\n", "夜", "\n", "is"]), max_size=10).map(" ".join),
    st.sets(st.integers(0, 5)),
)
def test_what_was_chosen_stands_there_afterwards(writer: Writer, was: str, new: str, taken: set[int]) -> None:
    parts = parts_of(compare(was, new))
    stretch = selects(writer, "🐟(", was, ")")
    assert writer.page.change_within(stretch, was, edits(parts, taken))
    assert writer.text == f"🐟({chosen(parts, taken)})"
    writer.page.undo()
    assert writer.text == f"🐟({was})"


def test_the_text_around_the_cursor_is_found_without_reading_all_of_it(writer: Writer) -> None:
    lines = [f"Line {number} 🐟." for number in range(2000)]
    writer.has("\n".join(lines))
    writer.goes_to(writer.page.document().findBlockByNumber(1000).position() + 4)
    text, at = writer.page.text_around(300)
    assert text[at - 4 : at + 6] == "Line 1000 "
    assert 300 <= at <= 330
    assert 300 <= len(text) - at <= 330
    assert text in writer.text
    writer.has("short", 2)
    assert writer.page.text_around(300) == ("short", 2)
