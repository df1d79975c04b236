"""Choosing a model: one that is there, or is on its way, is not begun with again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword.assist.types import Phase
from afterword.engine.protocol import LanguageModel
from afterword.watch import Watch
from afterword.window.actions import Action
from tests import desk
from tests.fakes.scripted import ScriptedModel
from tests.window.doing import do

SAYS = " the city of Nova Haven."


class Writer(desk.Writer):
    """Has several models."""

    def open(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        super().open(name, download, watch)
        return ScriptedModel(SAYS, name=name)


@pytest.fixture
def writer(qtbot: QtBot, tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(qtbot, tmp_path, ScriptedModel(SAYS))
    yield writer
    writer.may_load.set()
    writer.leave()


def phase(writer: Writer) -> Phase:
    state = writer.desk.host.state
    return Phase.NONE if state is None else state.phase


@pytest.fixture
def loading(writer: Writer, qtbot: QtBot) -> Writer:
    """The starter model is being loaded."""
    writer.may_load.clear()
    writer.start()
    qtbot.waitUntil(lambda: phase(writer) is Phase.LOADING)
    return writer


@pytest.fixture
def ready(loading: Writer, qtbot: QtBot) -> Writer:
    """It is there."""
    loading.may_load.set()
    qtbot.waitUntil(lambda: phase(loading) is Phase.READY)
    return loading


def opened(writer: Writer, qtbot: QtBot) -> list[str]:
    """What was loaded, once nothing more is."""
    writer.may_load.set()
    qtbot.waitUntil(lambda: phase(writer) is Phase.READY)
    qtbot.wait(50)
    return [name for name, _ in writer.opened]


def test_the_one_that_is_being_loaded_goes_on_where_it_is(loading: Writer, qtbot: QtBot) -> None:
    for _ in range(3):
        do(loading.window, Action.MODEL_STARTER)
        qtbot.wait(20)
    assert opened(loading, qtbot) == ["starter"]


def test_the_one_that_is_there_stays(ready: Writer, qtbot: QtBot) -> None:
    do(ready.window, Action.MODEL_STARTER)
    assert opened(ready, qtbot) == ["starter"]
    ready.type("Once,")
    ready.sees(SAYS)
    do(ready.window, Action.MODEL_STARTER)
    assert opened(ready, qtbot) == ["starter"]


def test_another_one_takes_its_place_and_so_does_the_first_again(ready: Writer, qtbot: QtBot) -> None:
    ready.may_load.clear()
    ready.window.models.want("another")
    do(ready.window, Action.MODEL_STARTER)  # before anybody has said that the other one is being loaded
    qtbot.waitUntil(lambda: len(ready.opened) > 1 and ready.opened[-1][0] == "starter")
    assert opened(ready, qtbot)[-1] == "starter"
    ready.window.models.want("another")
    qtbot.waitUntil(lambda: ready.desk.settings["model.name"] == "another")
    do(ready.window, Action.MODEL_STARTER)
    qtbot.waitUntil(lambda: ready.desk.settings["model.name"] == "starter")
    assert ready.opened[-1] == ("starter", True)


def test_one_that_was_given_up_is_begun_with_again(loading: Writer, qtbot: QtBot) -> None:
    do(loading.window, Action.STOP_LOADING)
    do(loading.window, Action.MODEL_STARTER)  # before anybody has said that it stopped
    qtbot.waitUntil(lambda: len(loading.opened) == 2)
    assert opened(loading, qtbot) == ["starter", "starter"]


@pytest.mark.parametrize("ends", ["given up", "failed"])
def test_the_one_before_stays_when_another_is_not_to_be_had(ready: Writer, qtbot: QtBot, ends: str) -> None:
    ready.may_load.clear()
    ready.window.models.want("missing")
    qtbot.waitUntil(lambda: phase(ready) is Phase.LOADING)
    if ends == "given up":
        do(ready.window, Action.STOP_LOADING)
    else:
        ready.may_load.set()
    qtbot.waitUntil(lambda: phase(ready) is Phase.READY)
    do(ready.window, Action.MODEL_STARTER)
    assert opened(ready, qtbot) == ["starter", "missing"]
    ready.window.models.want("missing")
    qtbot.waitUntil(lambda: [name for name, _ in ready.opened] == ["starter", "missing", "missing"])


def test_another_device_has_it_loaded_anew(ready: Writer, qtbot: QtBot) -> None:
    ready.desk._models._device_chosen("cpu")
    qtbot.waitUntil(lambda: len(ready.opened) == 2)
    assert opened(ready, qtbot) == ["starter", "starter"]


def test_what_was_given_up_is_not_loaded_for_another_device(ready: Writer, qtbot: QtBot) -> None:
    ready.may_load.clear()
    ready.window.models.want("another")
    qtbot.waitUntil(lambda: phase(ready) is Phase.LOADING)
    do(ready.window, Action.STOP_LOADING)
    ready.desk._models._device_chosen("cpu")
    qtbot.waitUntil(lambda: ready.opened[-1][0] == "starter")
    assert opened(ready, qtbot)[-1] == "starter"


def test_one_that_was_given_back_for_a_server_is_loaded_again(ready: Writer, qtbot: QtBot) -> None:
    ready.desk.host.use_server(lambda _: ScriptedModel(SAYS, name="there"), "https://there.example", alone=True)
    qtbot.waitUntil(lambda: ready.desk.host.alone)
    do(ready.window, Action.MODEL_STARTER)
    qtbot.waitUntil(lambda: len(ready.opened) == 2)
    ready.desk.host.use_server(None)
    assert opened(ready, qtbot) == ["starter", "starter"]
