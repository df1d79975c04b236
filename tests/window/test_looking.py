"""The list of the likeliest words is about the place that was looked at, or is not shown."""

from __future__ import annotations

import pytest

from afterword.assist.types import ModelState, Phase
from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.window.main_window import MainWindow

WORDS = [Piece(" a", 0.3), Piece(" his", 0.2)]


@pytest.fixture
def looking(window: MainWindow) -> MainWindow:
    window.page.show_suggestion(Suggestion((Piece(" the", 0.9), Piece(" dog", 0.9)), Ended.LENGTH), window.page.place())
    window.page.look_at_ghost(0)
    return window


def test_words_for_the_place_that_was_looked_at_are_shown(looking: MainWindow) -> None:
    looking.choices.show_likeliest(WORDS)
    assert looking.likeliest.isVisible()
    looking.likeliest.close()


def test_words_that_come_when_the_writer_has_gone_on_are_not(looking: MainWindow) -> None:
    looking.page.insertPlainText("x")
    looking.choices.show_likeliest(WORDS)
    assert not looking.likeliest.isVisible()


def test_a_word_that_is_chosen_too_late_does_nothing(looking: MainWindow) -> None:
    looking.choices.show_likeliest(WORDS)
    looking.page.insertPlainText("x")
    looking.likeliest.chosen.emit("", WORDS[1])
    assert looking.page.ghost_text == ""
    looking.likeliest.close()


def test_what_the_model_sees_is_counted_when_it_has_written(window: MainWindow) -> None:
    wanted: list[object] = []
    window.seen_wanted.connect(wanted.append)
    window.show_model_state(ModelState(Phase.READY, "m"))
    assert not wanted, "nobody sees the number"
    window.switch_notes(True)
    wanted.clear()
    window.show_model_state(ModelState(Phase.READY, "m"))
    assert len(wanted) == 1
