"""The way through the window without a mouse, where questions are asked; what one needs is in sight."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget

from afterword.errors import ServerUnreachable
from afterword.window.change_text import ChangeText
from afterword.window.consent_dialog import ConsentDialog
from afterword.window.sharing import Leaving
from tests.asking import DRAFT, LONG, ORIGIN, SHORT, Writer
from tests.asking import writer as writer
from tests.window.conftest import focused, part

SHIFT = Qt.KeyboardModifier.ShiftModifier


def goes_on(*, back: bool = False) -> QWidget:
    QTest.keyClick(focused(), Qt.Key.Key_F6, SHIFT if back else Qt.KeyboardModifier.NoModifier)
    return focused()


def warned(writer: Writer) -> QPushButton:
    writer.window.sharing_strip.show_leaving(Leaving.MISNAMED, ORIGIN, "draft", "No such address.")
    return part(writer.window.sharing_strip, QPushButton)


def test_f6_visits_the_page_the_strips_the_question_and_the_status_bar_and_goes_back(writer: Writer) -> None:
    writer.start()
    writer.window.switch_panel(False)
    first = warned(writer)
    writer.opens()
    writer.page.setFocus()
    been = [goes_on() for _ in range(4)]
    assert been[:2] == [first, writer.panel.field]
    assert writer.window.status.isAncestorOf(been[2])
    assert been[3] is writer.page
    assert [goes_on(back=True) for _ in range(4)] == [been[2], been[1], been[0], writer.page]


def test_a_strip_that_is_gone_is_passed_over(writer: Writer) -> None:
    writer.start()
    writer.window.switch_panel(False)
    warned(writer)
    writer.opens()
    writer.window.sharing_strip.dismiss()
    writer.page.setFocus()
    assert goes_on() is writer.panel.field


def test_a_strip_that_comes_again_is_entered_at_its_first_button(writer: Writer) -> None:
    writer.start()
    first = warned(writer)
    writer.page.setFocus()
    goes_on()
    QTest.keyClick(focused(), Qt.Key.Key_Tab)
    assert focused() is not first
    goes_on()
    writer.window.sharing_strip.dismiss()
    goes_on()
    writer.window.sharing_strip.show()
    writer.page.setFocus()
    assert goes_on() is first


def test_while_changes_are_shown_the_panel_is_entered_there(writer: Writer) -> None:
    writer.start()
    writer.window.switch_panel(False)
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    writer.presses("Replace…")
    writer.until(lambda: writer.panel.comparing)
    writer.page.setFocus()
    assert goes_on() is part(writer.panel, ChangeText)
    QTest.keyClick(focused(), Qt.Key.Key_Escape)
    assert not writer.panel.comparing
    writer.page.setFocus()
    assert goes_on() is writer.panel.field, "and in the field again when the answer is"


def test_one_sees_that_the_answer_has_the_focus(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    transcript = writer.panel.transcript
    corner = transcript.rect().adjusted(0, transcript.height() - 12, 0, 0)
    without = transcript.grab(corner).toImage()
    transcript.setFocus()
    assert transcript.grab(corner).toImage() != without
    writer.panel.field.setFocus()
    assert transcript.grab(corner).toImage() == without


# --- a small window -------------------------------------------------------------------------------------------------


def in_sight(widget: QWidget) -> bool:
    """Whether all of it is seen."""
    QApplication.processEvents()
    return bool(widget.visibleRegion().boundingRect() == widget.rect())


def lines_in_sight(writer: Writer) -> float:
    QApplication.processEvents()
    transcript = writer.panel.transcript
    return transcript.visibleRegion().boundingRect().height() / transcript.fontMetrics().lineSpacing()


@pytest.fixture
def small(writer: Writer) -> Writer:
    writer.settings["window.panel"] = False
    writer.start(agreed=True)
    writer.window.resize(480, 400)
    writer.has(DRAFT, LONG)
    writer.opens()
    writer.chooses(1)
    return writer


def test_in_a_small_window_the_answer_is_seen_and_the_question_again_with_the_first_key(small: Writer) -> None:
    assert in_sight(small.panel.field)
    gate = small.server.reply_gate = threading.Semaphore(1)
    small.asks("Shorter")
    small.until(lambda: small.answer == "From")
    assert lines_in_sight(small) > 6
    gate.release(9)
    small.hears("From there.")
    assert lines_in_sight(small) > 6
    QTest.keyClick(small.panel.field, Qt.Key.Key_A)
    assert in_sight(small.panel.field)


@pytest.mark.parametrize("by", ["history", "composing", "shortcut", "f6"])
def test_the_question_is_in_sight_however_one_comes_to_it(small: Writer, by: str) -> None:
    small.asks("Shorter")
    small.hears("From there.")
    assert not in_sight(small.panel.field)
    if by == "history":
        QTest.keyClick(small.panel.field, Qt.Key.Key_Up)
    elif by == "composing":
        QApplication.sendEvent(small.panel.field, QInputMethodEvent("か", []))
    elif by == "shortcut":
        small.page.setFocus()
        QTest.keyClick(small.page, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    else:
        small.page.setFocus()
        goes_on()
    assert focused() is small.panel.field
    assert in_sight(small.panel.field)


@pytest.mark.parametrize(("width", "height"), [(480, 400), (400, 320)])
@pytest.mark.parametrize("panels", [1, 2])
def test_the_end_of_an_answer_and_what_can_be_done_with_it_are_in_sight(
    small: Writer, width: int, height: int, panels: int
) -> None:
    small.window.switch_panel(panels == 2)
    small.server.reply = " ".join(f"Ferry {number} was late." for number in range(20))
    small.asks("What is missing?")
    small.hears(small.server.reply)
    for size in ((width, height), (1100, 750), (width, height)):
        small.window.resize(*size)
        small.until(lambda: in_sight(small.button("Insert")) and ends_in_sight(small))
        assert lines_in_sight(small) > 4
        assert small.page.visibleRegion().boundingRect().height() >= 60


def ends_in_sight(writer: Writer) -> bool:
    transcript = writer.panel.transcript
    end = transcript.cursorRect(transcript._end())
    return transcript.visibleRegion().boundingRect().contains(end.bottomLeft().x(), end.bottom())


def test_in_a_small_window_a_comparison_is_read_and_made(small: Writer) -> None:
    small.window.switch_panel(True)
    small.server.reply = SHORT
    small.asks("Shorter")
    small.hears(SHORT)
    small.presses("Replace…")
    small.until(lambda: small.panel.comparing and small.panel.changes._text.visibleRegion().boundingRect().height() > 60)
    goes_to(small, "Replace")
    assert in_sight(small.button("Replace"))


def goes_to(writer: Writer, text: str) -> None:
    for _ in range(9):
        if focused() is writer.button(text):
            return
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    raise AssertionError(text)


def test_in_a_small_window_one_sees_why_there_is_no_answer(small: Writer) -> None:
    small.server.reply_error = ServerUnreachable(ORIGIN, "refused")
    small.asks("Shorter")
    small.until(lambda: not small.panel.busy)
    assert small.panel.message
    assert in_sight(small.panel._message)


def test_in_the_smallest_window_one_sees_that_nothing_was_sent(small: Writer) -> None:
    small.settings["server.agreed_asking"] = ""
    small.window.resize(small.window.minimumSize())
    small.asks("Shorter")
    assert in_sight(small.panel.field)
    dialog = small.dialog(ConsentDialog)
    assert isinstance(dialog, ConsentDialog)
    dialog.reject()
    assert small.panel.message == "Nothing was sent."
    assert in_sight(small.panel._message)


# --- the tab key ----------------------------------------------------------------------------------------------------


def test_the_tab_key_goes_round_in_the_panel_either_way_and_never_onto_the_page(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.window.resize(900, 700)
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    forth = stops_of(writer, Qt.Key.Key_Tab)
    assert stops_of(writer, Qt.Key.Key_Backtab) == [forth[0], *reversed(forth[1:])]
    assert {"Hide the questions", "Insert", "Replace…", "Discard"} <= {*forth}
    writer.presses("Replace…")
    writer.until(lambda: writer.panel.comparing)
    forth = stops_of(writer, Qt.Key.Key_Tab)
    assert stops_of(writer, Qt.Key.Key_Backtab) == [forth[0], *reversed(forth[1:])]
    assert {"Hide the questions", "Changes", "Take this change", "Replace", "Back"} <= {*forth}


def stops_of(writer: Writer, key: Qt.Key) -> list[str]:
    """Where the key leads, from where the focus is until it is there again."""
    begin, found = focused(), list[str]()
    while len(found) < 30:
        here = focused()
        assert writer.panel.isAncestorOf(here)
        found.append(here.accessibleName() or getattr(here, "text", str)())
        QTest.keyClick(here, key)
        if focused() is begin:
            return found
    raise AssertionError(found)


@pytest.mark.parametrize("by", ["Ask", "Ready questions"])
@pytest.mark.parametrize("agreed", [True, False])
def test_who_asks_by_a_button_writes_the_next_question_and_stops_nothing(writer: Writer, by: str, agreed: bool) -> None:
    writer.start(agreed=agreed)
    writer.server.reply = SHORT
    writer.has(DRAFT)
    gate = writer.server.reply_gate = threading.Semaphore(0)
    writer.opens()
    writer.chooses(1)
    QTest.keyClicks(writer.panel.field, "Who?")
    button = writer.button(by)
    button.setFocus()
    if by == "Ask":
        QTest.keyClick(button, Qt.Key.Key_Return)
    else:
        part(writer.panel, QMenu).actions()[1].trigger()
    if not agreed:
        writer.until(lambda: isinstance(dialog := writer.dialog(ConsentDialog), ConsentDialog) and dialog.isActiveWindow())
        part(writer.window, ConsentDialog).accept()
        writer.window.activateWindow()
        writer.until(writer.window.isActiveWindow)
    writer.until(lambda: writer.panel.busy)
    assert focused() is writer.panel.field
    gate.release(99)
    writer.hears(SHORT)
