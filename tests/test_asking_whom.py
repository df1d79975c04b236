"""Of whom a question is asked: what the writer chose, in whichever window."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLabel

from tests.asking import DRAFT, Writer
from tests.asking import writer as writer
from tests.window.conftest import part


def test_who_is_asked_has_a_label_and_is_the_same_in_every_window_from_then_on(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.opens()
    label = next(label for label in writer.panel.findChildren(QLabel) if label.text() == "Asked of")
    assert label.isVisible()
    assert label.buddy() is part(writer.panel, QComboBox)
    writer.desk.open_window()
    second = writer.desk.seats[-1].window
    second.asking.open()
    assert part(second.ask_panel, QComboBox).currentText() == "This machine"
    writer.chooses(1)
    assert part(second.ask_panel, QComboBox).currentText() == "there.example"
    writer.desk.open_window()
    third = writer.desk.seats[-1].window
    third.asking.open()
    assert part(third.ask_panel, QComboBox).currentText() == "there.example"
    assert writer.settings["server.asked"] == "there"


def test_where_there_is_no_model_here_the_server_is_asked_unless_the_writer_chose(writer: Writer) -> None:
    writer.settings["server.alone"] = True
    writer.start(agreed=True)
    writer.opens()
    who = part(writer.panel, QComboBox)
    assert who.currentText() == "there.example"
    writer.chooses(0)
    assert who.currentText() == "This machine"


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
