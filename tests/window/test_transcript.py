"""What was asked and answered: it grows, and leaves alone who reads in it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from afterword.window.transcript import Transcript


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
