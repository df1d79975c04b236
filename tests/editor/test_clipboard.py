"""Copy, cut, paste, drag and drop: as if there were no suggestion; plain text, every character kept."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from afterword.editor.accepted import RUNS_FORMAT
from afterword.editor.page import Page
from tests.editor.conftest import CTRL, Key, Writer


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def rich(html: str, text: str = "") -> QMimeData:
    mime = QMimeData()
    mime.setHtml(html)
    if text:
        mime.setText(text)
    return mime


def test_copying_everything_does_not_copy_the_ghost(writer: Writer) -> None:
    writer.has("The", cursor=2)
    writer.sees("re harbour")
    writer.page.selectAll()
    writer.press(Key.Key_C, CTRL)
    assert clipboard() == "The"


@pytest.mark.parametrize("by_menu", [True, False])
def test_copying_takes_the_ghost_away_first(writer: Writer, by_menu: bool) -> None:
    QGuiApplication.clipboard().setText("before")
    writer.types("The")
    writer.sees(" harbour")
    writer.page.copy() if by_menu else writer.press(Key.Key_C, CTRL)
    assert (writer.ghost, writer.unwanted, clipboard()) == ("", 1, "before")


@pytest.mark.parametrize("by_menu", [True, False])
def test_cutting_and_pasting_know_nothing_of_the_ghost(writer: Writer, by_menu: bool) -> None:
    writer.has("One two", cursor=3)
    QGuiApplication.clipboard().setText("and")
    writer.sees(" harbour")
    writer.page.cut() if by_menu else writer.press(Key.Key_X, CTRL)
    assert (writer.text, clipboard()) == ("One two", "and")
    writer.sees(" harbour")
    writer.page.paste() if by_menu else writer.press(Key.Key_V, CTRL)
    assert (writer.text, writer.ghost, writer.cursor) == ("Oneand two", "", 6)
    assert [context.before for context, _ in writer.wishes] == ["Oneand"]


def test_pasting_what_the_ghost_says_follows_it(writer: Writer) -> None:
    writer.has("The")
    QGuiApplication.clipboard().setText(" har")
    writer.sees(" harbour")
    writer.press(Key.Key_V, CTRL)
    assert (writer.text, writer.ghost) == ("The har", "bour")


def test_what_is_pasted_is_plain(writer: Writer) -> None:
    QGuiApplication.clipboard().setMimeData(rich("<b>bold</b> and <i>slanted</i>", "bold and slanted"))
    writer.press(Key.Key_V, CTRL)
    assert writer.text == "bold and slanted"
    assert writer.page.textCursor().charFormat().fontWeight() in (0, 400)
    QGuiApplication.clipboard().setMimeData(rich("<p>one</p><p><b>two</b></p>"))
    writer.press(Key.Key_V, CTRL)
    assert writer.text == "bold and slantedone\ntwo"


def test_what_is_copied_is_plain_and_whole(writer: Writer) -> None:
    writer.has("a\u00a0b\n🐟")
    writer.page.selectAll()
    writer.press(Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().mimeData().formats() == ["text/plain"]
    assert clipboard() == "a\u00a0b\n🐟"
    writer.press(Key.Key_V, CTRL)
    assert writer.text == "a\u00a0b\n🐟"


def test_every_kind_of_newline_is_pasted_as_one(writer: Writer) -> None:
    QGuiApplication.clipboard().setText("a\r\nb\rc\u2028d\u2029e\nf")
    writer.page.paste()
    assert writer.text == "a\nb\nc\nd\ne\nf"


def test_other_programs_get_accepted_text_as_plain_text_and_no_mark_of_it_in_it(writer: Writer) -> None:
    writer.has("The ")
    writer.page.insert_accepted("boat 🐟")
    writer.page.selectAll()
    writer.page.copy()
    mime = QGuiApplication.clipboard().mimeData()
    assert (mime.text(), mime.hasHtml()) == ("The boat 🐟", False)
    other = QPlainTextEdit()
    other.paste()
    assert other.toPlainText() == "The boat 🐟"


@pytest.mark.parametrize(
    "marks", ["", "[", "{}", "7", "[4]", "[[0]]", '[["a", "b"]]', "[[2, 1]]", "[[-1, 2]]", "[[0, 99]]", "\xff"]
)
def test_text_whose_marks_make_no_sense_is_pasted_all_the_same(writer: Writer, marks: str) -> None:
    mime = QMimeData()
    mime.setText("boat")
    mime.setData(RUNS_FORMAT, QByteArray(marks.encode("latin-1")))
    writer.page.insertFromMimeData(mime)
    assert writer.text == "boat"
    writer.types("s")
    assert writer.text == "boats"


def test_nothing_is_pasted_on_a_page_that_cannot_be_written_on(writer: Writer) -> None:
    writer.has("The")
    writer.page.setReadOnly(True)
    QGuiApplication.clipboard().setText("x")
    writer.page.paste()
    assert writer.text == "The"


def drop(page: Page, mime: QMimeData, point: QPoint) -> QDropEvent:
    actions, buttons, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(point, actions, mime, buttons, none)
    QApplication.sendEvent(page.viewport(), enter)
    assert page.ghost_text == ""
    event = QDropEvent(QPointF(point), actions, mime, buttons, none)
    QApplication.sendEvent(page.viewport(), event)
    return event


def test_text_dropped_behind_the_ghost_lands_in_the_text_without_it(writer: Writer) -> None:
    writer.has("One two\nthree", cursor=3)
    writer.sees(" harbours")
    mime = QMimeData()
    mime.setText("X")
    cursor = writer.page.textCursor()
    writer.page.void()
    cursor.setPosition(len("One two"))
    point = writer.page.cursorRect(cursor).center()
    writer.sees(" harbours")
    drop(writer.page, mime, point)
    assert (writer.text, writer.ghost, writer.wishes) == ("One twoX\nthree", "", [])


def test_a_file_that_is_dropped_is_left_to_the_window(writer: Writer) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/tmp/draft.md")])
    mime.setText("/tmp/draft.md")
    enter = QDragEnterEvent(
        QPoint(50, 30), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.ignore()
    QApplication.sendEvent(writer.page.viewport(), enter)
    assert not enter.isAccepted()
    assert writer.text == ""


def test_a_selection_dragged_elsewhere_is_moved_whole(writer: Writer) -> None:
    writer.has("a\u00a0b two")
    writer.goes_to(3, anchor=0)
    mime = writer.page.createMimeDataFromSelection()
    assert mime.text() == "a\u00a0b"
    assert mime.formats() == ["text/plain"]


def test_the_middle_button_takes_the_ghost_away_before_it_pastes(writer: Writer) -> None:
    writer.types("One two")
    writer.sees(" harbours")
    steps = writer.page.document().availableUndoSteps()
    point = writer.page.cursorRect().center() + QPoint(30, 0)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        event = QMouseEvent(
            kind,
            QPointF(point),
            QPointF(point),
            Qt.MouseButton.MiddleButton,
            Qt.MouseButton.MiddleButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(writer.page.viewport(), event)
        assert (writer.ghost, writer.unwanted) == ("", 1)
    assert writer.text == "One two"
    assert writer.page.document().availableUndoSteps() == steps


@pytest.mark.parametrize("by_key", [True, False])
def test_the_menu_of_the_page_opens_on_a_page_without_ghost(writer: Writer, by_key: bool) -> None:
    writer.types("One")
    writer.sees(" harbours")
    if by_key:
        point = QPoint(60, 30)
        menu = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, point, writer.page.viewport().mapToGlobal(point))
        QApplication.sendEvent(writer.page.viewport(), menu)
        opened = QApplication.activePopupWidget()
        assert opened is not None
        opened.close()
    else:
        QTest.mousePress(writer.page.viewport(), Qt.MouseButton.RightButton, pos=QPoint(60, 30))
    assert (writer.ghost, writer.unwanted) == ("", 1)


def test_standard_keys_of_this_system_are_those_tested_here() -> None:
    assert QKeySequence(QKeySequence.StandardKey.Copy) == QKeySequence("Ctrl+C")
