"""What was asked and answered: it grows, and leaves alone who reads in it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from afterword.window.transcript import Transcript, broken


@pytest.fixture
def transcript(qtbot: QtBot) -> Transcript:
    transcript = Transcript()
    qtbot.addWidget(transcript)
    transcript.resize(200, 100)
    transcript.show()
    return transcript


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text("ab\n 🐟", max_size=8), st.lists(st.text("ab\n 🐟", max_size=8), max_size=4)), max_size=4))
def test_all_of_it_stands_there_in_turn(transcript: Transcript, turns: list[tuple[str, list[str]]]) -> None:
    transcript.forget()
    expected = []
    for question, parts in turns:
        transcript.begin(question)
        answer = ""
        for more in parts:
            answer += more
            transcript.grow(answer)
        transcript.finish(answer.strip())
        assert transcript.answer == answer.strip()
        expected.append(f"{question}\n{answer.strip()}")
    assert transcript.toPlainText() == "\n\n".join(expected)


def test_it_is_painted_a_moment_later_and_not_with_every_word(transcript: Transcript, qtbot: QtBot) -> None:
    changes: list[int] = []
    transcript.begin("Who?")
    transcript.textChanged.connect(lambda: changes.append(1))
    for count in range(200):
        transcript.grow("word " * count)
    assert not changes
    qtbot.waitUntil(lambda: transcript.toPlainText() == "Who?\n" + "word " * 199)
    assert len(changes) < 5


def test_what_is_selected_in_it_stays_selected_and_what_is_read_stays_in_sight(transcript: Transcript) -> None:
    transcript.begin("Who?")
    transcript.finish("line\n" * 50 + "end")
    bar = transcript.verticalScrollBar()
    assert bar.value() == bar.maximum()
    cursor = QTextCursor(transcript.document())
    cursor.setPosition(4, QTextCursor.MoveMode.KeepAnchor)
    transcript.setTextCursor(cursor)
    bar.setValue(3)
    transcript.finish("line\n" * 50 + "end, and more\n" * 20)
    assert (bar.value(), transcript.textCursor().selectedText()) == (3, "Who?")
    bar.setValue(bar.maximum())
    transcript.finish("line\n" * 50 + "end, and more\n" * 40)
    assert bar.value() == bar.maximum()


def test_nothing_can_be_written_into_it(transcript: Transcript) -> None:
    assert transcript.isReadOnly()
    assert not transcript.document().isUndoAvailable()


words = st.lists(st.sampled_from(["a", "wwwwwwwwww", "x" * 700, " ", "\n", "y" * 3000]), max_size=14).map("".join)


@given(words, words)
def test_no_line_is_too_long_to_be_laid_out_and_all_of_it_stays(text: str, more: str) -> None:
    shown = broken(text)
    assert max(map(len, shown.split("\n"))) <= 2200
    assert shown.replace("\n", "") == text.replace("\n", "")
    assert broken(text + more).startswith(shown), "what is shown stays where it is while the answer grows"
    if max(map(len, text.split("\n"))) <= 2000:
        assert shown == text


def test_a_long_line_is_broken_behind_a_word() -> None:
    lines = broken("word and " * 600).split("\n")
    assert len(lines) > 1
    assert all(line.endswith(("word ", "and ")) for line in lines)


def test_what_is_taken_out_of_it_has_the_lines_of_the_answer(transcript: Transcript) -> None:
    transcript.begin("Who?")
    transcript.finish("x" * 9000)
    assert transcript.answer == "x" * 9000
    assert max(len(line) for line in transcript.toPlainText().split("\n")) <= 2200


def test_it_takes_no_more_than_it_can_show(transcript: Transcript) -> None:
    transcript.begin("Who?")
    transcript.grow("x" * 1_000_000)
    assert len(transcript.answer) == 100_000
    transcript.finish("x" * 1_000_000)
    assert len(transcript.toPlainText()) < 101_000
