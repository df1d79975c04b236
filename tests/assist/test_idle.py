"""What the model does while nobody types."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from afterword.assist.controller import Controller
from afterword.assist.types import Phase, Place
from afterword.errors import GenerationFailed
from afterword.text.context import Context
from tests.assist.alone import HERE, WAIT, Desk, ready
from tests.assist.alone import desk as desk
from tests.fakes.scripted import ScriptedModel


def test_once_a_suggestion_stands_for_a_moment_others_are_made_in_its_stead(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afterword.assist.controller.ALTERNATIVES_AFTER_MS", 0)
    desk = Desk()
    others: list[tuple[list[str], Place]] = []
    desk.controller.alternatives_ready.connect(lambda found, place: others.append(([one.text for one in found], place)))
    ready(desk, qtbot, ScriptedModel(" the city", candidates=[" the city", " a city", " the town", " no city"]))
    desk.controller.ask(Context("Once upon a time,"), HERE)
    qtbot.waitUntil(lambda: others == [([" a city", " no city"], HERE)])
    assert desk.host.close(WAIT)


def test_typing_on_needs_no_others(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" the city", candidates=[" a city"])
    ready(desk, qtbot, model)
    idle = desk.controller._idle
    idle.setInterval(1_000_000)  # nobody is that slow
    for n in range(4):
        place = Place(n, n)
        desk.controller.ask(Context("Once upon" + " a" * n), place)
        assert not idle.isActive()
        qtbot.waitUntil(lambda place=place: desk.shown[-1:] == [(" the city", place)] and idle.isActive())  # type: ignore[misc]
    desk.controller.cancel()
    assert not idle.isActive()
    assert not model.candidates_asked


def test_the_model_reads_the_page_where_the_cursor_rests(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" the city")
    ready(desk, qtbot, model)
    desk.controller.read(Context("Once upon a time,"))
    qtbot.waitUntil(lambda: model.warmed == [Context("Once upon a time,")])


def test_a_page_that_was_opened_while_the_model_loaded_is_read_when_it_is_there(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" the city")
    desk.may_load.clear()
    desk.models["m"] = model
    desk.host.load("m")
    desk.controller.read(Context("Once upon a time,"))
    desk.may_load.set()
    qtbot.waitUntil(lambda: model.warmed == [Context("Once upon a time,")])


def test_a_page_that_is_opened_beside_another_is_read_before_anything_is_asked_there(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" the city")
    ready(desk, qtbot, model)
    second = Controller(desk.host)
    second.read(Context("Once upon a time,"))
    qtbot.waitUntil(lambda: model.warmed == [Context("Once upon a time,")])
    second.cancel()


def test_what_the_writer_asks_for_comes_before_reading(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" the city")
    ready(desk, qtbot, model)
    desk.controller.ask(Context("Once"), HERE)
    desk.controller.read(Context("Once"))
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" the city", HERE)])
    assert not model.warmed


@pytest.mark.parametrize("doing", ["reading", "looking for others"])
def test_a_model_that_breaks_while_nobody_asked_breaks_nothing(
    doing: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("afterword.assist.controller.ALTERNATIVES_AFTER_MS", 0)
    desk, model = Desk(), ScriptedModel(" the city")

    def broken(*_: object) -> None:
        raise GenerationFailed("m", "broken")

    monkeypatch.setattr(model, "warm" if doing == "reading" else "candidates", broken)
    ready(desk, qtbot, model)
    if doing == "reading":
        desk.controller.read(Context("Once"))
    else:
        desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: "the model failed while it" in caplog.text and desk.phases()[-1] is Phase.READY)
    assert Phase.FAILED not in desk.phases()
    desk.controller.ask(Context("Once upon"), HERE)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" the city", HERE)])
    assert desk.host.close(WAIT)
