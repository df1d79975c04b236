"""Which of the page was accepted: through edits, undo and redo, and put back on another page."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from afterword.drafts.ledger import Run, Tally, by_line, carried, line_marks, tally
from afterword.editor.ledger import AuthorLedger
from afterword.editor.look import PageLook
from afterword.editor.plaintext import units
from tests.editor.conftest import ALT, CTRL, NONE, SHIFT, Key, Writer
from tests.fakes.reading import read_one_paragraph_at_a_time

Marks = list[tuple[str, bool]]

STEPS = (
    "type type type newline accept accept accept backspace delete over third_level space cut copy paste commit replace move "
    "select undo undo redo"
).split()


class Ledgered(Writer):
    """A writer, and the plain list of who wrote which character."""

    def __init__(self) -> None:
        super().__init__()
        self.page.suggestions_enabled = False
        self.ledger = AuthorLedger(self.page.document(), self.page)
        self.marks: Marks = []
        self.clip: Marks = []
        self.past: list[Marks] = [[]]  # every state, as they came; undo goes back in it, and redo on
        self.now_at = 0
        self.letters = (chr(base + i) for i in itertools.count() for base in (0x4E00, 0x20000))  # each only once

    def fresh(self, number: int) -> str:
        letters = [next(self.letters) for _ in range(1 + number % 3)]
        return letters[0] + ("\n" if number % 4 == 0 else " ").join(letters[1:])

    def put(self, text: str, accepted: bool) -> None:
        self.put_marks([(character, accepted) for character in text])

    def put_marks(self, marks: Marks) -> None:
        start, end = self.selected
        self.marks[start:end] = marks

    @property
    def selected(self) -> Run:
        cursor, text = self.page.textCursor(), "".join(character for character, _ in self.marks)
        ends = (cursor.selectionStart(), cursor.selectionEnd())
        start, end = (next(i for i in range(len(text) + 1) if units(text[:i]) >= at) for at in ends)
        return start, end

    def step(self, name: str, number: int) -> None:
        getattr(self, name)(number)
        if name in ("undo", "redo"):
            self.find(-1 if name == "undo" else 1)
        self.note()
        self.check()

    def note(self) -> None:
        if self.marks != self.past[self.now_at]:
            self.past[self.now_at + 1 :] = [list(self.marks)]
            self.now_at += 1

    def find(self, step: int) -> None:
        """The nearest state with the text that is on the page now; Qt counts some movements of the cursor as steps."""
        at, text = self.now_at, self.text
        while "".join(character for character, _ in self.past[at]) != text:
            at += step
            assert 0 <= at < len(self.past), "a text that was never there"
        self.now_at, self.marks = at, list(self.past[at])

    def check(self) -> None:
        text, runs = self.text, self.ledger.runs()
        assert text == "".join(character for character, _ in self.marks)
        assert [any(start <= at < end for start, end in runs) for at in range(len(text))] == [mark for _, mark in self.marks]
        assert all(one[1] < other[0] for one, other in itertools.pairwise(runs))

    def type(self, number: int) -> None:
        letter = next(self.letters)
        self.put(letter, False)
        self.types(letter)

    def newline(self, number: int) -> None:
        self.put("\n", False)
        self.press(Key.Key_Return, SHIFT if number % 3 == 0 else NONE, "\r")

    def accept(self, number: int) -> None:
        self.goes_to(self.cursor)  # nothing is suggested over a selection
        text = self.fresh(number)
        self.put(text, True)
        self.page.insert_accepted(text)

    def backspace(self, number: int) -> None:
        self.remove(-1)
        self.press(Key.Key_Backspace)

    def delete(self, number: int) -> None:
        self.remove(1)
        self.press(Key.Key_Delete)

    def remove(self, step: int) -> None:
        start, end = self.selected
        if start == end:
            start, end = max(min(start, start + step), 0), max(end, end + step)
        del self.marks[start:end]

    def over(self, number: int) -> None:
        """Type over a selection."""
        self.select(number)
        self.type(number)

    def third_level(self, number: int) -> None:
        """Type with AltGr, which is Ctrl and Alt on some systems, perhaps over a selection."""
        if number % 2:
            self.select(number)
        letter = next(self.letters)
        self.put(letter, False)
        self.press(Key.Key_unknown, CTRL | ALT, letter)

    def space(self, number: int) -> None:
        """Over a selection, Tab and a no-break space."""
        self.select(number)
        space = "\u00a0\t"[number % 2]
        self.put(space, False)
        self.press(Key.Key_Tab if number % 2 else Key.Key_Space, NONE, space)

    def cut(self, number: int) -> None:
        self.copy(number)
        start, end = self.selected
        del self.marks[start:end]
        self.page.cut()

    def copy(self, number: int) -> None:
        self.select(number)
        start, end = self.selected
        if start < end:
            self.clip = self.marks[start:end]
        self.page.copy()

    def paste(self, number: int) -> None:
        if number % 3 == 0 or not self.clip:
            text = self.fresh(number)
            QApplication.clipboard().setText(text)  # another program
            self.clip = [(character, False) for character in text]
        self.put_marks(self.clip)
        self.press(Key.Key_V, CTRL)

    def commit(self, number: int) -> None:
        self.put("", False)
        self.composes("か")
        self.note()  # undo may stop here
        letter = next(self.letters)
        self.put(letter, False)
        self.composes("", letter)

    def replace(self, number: int) -> None:
        """An input method writes something else in place of the character before the cursor."""
        self.goes_to(self.cursor)
        at, _ = self.selected
        before = self.marks[at - 1][0] if at else ""
        letter = next(self.letters) if number % 2 else ""
        self.marks[at - len(before) : at] = [(letter, False)] if letter else []
        event = QInputMethodEvent("", [])
        event.setCommitString(letter, -units(before), units(before))
        QApplication.sendEvent(self.page, event)

    def move(self, number: int) -> None:
        self.goes_to(self.position(number))

    def select(self, number: int) -> None:
        self.goes_to(self.position(number), anchor=self.position(number // 7))

    def position(self, number: int) -> int:
        text = self.text
        return units(text[: number % (len(text) + 1)])

    def undo(self, number: int) -> None:
        self.page.undo()

    def redo(self, number: int) -> None:
        self.page.redo()


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 10_000)), max_size=50))
def test_the_ledger_is_what_a_plain_list_says(qapp: QApplication, steps: list[tuple[str, int]]) -> None:
    QApplication.clipboard().clear()
    writer = Ledgered()
    try:
        for name, number in steps:
            writer.step(name, number)
        text, runs = writer.text, writer.ledger.runs()
        assert writer.ledger.tally == tally(text, runs)
        assert carried(by_line(text, runs), line_marks(text), text) == runs
        while writer.page.document().isUndoAvailable():
            writer.step("undo", 0)
        assert writer.text == ""
        writer.page.set_text(text)  # as when it is opened
        writer.ledger.restore(runs)
        assert writer.ledger.runs() == runs
        assert not writer.page.document().isModified()
        assert not writer.page.document().isUndoAvailable()
    finally:
        writer.page.deleteLater()


@pytest.fixture
def ledger(writer: Writer) -> AuthorLedger:
    return AuthorLedger(writer.page.document(), writer.page)


def opened(writer: Writer, ledger: AuthorLedger, text: str, *runs: Run, cursor: int = 0) -> None:
    writer.has(text, cursor=cursor)
    ledger.restore(runs)


def test_what_is_written_in_restored_text_is_the_writers_and_can_be_undone(writer: Writer, ledger: AuthorLedger) -> None:
    opened(writer, ledger, "The boat 🐟 left", (3, 15), cursor=5)
    writer.types("x")
    assert ledger.runs() == ((3, 5), (6, 16))
    writer.page.insert_accepted("yz")
    writer.page.undo()
    writer.page.undo()
    assert writer.text == "The boat 🐟 left"
    assert ledger.runs() == ((3, 15),)
    assert not writer.page.document().isModified()


def test_what_an_input_method_writes_in_place_of_accepted_text_is_the_writers(writer: Writer, ledger: AuthorLedger) -> None:
    writer.has("ab")
    writer.page.insert_accepted(" hello")
    event = QInputMethodEvent("", [])
    event.setCommitString("WRITER", -5, 5)
    QApplication.sendEvent(writer.page, event)
    assert (writer.text, ledger.runs()) == ("ab WRITER", ((2, 3),))
    writer.page.undo()
    assert (writer.text, ledger.runs()) == ("ab hello", ((2, 8),))


def test_a_paragraph_that_is_moved_is_accepted_where_it_was(writer: Writer, ledger: AuthorLedger, qtbot: QtBot) -> None:
    writer.has("🐟 one\n")
    writer.page.insert_accepted("two\nthree 🐟")
    writer.types("!\nfour")
    runs = ledger.runs()
    assert runs == ((6, 17),)
    writer.goes_to(17, anchor=3)  # from within a line to within another
    writer.page.cut()
    assert (writer.text, ledger.runs()) == ("🐟 🐟!\nfour", ((2, 3),))
    writer.page.paste()
    assert (writer.text, ledger.runs()) == ("🐟 one\ntwo\nthree 🐟!\nfour", runs)
    writer.page.undo()
    assert writer.text == "🐟 🐟!\nfour", "one step"
    other = Writer()
    qtbot.addWidget(other.page)
    other.types("So: ")
    other.page.paste()
    assert other.text == "So: one\ntwo\nthree "
    assert AuthorLedger(other.page.document(), other.page).runs() == ((8, 18),)


def test_whatever_part_is_moved_and_brought_back_is_what_it_was(writer: Writer, ledger: AuthorLedger) -> None:
    writer.has("🐟a")
    writer.page.insert_accepted("b\n🐟c\n")
    writer.types("d\n")
    writer.page.insert_accepted("e")
    text, runs = writer.text, ledger.runs()
    assert runs == ((2, 7), (9, 10))
    for start, end in itertools.combinations(range(len(text) + 1), 2):
        writer.goes_to(units(text[:end]), anchor=units(text[:start]))
        writer.page.cut()
        writer.page.paste()
        assert (writer.text, ledger.runs()) == (text, runs), (start, end)


def test_what_is_dragged_stays_what_it_was(writer: Writer, ledger: AuthorLedger) -> None:
    writer.has("ab")
    writer.page.insert_accepted(" hello")
    writer.goes_to(4, anchor=1)
    dragged = writer.page.createMimeDataFromSelection()
    writer.goes_to(0)
    writer.page.insertFromMimeData(dragged)
    writer.types("x")
    assert (writer.text, ledger.runs()) == ("b hxab hello", ((1, 3), (6, 12)))


def test_runs_that_the_text_does_not_have_are_passed_over(writer: Writer, ledger: AuthorLedger) -> None:
    opened(writer, ledger, "short", (0, 2), (3, 9))
    assert ledger.runs() == ((0, 2),)


def test_putting_marks_back_tells_nobody(writer: Writer, ledger: AuthorLedger, qtbot: QtBot) -> None:
    writer.has("one two")
    place = writer.page.place()
    with qtbot.assertNotEmitted(writer.page.textChanged), qtbot.assertNotEmitted(writer.page.document().modificationChanged):
        ledger.restore([(0, 3)])
    assert writer.page.place() == place
    assert ledger.tally.accepted_words == 1


def test_how_much_it_is_is_told_a_moment_after_it_changed(writer: Writer, ledger: AuthorLedger, qtbot: QtBot) -> None:
    told: list[Tally] = []
    ledger.tally_changed.connect(told.append)
    writer.has("One two\n" * 300)
    writer.page.insert_accepted("three four")
    assert told == []
    qtbot.waitUntil(lambda: told == [Tally(2110, 10, 602, 2)])
    writer.types("!")
    assert ledger.tally == Tally(2111, 10, 602, 2), "who asks is told at once"


def test_a_key_reads_nothing_of_the_document(writer: Writer, ledger: AuthorLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.has("One two\n" * 300, cursor=0)
    ledger.runs()
    read: list[int] = []
    real = ledger._read

    def noted(number: int) -> object:
        read.append(number)
        return real(number)

    monkeypatch.setattr(ledger, "_read", noted)
    writer.types("abc")
    assert read == []
    ledger.runs()
    assert read == [0]


# --- the tint -------------------------------------------------------------------------------------------------------

TINTED = PageLook(font_size=11, width=60, page="#ffffff", selection="#ff0000", text="#000000", ghost="#0000ff")


def columns(writer: Writer) -> list[int]:
    """The x, in the middle of the space above the letters of the first line, of all pixels that are tinted."""
    image: QImage = writer.page.viewport().grab().toImage()
    y = writer.page.cursorRect().top()
    return [x for x in range(image.width()) if image.pixelColor(x, y) not in (QColor("#ffffff"), QColor("#000000"))]


def x_at(writer: Writer, position: int) -> int:
    cursor = QTextCursor(writer.page.document())
    cursor.setPosition(position)
    return writer.page.cursorRect(cursor).left()


@pytest.fixture
def tinted(writer: Writer) -> Writer:
    writer.page.set_look(TINTED)
    writer.page.setCursorWidth(0)
    writer.page.tints_accepted = True
    return writer


def test_accepted_text_is_tinted_and_no_other(tinted: Writer, ledger: AuthorLedger) -> None:
    opened(tinted, ledger, "one two three", (4, 7))
    found = columns(tinted)
    assert abs(found[0] - x_at(tinted, 4)) <= 1
    assert abs(found[-1] - x_at(tinted, 7)) <= 1
    assert found == list(range(found[0], found[-1] + 1))
    tinted.page.tints_accepted = False
    assert columns(tinted) == []
    assert ledger.runs() == ((4, 7),)


def test_the_tint_is_seen_and_can_be_told_from_a_selection(tinted: Writer, ledger: AuthorLedger) -> None:
    opened(tinted, ledger, "one two three", (0, 13))
    tinted.goes_to(7, anchor=0)
    image = tinted.page.viewport().grab().toImage()
    y = tinted.page.cursorRect().top()
    seen = {image.pixelColor(x_at(tinted, position) + 3, y).name() for position in (1, 9, 13)}
    assert len(seen) == 3


@pytest.mark.parametrize("composing", [False, True])
def test_what_is_only_on_the_screen_is_not_tinted(tinted: Writer, ledger: AuthorLedger, composing: bool) -> None:
    opened(tinted, ledger, "one two three", (0, 3), (4, 9), (10, 13), cursor=7)
    whole = len(columns(tinted))
    if composing:
        QApplication.sendEvent(tinted.page, QInputMethodEvent("かかか", []))
    else:
        tinted.sees(" and a half")
    found = columns(tinted)
    gaps = [(one, other) for one, other in itertools.pairwise(found) if other - one > 20]
    assert len(gaps) == 1, "the ghost, between the two parts of the second run"
    assert abs(len(found) - whole) <= 4
    if not composing:
        assert abs(found[-1] - x_at(tinted, 13)) <= 1


def test_the_tint_of_several_lines_has_no_stripes(tinted: Writer, ledger: AuthorLedger) -> None:
    text = "many words " * 30
    opened(tinted, ledger, text, (0, len(text)))
    image = tinted.page.viewport().grab().toImage()
    x = x_at(tinted, 0) + 1
    ys = [y for y in range(image.height()) if image.pixelColor(x, y).name() != "#ffffff"]
    assert ys == list(range(ys[0], ys[-1] + 1))
    tinted.goes_to(len(text))
    last = tinted.page.cursorRect()
    assert last.bottom() <= ys[-1] < last.bottom() + last.height() / 2


def test_what_waits_for_the_reading_is_called_at_once_or_between_two_keys(
    qtbot: QtBot, writer: Writer, ledger: AuthorLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.page.insert_accepted("one\ntwo\nthree")
    called: list[object] = []
    ledger.when_read(lambda: called.append(1))
    assert called == [1]
    read_one_paragraph_at_a_time(monkeypatch)
    writer.page.insert_accepted("four\nfive\nsix")
    ledger.when_read(lambda: called.append(2))
    assert called == [1]

    def type_on() -> bool:
        writer.page.textCursor().insertText("x")  # the next key never lets it rest
        return called == [1, 2]

    qtbot.waitUntil(type_on)


def test_runs_found_later_are_those_of_the_moment_that_they_were_asked_for(writer: Writer, ledger: AuthorLedger) -> None:
    writer.page.insert_accepted("one\ntwo")
    later = ledger.later_runs()
    writer.page.set_text("")
    assert later() == ((0, 7),)
