"""The panel in which the writer asks: what it says of a server and of what leaves, and how one comes through it by key."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit, QWidget

from afterword.suggest.asking import Asked, Matter, given
from afterword.window.consent_dialog import ConsentDialog
from afterword.window.given_dialog import GivenDialog
from tests.asking import DRAFT, LONG, ORIGIN, SHORT, Writer
from tests.asking import writer as writer
from tests.window.conftest import focused, part

# --- the server -----------------------------------------------------------------------------------------------------


def test_the_server_answers_where_the_writer_chose_it_and_it_says_what_leaves(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT, LONG)
    writer.opens()
    assert writer.panel.sent == "", "this machine answers unless the writer chooses"
    writer.chooses(1)
    QTest.keyClicks(writer.panel.field, "Shorter")
    asked = Asked("Shorter", Matter(LONG, selected=True))
    sent = f"{len(given(asked))} characters go to {ORIGIN}: the selection, and what is asked."
    writer.until(lambda: writer.panel.sent == sent)
    writer.presses("Show…")
    shown = writer.dialog(GivenDialog)
    assert shown is not None
    assert part(shown, QPlainTextEdit).toPlainText() == given(asked)
    shown.close()
    assert writer.server.questions == []
    QTest.keyClick(writer.panel.field, Qt.Key.Key_Return)
    writer.hears("From there.")
    [question] = writer.server.questions
    assert question.shared
    assert "\n\n".join(message.text for message in question.messages) == given(asked)
    assert writer.model.questions == []


def test_before_its_first_use_the_writer_sees_what_would_leave_and_may_refuse(writer: Writer) -> None:
    writer.start(agreed=False)
    writer.has(DRAFT, LONG)
    writer.opens()
    writer.chooses(1)
    QTest.keyClicks(writer.panel.field, "Shorter")
    QTest.keyClick(writer.panel.field, Qt.Key.Key_Return)
    dialog = writer.dialog(ConsentDialog)
    assert isinstance(dialog, ConsentDialog)
    exactly = given(Asked("Shorter", Matter(LONG, selected=True)))
    assert exactly in [field.toPlainText() for field in dialog.findChildren(QPlainTextEdit)]
    dialog.reject()
    assert writer.panel.message == "Nothing was sent."
    assert (writer.opened, writer.server.questions) == ([], [])
    assert writer.panel.field.text() == "Shorter"
    QTest.keyClick(writer.panel.field, Qt.Key.Key_Return)
    agreed = writer.dialog(ConsentDialog)
    assert isinstance(agreed, ConsentDialog)
    agreed.accept()
    writer.hears("From there.")
    assert writer.settings["server.agreed"] == ORIGIN
    writer.asks("Again?")
    writer.hears("From there.")
    assert len(writer.server.questions) == 2


def test_of_a_private_draft_the_server_is_never_asked(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    writer.window.documents.set_private(True)
    assert "never leaves this machine" in writer.panel.sent
    assert not part(writer.panel, QComboBox).isVisible()
    writer.asks("What?")
    writer.hears(SHORT)
    assert writer.server.questions == []
    assert not writer.model.questions[-1].shared


def test_a_draft_that_becomes_private_ends_what_the_server_says(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    writer.server.reply_gate = threading.Semaphore(1)
    writer.asks("What?")
    writer.until(lambda: writer.answer == "From")
    writer.window.documents.set_private(True)
    assert not writer.panel.busy
    assert "does not go to the server any more" in writer.panel.message
    writer.until(lambda: writer.server.iterators_open == 0)


def test_without_a_server_nobody_is_to_be_chosen(writer: Writer) -> None:
    writer.start()
    writer.opens()
    assert not part(writer.panel, QComboBox).isVisible()
    assert writer.panel.sent == ""


def test_the_whole_conversation_counts_among_what_leaves(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.asks("First?")
    writer.hears(SHORT)
    writer.chooses(1)
    writer.asks("Second?")
    writer.hears("From there.")
    [question] = writer.server.questions
    assert [message.text for message in question.messages[1:]] == [f"{DRAFT}\n\nFirst?", SHORT, "Second?"]


# --- the panel as a pane --------------------------------------------------------------------------------------------


def test_f6_comes_by_and_every_control_has_a_name_and_a_hint(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    writer.chooses(1)
    writer.page.setFocus()
    been: list[QWidget] = []
    for _ in range(6):
        QTest.keyClick(focused(), Qt.Key.Key_F6)
        been.append(focused())
    assert any(writer.panel.isAncestorOf(widget) for widget in been)
    for comparing in (False, True):
        if comparing:
            writer.presses("Replace…")
            writer.until(lambda: writer.panel.comparing)
        for widget in writer.panel.findChildren(QWidget):
            if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                if widget.focusProxy() is not None:
                    continue
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget
                assert widget.toolTip(), widget


@pytest.mark.parametrize("comparing", [False, True])
def test_tab_goes_through_all_of_it_and_back_to_where_it_began(writer: Writer, comparing: bool) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    if comparing:
        writer.presses("Replace…")
        writer.until(lambda: writer.panel.comparing)
    been: list[QWidget] = []
    while focused() not in been and writer.panel.isAncestorOf(focused()):
        been.append(focused())
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    wanted = ["Take all", "Leave all", "Replace", "Back"] if comparing else ["Ask", "Insert", "Replace…", "Discard"]
    names = [getattr(widget, "text", str)() for widget in been]
    missing = {text for text in wanted if writer.button(text).isEnabled()} - set(names)
    assert not missing


@pytest.mark.parametrize("width", [1100, 400])
def test_it_shares_the_window_with_the_page(writer: Writer, width: int) -> None:
    writer.start()
    writer.window.resize(width, 700)
    writer.opens()
    QApplication.processEvents()
    assert writer.page.width() >= 380
    assert writer.page.height() >= 150
    assert writer.panel.transcript.height() >= 40
