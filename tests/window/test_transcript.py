"""What was asked and answered: it grows, and leaves alone who reads in it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QTextCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
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
    if turns:
        transcript.mark("(stopped)")
    before = transcript.toPlainText(), transcript.answer
    transcript.begin("Not asked")
    transcript.finish("")
    transcript.take_back()
    assert (transcript.toPlainText(), transcript.answer) == before
    transcript.begin("Asked")
    transcript.grow("then")
    transcript.finish("then")
    assert transcript.toPlainText().endswith("Asked\nthen")
    assert transcript.toPlainText().startswith(before[0])


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
    bar.setSliderPosition(3)  # as the mouse does
    transcript.finish("line\n" * 50 + "end, and more\n" * 20)
    assert (bar.value(), transcript.textCursor().selectedText()) == (3, "Who?")
    bar.setSliderPosition(bar.maximum())
    transcript.finish("line\n" * 50 + "end, and more\n" * 40)
    assert bar.value() == bar.maximum()


def end_is_seen(transcript: Transcript) -> bool:
    end = QTextCursor(transcript.document())
    end.movePosition(QTextCursor.MoveOperation.End)
    return transcript.viewport().rect().adjusted(0, 0, 0, 1).contains(transcript.cursorRect(end))


SAY = "A sentence of several words that goes on and on. " * 3
LOW = ((150, 45), False)
said = st.sampled_from(["word ", "a\n", "\n\n", SAY])
sizes = st.tuples(st.integers(150, 500), st.integers(45, 400))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(said, sizes, st.booleans()), min_size=1, max_size=12), min_size=1, max_size=4), sizes)
@example([[(SAY, *LOW)], [("word ", *LOW)], [("word ", (150, 173), False), ("word ", (330, 75), False)]], (175, 61))
@example([[(text, *LOW) for text in ("word ", SAY, "a\n", SAY, SAY, "\n\n", "word ")] + [(SAY, (228, 257), False)]], (267, 45))
def test_what_comes_last_is_in_sight_whatever_becomes_of_the_room_for_it(
    transcript: Transcript, turns: list[list[tuple[str, tuple[int, int], bool]]], at_last: tuple[int, int]
) -> None:
    transcript.forget()
    for turn in turns:
        transcript.begin("What is it about, and what is missing in it?")
        answer = ""
        for more, size, now in turn:
            answer += more
            transcript.grow(answer)
            if now:
                transcript._paint()
            transcript.resize(*size)
            if now:
                settle()
                assert end_is_seen(transcript)
        transcript.finish(answer)
        settle()
        assert end_is_seen(transcript)
        for size in (at_last, (at_last[0] // 2 + 100, at_last[1]), at_last):
            transcript.resize(*size)
            settle()
            assert end_is_seen(transcript)


def test_larger_letters_leave_the_end_in_sight(transcript: Transcript) -> None:
    transcript.begin("Who?")
    transcript.finish(SAY * 4)
    font = transcript.font()
    for size in (9, 14, 20, 11):
        font.setPointSize(size)
        transcript.setFont(font)
        settle()
        assert end_is_seen(transcript)


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def test_what_is_read_stays_in_sight_when_the_room_for_it_changes(transcript: Transcript) -> None:
    transcript.begin("Who?")
    transcript.finish("line\n" * 50 + "end")
    bar = transcript.verticalScrollBar()
    bar.setSliderPosition(20)
    for height in (60, 200, 100):
        transcript.resize(200, height)
        QApplication.processEvents()
        assert bar.value() == 20


def test_the_next_question_is_followed_again(transcript: Transcript) -> None:
    transcript.begin("Who?")
    transcript.finish("line\n" * 50 + "end")
    transcript.verticalScrollBar().setSliderPosition(3)
    transcript.begin("And why?")
    transcript.finish("since " * 100)
    assert end_is_seen(transcript)


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_home_and_end_go_to_its_ends_and_the_end_is_followed_again(transcript: Transcript, modifier: Qt.KeyboardModifier) -> None:
    transcript.begin("Who?")
    transcript.grow("line\n" * 50)
    transcript._paint()
    bar = transcript.verticalScrollBar()
    QTest.keyClick(transcript, Qt.Key.Key_Home, modifier)
    assert bar.value() == 0
    transcript.grow("line\n" * 60)
    transcript._paint()
    assert bar.value() == 0
    QTest.keyClick(transcript, Qt.Key.Key_End, modifier)
    assert bar.value() == bar.maximum()
    transcript.finish("line\n" * 80)
    assert end_is_seen(transcript)


def test_the_wheel_leaves_the_end_and_finds_it_again(transcript: Transcript) -> None:
    transcript.begin("Who?")
    transcript.finish("line\n" * 50)
    bar = transcript.verticalScrollBar()
    turn_wheel(transcript, 120)
    away = bar.value()
    assert away < bar.maximum()
    transcript.finish("line\n" * 60)
    assert bar.value() == away
    for _ in range(40):
        turn_wheel(transcript, -120)
    transcript.finish("line\n" * 80)
    assert end_is_seen(transcript)


def turn_wheel(transcript: Transcript, by: int) -> None:
    point = QPointF(transcript.viewport().rect().center())
    event = QWheelEvent(
        point,
        transcript.viewport().mapToGlobal(point),
        QPoint(),
        QPoint(0, by),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(transcript.viewport(), event)


def test_nothing_can_be_written_into_it(transcript: Transcript) -> None:
    assert transcript.isReadOnly()
    assert not transcript.document().isUndoAvailable()


def test_right_to_left_text_stands_at_the_right(transcript: Transcript) -> None:
    transcript.begin("And in Arabic?")
    transcript.grow("مرحبا بك")
    transcript.finish("مرحبا بك")
    question = transcript.document().firstBlock()
    places = [block.layout().lineAt(0).naturalTextRect() for block in (question, question.next())]
    assert places[0].left() < 20
    assert places[1].left() > 60
    assert places[1].right() > 170


def test_what_is_said_behind_right_to_left_text_reads_from_left_to_right(transcript: Transcript) -> None:
    for answer, expected in (("مرحبا بك", "مرحبا بك \u2068(stopped)\u2069"), ("Hello", "Hello (stopped)")):
        transcript.begin("?")
        transcript.finish(answer)
        transcript.mark("(stopped)")
        assert transcript.toPlainText().splitlines()[-1] == expected
        assert transcript.answer == answer


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
