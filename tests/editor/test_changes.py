"""Every change of the text is told, and nothing else is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication

from afterword.drafts.journal import Edit
from afterword.editor.changes import Changes
from afterword.editor.page import Page
from tests.drafts.test_journal import applied
from tests.editor.conftest import CTRL, Key, Writer
from tests.editor.session import STEPS, Session


class Record:
    def __init__(self, page: Page) -> None:
        self.changes = Changes(page.document())
        self.edits: list[Edit] = []
        self.lost = 0
        self.changes.edited.connect(self.edits.append)
        self.changes.lost.connect(self._lose)

    def _lose(self) -> None:
        self.lost += 1


def test_typing_taking_undoing_and_pasting_are_told(writer: Writer) -> None:
    writer.has("The ferry\nand 🐟")
    start, record = writer.text, Record(writer.page)
    writer.types(" left")
    writer.sees(" the quay", " late\nagain")
    writer.press(Key.Key_Right, CTRL)
    writer.press(Key.Key_Tab, text="\t")
    writer.page.undo()
    writer.page.redo()
    writer.page.undo()
    writer.goes_to(0, anchor=7)
    writer.press(Key.Key_Delete)
    writer.types("\n🦑")
    assert record.lost == 0
    assert applied(start, record.edits) == writer.text


def test_a_ghost_and_colours_are_no_change(writer: Writer) -> None:
    writer.page.set_markdown(True)
    writer.has("**The ferry** left", cursor=5)
    record = Record(writer.page)
    writer.sees(" boat")
    writer.page.void()
    writer.page.set_markdown(False)
    writer.page.zoom(2)
    writer.goes_to(3)
    assert (record.edits, record.lost) == ([], 0)


def test_many_changes_at_once_are_told_together(writer: Writer) -> None:
    writer.has("one two one two one")
    start, record = writer.text, Record(writer.page)
    cursor = QTextCursor(writer.page.document())
    cursor.beginEditBlock()
    for at in (16, 8, 0):
        cursor.setPosition(at)
        cursor.setPosition(at + 3, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("three\n")
    cursor.endEditBlock()
    assert record.lost == 0
    assert applied(start, record.edits) == writer.text


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 10_000)), max_size=60))
def test_whatever_the_writer_does_the_changes_give_what_stands_there(qapp: QApplication, steps: list[tuple[str, int]]) -> None:
    session = Session()
    record = Record(session.page)
    try:
        for name, number in steps:
            session.step(name, number)
            assert (record.lost, applied("", record.edits)) == (0, session.page.text())
    finally:
        session.close()
