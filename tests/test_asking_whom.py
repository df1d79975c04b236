"""Of whom a question is asked: what the writer chose in that window; a new one begins with what was chosen last."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QComboBox, QLabel

from afterword.window.main_window import MainWindow
from tests.asking import DRAFT, ORIGIN, Writer
from tests.asking import writer as writer
from tests.window.conftest import part


def asked_of(window: MainWindow) -> str:
    return part(window.ask_panel, QComboBox).currentText()


def opens_another(writer: Writer) -> MainWindow:
    writer.desk.open_window()
    window = writer.desk.seats[-1].window
    window.asking.open()
    return window


def chooses(window: MainWindow, who: int) -> None:
    combo = part(window.ask_panel, QComboBox)
    combo.setCurrentIndex(who)
    combo.activated.emit(who)


def test_who_is_asked_has_a_label(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.opens()
    label = next(label for label in writer.panel.findChildren(QLabel) if label.text() == "Asked of")
    assert label.isVisible()
    assert label.buddy() is part(writer.panel, QComboBox)


@pytest.mark.parametrize("chosen", [False, True])
def test_what_is_chosen_in_one_window_changes_no_other_and_is_what_a_new_one_begins_with(writer: Writer, chosen: bool) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    if chosen:
        writer.chooses(0)
    second = opens_another(writer)
    chooses(second, 1)
    assert (asked_of(writer.window), asked_of(second)) == ("This machine", "there.example")
    writer.asks("Who?")
    writer.until(lambda: len(writer.model.questions) == 1 and not writer.panel.busy)
    assert writer.server.questions == []
    assert asked_of(writer.window) == "This machine"
    assert asked_of(opens_another(writer)) == "there.example"
    assert writer.settings["server.asked"] == "there"


def test_a_window_that_asks_the_server_goes_on_to_whatever_is_chosen_elsewhere(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.opens()
    writer.chooses(1)
    chooses(opens_another(writer), 0)
    assert asked_of(writer.window) == "there.example"
    writer.asks("Who?")
    writer.hears("From there.")


def test_where_there_is_no_model_here_the_server_is_asked_unless_the_writer_chose(writer: Writer) -> None:
    writer.settings["server.alone"] = True
    writer.start(agreed=True)
    writer.opens()
    assert asked_of(writer.window) == "there.example"
    writer.chooses(0)
    assert asked_of(writer.window) == "This machine"
    writer.window.asking.close()
    writer.opens()
    assert asked_of(writer.window) == "This machine", "as it was chosen"


@pytest.mark.parametrize("alone", [False, True])
def test_it_does_not_change_under_the_eyes_of_a_writer_who_has_not_chosen(writer: Writer, alone: bool) -> None:
    writer.settings["server.alone"] = alone
    writer.start(agreed=True)
    writer.opens()
    before = asked_of(writer.window)
    writer.window.keeper.choose("server.alone", not alone)
    writer.qtbot.wait(50)
    assert asked_of(writer.window) == before
    writer.window.asking.close()
    writer.opens()
    assert asked_of(writer.window) != before, "nobody saw it, and nobody chose"


def test_a_server_that_is_set_before_the_panel_is_opened_is_asked_where_it_is_alone(writer: Writer) -> None:
    writer.start()
    keys = ("server.url", "server.agreed", "server.agreed_asking")
    writer.window.keeper.choose_all(dict.fromkeys(keys, ORIGIN) | {"server.enabled": True})
    writer.window.keeper.choose("server.alone", True)
    writer.opens()
    assert asked_of(writer.window) == "there.example"


def test_the_list_of_those_who_can_be_asked_stays_as_it_is_while_the_draft_changes(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.opens()
    who = part(writer.panel, QComboBox)
    renewed: list[int] = []
    who.model().rowsRemoved.connect(lambda *_: renewed.append(1))
    writer.has(DRAFT)
    writer.until(lambda: writer.panel.question.about == "About the draft, 13 words.")
    assert renewed == []
    writer.chooses(1)
    assert who.currentText() == "there.example"
