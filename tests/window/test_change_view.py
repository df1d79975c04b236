"""An answer as changes, each of which is taken or left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPalette, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from afterword.drafts.choosing import Edit, parts_of
from afterword.drafts.compare import compare
from afterword.window.change_text import ChangeText
from afterword.window.change_view import ChangeView
from afterword.window.themes import DARK, palette_of

from .conftest import part

BEFORE = "The meeting that was held on Tuesday did not decide. Two were away."
AFTER = "The meeting on Tuesday decided nothing. Two members were away."
TAKE = [Edit(11, 25, ""), Edit(37, 51, "decided nothing"), Edit(56, 56, " members")]


@pytest.fixture
def view(qtbot: QtBot) -> ChangeView:
    view = ChangeView()
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show()
    qtbot.waitExposed(view)
    view.show_parts(parts_of(compare(BEFORE, AFTER)))
    return view


def text(view: ChangeView) -> ChangeText:
    return part(view, ChangeText)


def looks(view: ChangeView, words: str) -> str:
    """How words are shown: "gone", "new" or "plain"."""
    cursor = text(view).document().find(words)
    assert not cursor.isNull(), words
    form = cursor.charFormat()
    assert not (form.fontStrikeOut() and form.fontUnderline())
    return "gone" if form.fontStrikeOut() else "new" if form.fontUnderline() else "plain"


def button(view: ChangeView, name: str) -> QPushButton | QToolButton:
    found: list[QPushButton | QToolButton] = [*view.findChildren(QPushButton), *view.findChildren(QToolButton)]
    [one] = [button for button in found if name in (button.text(), button.accessibleName())]
    return one


def wanted(view: ChangeView) -> list[Edit]:
    made: list[list[Edit]] = []
    view.replace_wanted.connect(made.append)
    button(view, "Replace").click()
    return made[0] if made else []


def test_at_first_all_of_it_is_taken_and_can_be_told_without_colours(view: ChangeView) -> None:
    assert (looks(view, "that was held"), looks(view, "did not decide"), looks(view, "decided nothing")) == (
        "gone",
        "gone",
        "new",
    )
    assert looks(view, "on Tuesday") == "plain"
    assert wanted(view) == TAKE


def test_what_is_left_stays_as_it_was_and_is_shown_so(view: ChangeView) -> None:
    button(view, "Next change").click()
    box = part(view, QCheckBox)
    assert box.isChecked()
    box.click()
    assert (looks(view, "did not decide"), looks(view, "decided nothing")) == ("new", "gone")
    assert looks(view, "that was held") == "gone"
    assert wanted(view) == [TAKE[0], TAKE[2]]
    box.click()
    assert wanted(view) == TAKE


def test_the_arrow_keys_go_from_change_to_change_and_space_takes_or_leaves(view: ChangeView) -> None:
    told: list[str] = []
    view.told.connect(told.append)
    changes = text(view)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_Up):
        QTest.keyClick(changes, key)
    assert told == [
        "2 of 3: “did not decide” becomes “decided nothing”.",
        "3 of 3: “members” comes in.",
        "2 of 3: “did not decide” becomes “decided nothing”.",
        "2 of 3: “did not decide” becomes “decided nothing”. Left as it was.",
        "1 of 3: “that was held” goes.",
    ]
    assert not button(view, "Change before").isEnabled()
    assert wanted(view) == [TAKE[0], TAKE[2]]


def test_a_click_takes_or_leaves_a_change(view: ChangeView) -> None:
    changes = text(view)
    cursor = changes.document().find("decided nothing")
    cursor.setPosition(cursor.selectionStart() + 4)
    QTest.mouseClick(
        changes.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, changes.cursorRect(cursor).center()
    )
    assert looks(view, "decided nothing") == "gone"
    plain = changes.document().find("Tuesday")
    plain.setPosition(plain.selectionStart() + 2)
    QTest.mouseClick(
        changes.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, changes.cursorRect(plain).center()
    )
    assert wanted(view) == [TAKE[0], TAKE[2]]


@pytest.mark.parametrize("where", ["below", "beside"])
def test_a_click_beside_the_text_changes_nothing(view: ChangeView, where: str) -> None:
    view.show_parts(parts_of(compare("One\n\nTwo", "One\n\nThree")))
    changes = text(view)
    cursor = QTextCursor(changes.document())
    cursor.movePosition(QTextCursor.MoveOperation.End)
    end, viewport = changes.cursorRect(cursor), changes.viewport()
    beside = QPoint(viewport.width() - 5, end.center().y())
    point = QPoint(end.center().x(), viewport.height() - 5) if where == "below" else beside
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
    assert looks(view, "Three") == "new"
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end.center() - QPoint(10, 0))
    assert looks(view, "Three") == "gone"


def test_a_click_on_what_was_scrolled_to_finds_it(view: ChangeView) -> None:
    lines = [f"Line {number}." for number in range(90)]
    view.show_parts(parts_of(compare("\n\n".join(lines), "\n\n".join([*lines[:-1], "The last one."]))))
    changes = text(view)
    changes.verticalScrollBar().setValue(changes.verticalScrollBar().maximum())
    cursor = changes.document().find("last one")
    cursor.setPosition(cursor.selectionStart() + 4)
    QTest.mouseClick(
        changes.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, changes.cursorRect(cursor).center()
    )
    assert looks(view, "last one") == "gone"


def test_all_can_be_left_to_take_some(view: ChangeView) -> None:
    button(view, "Leave all").click()
    assert not button(view, "Replace").isEnabled()
    assert not button(view, "Leave all").isEnabled()
    QTest.keyClick(text(view), Qt.Key.Key_Space)
    assert wanted(view) == [TAKE[0]]
    button(view, "Take all").click()
    assert not button(view, "Take all").isEnabled()


def test_a_change_of_lines_alone_can_be_seen_and_is_named(view: ChangeView) -> None:
    view.show_parts(parts_of(compare("One.\nTwo and three.", "One.\n\nTwo and three.")))
    assert "¶" in text(view).toPlainText()
    assert "1 of 1: other white space." in [label.text() for label in view.findChildren(type(view._about))]


def test_other_colours_are_taken_on_and_the_choice_stays(view: ChangeView) -> None:
    QTest.keyClick(text(view), Qt.Key.Key_Space)
    view.setPalette(palette_of(DARK))
    QApplication.processEvents()
    cursor = QTextCursor(text(view).document().find("on Tuesday"))
    assert cursor.charFormat().foreground().color() == palette_of(DARK).color(QPalette.ColorRole.Text)
    assert wanted(view) == TAKE[1:]


def test_what_was_chosen_stays_chosen_when_the_same_changes_are_shown_again(view: ChangeView) -> None:
    def again(after: str = AFTER) -> list[Edit]:
        view.hide()
        view.show()
        view.show_parts(parts_of(compare(BEFORE, after)))
        return view._edits()

    button(view, "Next change").click()
    part(view, QCheckBox).click()
    kept = [TAKE[0], TAKE[2]]
    assert again() == kept
    assert not part(view, QCheckBox).isChecked(), "the one that was looked at"
    assert len(again(AFTER + " Alas.")) == 4, "of others all are taken"
    assert again() == TAKE
    button(view, "Next change").click()
    part(view, QCheckBox).click()
    assert wanted(view) == kept
    assert again() == TAKE, "what was put in its place is over"
