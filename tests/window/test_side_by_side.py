"""Two texts in two columns: each passage beside what it became, marked by word."""

from __future__ import annotations

import pytest
import regex
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette, QTextCursor, QTextTable
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from afterword.drafts.compare import compare
from afterword.window import side_by_side
from afterword.window.comparison import around
from afterword.window.side_by_side import SideBySide

THEN = "Title\n\nThe ferry left at noon.\n\nNobody waved.\n\nRain.\n\nThe end.\n"
NOW = "Title\n\nThe old ferry left at dawn.\n\nNobody waved.\n\nThe end.\n"


@pytest.fixture
def sides(qtbot: QtBot) -> SideBySide:
    sides = SideBySide()
    qtbot.addWidget(sides)
    sides.resize(600, 300)
    sides.show()
    return sides


def table(sides: SideBySide) -> QTextTable:
    [frame] = sides.document().rootFrame().childFrames()
    assert isinstance(frame, QTextTable)
    return frame


def cell(sides: SideBySide, row: int, column: int) -> str:
    found = table(sides).cellAt(row, column)
    cursor = found.firstCursorPosition()
    cursor.setPosition(found.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText().replace("\u2029", "\n")


def marked(sides: SideBySide, row: int, column: int) -> list[str]:
    """What is struck out, or underlined, in a cell."""
    found = table(sides).cellAt(row, column)
    block = found.firstCursorPosition().block()
    words = []
    fragments = block.begin()
    while not fragments.atEnd():
        fragment = fragments.fragment()
        look = fragment.charFormat()
        if look.fontStrikeOut() if column == 0 else look.fontUnderline():
            words.append(fragment.text())
        fragments += 1
    return words


def test_each_passage_stands_beside_what_it_became_and_words_are_marked(sides: SideBySide) -> None:
    sides.show_passages(compare(THEN, NOW))
    rows = [[cell(sides, row, column) for column in range(2)] for row in range(table(sides).rows())]
    assert rows == [
        ["Title", "Title"],
        ["The ferry left at noon.", "The old ferry left at dawn."],
        ["Nobody waved.", "Nobody waved."],
        ["Rain.", ""],
        ["The end.", "The end."],
    ]
    assert (marked(sides, 1, 0), marked(sides, 1, 1)) == (["noon"], ["old", "dawn"])
    assert (marked(sides, 3, 0), marked(sides, 3, 1)) == (["Rain."], [])
    assert not marked(sides, 0, 0)


def test_the_passage_that_the_cursor_is_in_is_told(sides: SideBySide, qtbot: QtBot) -> None:
    sides.show_passages(compare(THEN, NOW))
    assert sides.changes == [1, 3]
    seen = [sides.current]
    with qtbot.waitSignal(sides.passage_changed, timeout=0):
        sides.setTextCursor(table(sides).cellAt(2, 0).firstCursorPosition())
    seen.append(sides.current)
    sides.setTextCursor(table(sides).cellAt(3, 0).lastCursorPosition())
    assert [*seen, sides.current] == [1, None, 3], "the first change at once"


def test_one_goes_from_change_to_change_and_stays_at_the_last(sides: SideBySide) -> None:
    sides.show_passages(compare(THEN, NOW))
    steps = [sides.go_to_next, sides.go_to_next, sides.go_to_previous, sides.go_to_previous]
    seen = []
    for step in steps:
        step()
        seen.append(sides.current)
    assert seen == [3, 3, 1, 1]
    sides.go_to_next()
    assert table(sides).cellAt(sides.textCursor()).column() == 0, "where there is something to read"
    sides.setTextCursor(table(sides).cellAt(2, 0).firstCursorPosition())
    sides.go_to_previous()
    assert sides.current == 1


def test_the_arrow_keys_move_in_it_and_tab_leaves_it(sides: SideBySide) -> None:
    sides.show_passages(compare(THEN, NOW))
    sides.setFocus()
    for _ in range(20):
        QTest.keyClick(sides, Qt.Key.Key_Down)
    assert sides.textCursor().position() > table(sides).cellAt(2, 0).lastPosition()
    assert sides.tabChangesFocus()


def test_texts_that_are_the_same(sides: SideBySide) -> None:
    sides.show_passages(compare(NOW, NOW))
    assert sides.toPlainText() == "Nothing is different."
    assert (sides.changes, sides.current, sides.left_out) == ([], None, 0)
    sides.go_to_next()


def test_a_blank_line_more_is_seen(sides: SideBySide) -> None:
    sides.show_passages(compare("One\nTwo\n", "One\n\n\nTwo\n"))
    assert "¶" in cell(sides, 1, 1)


def test_of_what_is_the_same_only_a_little_is_shown(sides: SideBySide) -> None:
    same = "".join(f"Line {number}.\n" for number in range(5000))
    sides.show_passages(compare(f"{same}noon\n{same}", f"{same}dawn\n{same}"))
    shown = sides.toPlainText()
    assert len(shown) < 1000
    assert "Line 4999." in shown
    assert "Line 0." in shown


@pytest.mark.parametrize("most", range(30, 130))
def test_what_is_left_out_begins_and_ends_between_words(most: int) -> None:
    text = "They didn't wave to the empty ferry. Cafe\u0301 owners smiled 👩\u200d🚀👍🏽, all 10,000 of them. " * 9
    beginning, end = around(text, False, False, most).split("…\n\n…")
    assert most - 10 < len(beginning) <= most
    assert most - 10 < len(end) <= most
    assert text.startswith(beginning)
    assert text.endswith(end)
    borders = {match.start() for match in regex.finditer(r"(?w)\b", text)}
    assert {len(beginning), len(text) - len(end)} <= borders
    assert around(text, True, False, most) == f"…{end}"
    assert around(text, False, True, most) == f"{beginning}…"


def test_a_word_without_end_is_cut_all_the_same() -> None:
    assert around("x" * 1000, False, False, 20) == f"{'x' * 20}…\n\n…{'x' * 20}"


def test_many_changes_are_shown_by_and_by(sides: SideBySide) -> None:
    then = "".join(f"Line {number} of then.\nThe same {number}.\n" for number in range(250))
    passages = compare(then, then.replace("then", "now"))
    sides.show_passages(passages)
    assert (len(sides.changes), sides.left_out) == (100, 150)
    sides.show_more()
    assert (len(sides.changes), sides.left_out) == (200, 50)
    assert sides.current == sides.changes[100]
    sides.show_more()
    assert (len(sides.changes), sides.left_out) == (250, 0)


def test_long_changes_are_shown_by_and_by_too(sides: SideBySide) -> None:
    then = "".join(f"{'then ' * 600}{number}.\nThe same {number}.\n" for number in range(20))
    sides.show_passages(compare(then, then.replace("then", "now")))
    shown = len(sides.changes)
    assert 1 < shown < 15
    sides.show_more()
    assert len(sides.changes) > shown


def test_a_change_as_long_as_a_book_is_cut_short(sides: SideBySide) -> None:
    sides.show_passages(compare("One.", "words " * 200_000))
    assert len(sides.toPlainText()) < 2 * side_by_side._LONG
    assert sides.toPlainText().strip().endswith("words …")
    sides.show_passages(compare("One. Two.", f"One. {'x' * (side_by_side._LONG - 5)} Two. Three."))
    sides.show_passages(compare("a b " * 100_000, "a c b d " * 50_000))
    assert len(sides.toPlainText()) < 3 * side_by_side._LONG


def test_nothing_is_left_of_it_when_it_is_cleared(sides: SideBySide) -> None:
    sides.show_passages(compare(THEN, NOW))
    sides.clear()
    assert (sides.toPlainText(), sides.changes, sides.current, sides.left_out) == ("", [], None, 0)
    sides.grab()


def test_it_follows_another_theme_and_stays_where_it_was(sides: SideBySide) -> None:
    sides.show_passages(compare(THEN, NOW))
    sides.go_to_next()
    palette = QPalette(sides.palette())
    palette.setColor(QPalette.ColorRole.Text, QColor("#123456"))
    sides.setPalette(palette)
    assert sides.current == 3
    first = table(sides).cellAt(1, 0).firstCursorPosition()
    first.movePosition(QTextCursor.MoveOperation.NextCharacter)
    assert first.charFormat().foreground().color() == QColor("#123456")


def test_the_passage_is_marked(sides: SideBySide) -> None:
    sides.show_passages(compare(THEN, NOW))
    accent = sides.palette().color(QPalette.ColorRole.Highlight)

    def marks() -> list[int]:
        image = sides.viewport().grab().toImage()
        return [y for y in range(image.height()) if image.pixelColor(1, y) == accent]

    first = marks()
    assert first
    sides.go_to_next()
    assert marks()[0] > first[-1]
