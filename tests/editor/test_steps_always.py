"""Where undos stop, whatever is typed and whatever happens."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication

from afterword.editor.steps import PAUSE, Steps, starts_word
from tests.editor.conftest import Key
from tests.editor.session import STEPS, Session
from tests.editor.test_session import lived
from tests.editor.undoing import LONGER, MOST, SHORTER


class _Script:
    """Words with what happens before each, and where that makes a step begin."""

    def __init__(self, words: list[tuple[str, bool, bool]]) -> None:
        self.words = words
        self.stops: list[str] = []
        text, count = "", 0
        for number, (word, waits, moves) in enumerate(words):
            if number and (waits or moves or count == MOST):
                self.stops.append(text)
                count = 0
            text += f"{word} "
            count += 1
        self.text = text


@settings(max_examples=60, deadline=None)
@example([("a", False, False)] * 30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "don't", "half-typed", "“So", "3.5", "é", "🐟", "שלום", "हिन्दी"]), st.booleans(), st.booleans()
        ),
        min_size=1,
        max_size=30,
    )
)
def test_an_undo_leaves_whole_words_and_takes_no_more_than_was_typed_at_a_stretch(
    qapp: QApplication, words: list[tuple[str, bool, bool]]
) -> None:
    script = _Script(words)
    session = Session()
    try:
        for sheet in (session.page, session.twin):
            sheet.set_text("")
        for word, waits, moves in words:
            session.now += LONGER if waits else SHORTER
            if moves:
                for sheet in (session.page, session.twin):
                    sheet.moveCursor(QTextCursor.MoveOperation.PreviousCharacter)
                    sheet.moveCursor(QTextCursor.MoveOperation.NextCharacter)
            for letter in f"{word} ":
                session.both(Key.Key_unknown, text=letter)
        assert session.page.text() == script.text
        session.check()
        texts = []
        while session.page.document().isUndoAvailable():
            session.page.undo()
            session.twin.undo()
            session.check()
            texts.append(session.page.text())
        assert texts == [*reversed(script.stops), ""]
        assert not session.page.document().isModified()
    finally:
        session.close()


@given(st.lists(st.tuples(st.text(min_size=1, max_size=6), st.floats(0, 3)), max_size=40))
def test_no_step_begins_unasked(keys: list[tuple[str, float]]) -> None:
    """Whatever is typed: only at the beginning of a word, and only behind a pause or some words."""
    steps, now, before, words, paused = Steps(), 0.0, "", 0, True
    for text, waits in keys:
        now += waits
        paused = paused or waits > PAUSE
        steps.hear(now)
        begins = steps.begins(text, before)
        assert not begins or (starts_word(before, text) and (paused or words >= MOST))
        words = len(text) if begins else words + len(text)
        paused = paused and not begins
        steps.wrote(text, before, begins)
        before = text


class _Paced(Session):
    """A session with pauses and saves."""

    def check(self) -> None:
        super().check()
        assert self.page.document().isModified() == self.twin.document().isModified()

    def pause(self, _number: int) -> None:
        self.now += LONGER

    def save(self, _number: int) -> None:
        for sheet in (self.page, self.twin):
            sheet.document().setModified(False)

    def saved_and_undone(self, number: int) -> None:
        """What is saved is met again on the way back, and nothing else is taken for it."""
        self.save(number)
        saved = self.page.text()
        for letter in "ab a"[: number % 5]:
            self.both(Key.Key_unknown, text=letter)
        for _ in range(number % 3):
            self.both(Key.Key_Backspace)
        self.quiet = True
        self.page.void()
        while self.page.document().isModified():
            assert self.page.document().isUndoAvailable()
            self.undo(number)
        assert self.page.text() == saved


@settings(max_examples=100, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([*STEPS, *["pause", "save", "saved_and_undone"] * 4, *["backspace", "delete", "move"] * 3]),
            st.integers(0, 10_000),
        ),
        max_size=60,
    )
)
def test_suggestions_change_no_step(qapp: QApplication, steps: list[tuple[str, int]]) -> None:
    lived(_Paced(), steps)
