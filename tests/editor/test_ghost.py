"""How the ghost looks: inline, grey, still; and what it must not disturb."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QColor, QFont, QImage, QTextCharFormat, QTextCursor, QTextLayout, QTextLine
from PySide6.QtWidgets import QTextEdit

from afterword.editor.look import DARK, SHADINGS, PageLook
from afterword.editor.plaintext import units
from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Suggestion
from tests.colours import contrast
from tests.editor.conftest import CTRL, Key, Writer

PARAGRAPH = (
    "The harbour lay quiet (under a “low” sky), and the boats—that had come in—before dawn were tied two-deep along the wall; "
    "“nobody,” he said, e.g. spoke. Extraordinarily unaccountable gulls went on complaining, incomprehensibly."
)


def layout(writer: Writer) -> QTextLayout:
    block = writer.page.textCursor().block()
    writer.page.blockBoundingRect(block)
    return block.layout()


def lines(writer: Writer) -> Iterator[QTextLine]:
    laid = layout(writer)
    return (laid.lineAt(number) for number in range(laid.lineCount()))


def formats(writer: Writer) -> list[tuple[int, int, QTextCharFormat]]:
    return sorted(((f.start, f.length, QTextCharFormat(f.format)) for f in layout(writer).formats()), key=lambda f: f[:2])


def image(writer: Writer) -> QImage:
    writer.page.setCursorWidth(0)
    return writer.page.viewport().grab().toImage()


def test_each_word_is_grey_and_laid_by_its_length_in_utf16(writer: Writer) -> None:
    writer.has("ab")
    writer.sees(" 🐟", "x", "\n🦑")
    assert [(start, length) for start, length, _ in formats(writer)] == [(3, 4), (7, 3)]
    ghost = writer.page.look.ghost_of(0.5)
    assert all(look.foreground().color() == ghost for _, _, look in formats(writer))
    assert layout(writer).preeditAreaText() == "\u200b 🐟x\u2028🦑"


@pytest.mark.parametrize("shading", SHADINGS)
@pytest.mark.parametrize("look", [PageLook(), DARK])
def test_sure_words_stand_out_and_doubtful_ones_can_still_be_read(look: PageLook, shading: str) -> None:
    look, page = replace(look, shading=shading), look.page
    shades = [contrast(look.ghost_of(probability), page) for probability in (0.01, 0.3, 0.6, 1.0)]
    assert shades == sorted(shades)
    assert shades[0] >= 4.5
    assert (shades[-1] > shades[0]) == (shading != "off")
    assert shades[-1] < contrast(look.text, page)  # and is never taken for the writer's own


def test_a_word_has_the_shade_of_its_least_probable_piece(writer: Writer) -> None:
    writer.page.show_suggestion(
        Suggestion((Piece(" old", 0.99), Piece(" ha", 0.9), Piece("rbour", 0.1), Piece("是", 0.9), Piece("港", 0.1))),
        writer.page.place(),
    )
    shade = writer.page.look.ghost_of
    found = [(length, look.foreground().color()) for _, length, look in formats(writer)]
    assert found == [(4, shade(0.99)), (8, shade(0.1)), (1, shade(0.9)), (1, shade(0.1))]


def test_it_wraps_and_breaks_lines_and_pushes_what_follows(writer: Writer) -> None:
    writer.has("One two", cursor=3)
    before = layout(writer).lineCount()
    writer.sees("\nand", "\nmore, " + "many words " * 12)
    assert layout(writer).lineCount() >= before + 3
    after = QTextCursor(writer.page.document())
    after.setPosition(7)
    assert writer.page.cursorRect(after).top() > writer.page.cursorRect().bottom() + 2 * writer.page.cursorRect().height()


def test_the_cursor_stays_at_its_beginning(writer: Writer) -> None:
    for text, cursor in (("One two", 3), ("", 0), ("One\n", 4), (PARAGRAPH, 60)):
        writer.has(text, cursor=cursor)
        before = writer.page.cursorRect()
        writer.sees(" harbours and so on", " and on")
        assert writer.page.cursorRect() == before


@pytest.mark.parametrize("width", [420, 505, 610])
@pytest.mark.parametrize("said", ["bour", " under", "x", "”", ", and so on", " ", "\nnew", "unaccountability"])
def test_text_before_it_never_moves(writer: Writer, width: int, said: str) -> None:
    writer.page.resize(width, 420)
    writer.has(PARAGRAPH)
    held = 0
    for at in range(1, len(PARAGRAPH) + 1, 3):
        writer.goes_to(at)
        laid = layout(writer)
        before = [(line.lineNumber(), line.cursorToX(i)) for i in range(at) for line in [laid.lineForTextPosition(i)]]
        writer.sees(said)
        laid = layout(writer)
        after = [(line.lineNumber(), line.cursorToX(i)) for i in range(at) for line in [laid.lineForTextPosition(i)]]
        assert writer.ghost == said
        assert [line for line, _ in after] == [line for line, _ in before]
        assert max(abs(a[1][0] - b[1][0]) for a, b in zip(after, before, strict=True)) <= 1  # type: ignore[index]
        held += 1
    assert held > 50


def test_half_a_word_at_the_margin_stays_there_when_its_other_half_is_suggested(writer: Writer) -> None:
    margin = next(line.textLength() for line in spread(writer) if line.lineNumber() == 0)
    word = PARAGRAPH[:margin].rstrip().rfind(" ") + 1
    writer.has(PARAGRAPH[: margin - 2].rstrip())
    x = writer.page.cursorRect().left()
    writer.sees("extraordinarily")
    assert layout(writer).lineCount() == 2
    assert layout(writer).lineForTextPosition(word).lineNumber() == 0
    assert writer.page.cursorRect().left() == x


def spread(writer: Writer) -> list[QTextLine]:
    writer.has(PARAGRAPH)
    return list(lines(writer))


def test_the_page_looks_as_before_when_it_is_gone(writer: Writer) -> None:
    writer.page.set_markdown(True)
    for at in (0, 10, 31, 60, 133, len(PARAGRAPH)):
        writer.has(PARAGRAPH.replace("low", "**low**") + "\n\nNext.", cursor=at)
        before = image(writer)
        writer.sees(" that day\nand", " the next one")
        assert image(writer) != before
        writer.press(Key.Key_Escape)
        assert image(writer) == before


def test_accepting_puts_the_text_where_the_ghost_was(writer: Writer) -> None:
    writer.page.set_look(PageLook(font_size=11, width=60, ghost=PageLook().text))
    for at in (29, 60, 108, len(PARAGRAPH)):
        writer.has(PARAGRAPH, cursor=at)
        writer.sees(" that day and all the other days that came ", "and went")
        places = [line.textLength() for line in lines(writer)]
        writer.press(Key.Key_Tab, text="\t")
        assert sum(places) - 1 == units(writer.text)  # the seam
        assert len(places) == layout(writer).lineCount()


def ghost_xs(writer: Writer, last: int) -> list[tuple[int, float]]:
    """Line and x of the last characters of the paragraph as it is on the screen."""
    laid = layout(writer)
    end = writer.page.textCursor().block().length() - 1 + units(laid.preeditAreaText())
    found = []
    for position in range(end - last, end + 1):
        line = laid.lineForTextPosition(position)
        found.append((line.lineNumber(), line.cursorToX(position)[0]))  # type: ignore[index]
    return found


def test_what_remains_stands_still_while_it_is_typed_and_taken(writer: Writer) -> None:
    said = " under the low sky"
    writer.has("The harbour lay quiet")
    writer.sees(said)
    for typed in range(1, len(said)):
        left = len(said) - typed
        before = ghost_xs(writer, left)
        writer.types(said[typed - 1])
        after = ghost_xs(writer, left)
        inside = said[typed - 1] != " " and said[typed] != " "
        for (line, x), (new_line, new_x) in zip(before, after, strict=True):
            assert line == new_line
            assert abs(x - new_x) <= (3 if inside else 1)
    writer.has("The harbour lay quiet")
    writer.sees(said)
    for word in (" under", " the", " low"):
        left = len(writer.ghost) - len(word)
        before = ghost_xs(writer, left)
        writer.press(Key.Key_Right, CTRL)
        assert all(abs(x - y) <= 1 and a == b for (a, x), (b, y) in zip(before, ghost_xs(writer, left), strict=True))


# --- looks of the text around it ------------------------------------------------------------------------------------


def test_it_keeps_what_the_highlighter_made_of_its_paragraph(writer: Writer) -> None:
    writer.page.set_markdown(True)
    writer.has("**strong text** and `code`", cursor=8)
    bold = QFont.Weight.Bold
    before = formats(writer)
    assert [(start, length) for start, length, _ in before] == [(0, 2), (2, 11), (13, 2), (20, 1), (21, 4), (25, 1)]
    writer.sees(" grey")
    length = 1 + len(" grey")
    seen = formats(writer)
    assert [(start, size) for start, size, _ in seen if start < 8] == [(0, 2), (2, 6)]
    assert [(start - length, size) for start, size, _ in seen if start >= 8 + length] == [(8, 5), *spans(before)[2:]]
    [(_, _, ghost)] = [found for found in seen if found[0] == 9]
    assert ghost.fontWeight() == bold
    assert ghost.foreground().color() == writer.page.look.ghost_of(0.5)
    writer.page.void()
    assert spans(formats(writer)) == spans(before)


def spans(found: list[tuple[int, int, QTextCharFormat]]) -> list[tuple[int, int]]:
    return [(start, length) for start, length, _ in found]


def test_it_is_laid_again_when_the_page_changes_its_look(writer: Writer) -> None:
    writer.has("**strong text**", cursor=8)
    writer.sees(" grey")
    writer.page.set_markdown(True)
    assert writer.ghost == " grey"
    assert any(look.fontWeight() == QFont.Weight.Bold for _, _, look in formats(writer))
    writer.page.zoom(4)
    writer.page.resize(500, 300)
    writer.page.set_look(PageLook(ghost="#ff0000", shading="off"))
    assert writer.ghost == " grey"
    assert any(look.foreground().color() == QColor("#ff0000") for _, _, look in formats(writer))
    writer.page.set_markdown(False)
    assert [(start, length) for start, length, _ in formats(writer)] == [(9, 5)]
    assert writer.shown == [" grey"]
    assert writer.unwanted == 0


def test_text_before_it_stays_in_its_line_also_when_the_page_gets_another_width(writer: Writer) -> None:
    moved = 0
    for width in range(400, 640, 7):
        writer.page.resize(700, 420)
        writer.has(PARAGRAPH, cursor=PARAGRAPH.index("mplaining"))
        writer.sees("x")
        writer.page.resize(width, 420)
        with_ghost = [layout(writer).lineForTextPosition(i).lineNumber() for i in range(writer.cursor)]
        line = layout(writer).lineForTextPosition(writer.cursor - 1)
        moved += line.textStart() >= writer.cursor - 5
        writer.page.void()
        assert with_ghost == [layout(writer).lineForTextPosition(i).lineNumber() for i in range(writer.cursor)]
    assert moved


def selections(writer: Writer, *spots: tuple[int, int]) -> list[QTextEdit.ExtraSelection]:
    marks = []
    for start, end in spots:
        mark = QTextEdit.ExtraSelection()
        cursor = QTextCursor(writer.page.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor = cursor
        look = QTextCharFormat()
        look.setBackground(QColor("#00ff00"))
        mark.format = look
        marks.append(mark)
    return marks


def green_columns(writer: Writer) -> list[int]:
    seen = image(writer)
    y = writer.page.cursorRect().center().y()
    return [x for x in range(seen.width()) if seen.pixelColor(x, y) == QColor("#00ff00")]


@pytest.mark.parametrize("marked_first", [True, False])
def test_marks_behind_it_are_where_their_words_are(writer: Writer, marked_first: bool) -> None:
    writer.has("One two three", cursor=3)
    marks = selections(writer, (4, 7))
    if marked_first:
        writer.page.setExtraSelections(marks)
        without = green_columns(writer)
    writer.sees(" hundred")
    if not marked_first:
        writer.page.setExtraSelections(marks)
        assert writer.ghost == " hundred"
    with_ghost = green_columns(writer)
    start, end = QTextCursor(writer.page.document()), QTextCursor(writer.page.document())
    start.setPosition(4)
    end.setPosition(7)
    left, right = writer.page.cursorRect(start).left(), writer.page.cursorRect(end).left()
    assert with_ghost
    assert left - 1 <= with_ghost[0] <= left + 4
    assert right - 4 <= with_ghost[-1] <= right + 1
    writer.page.void()
    assert len(writer.page.extraSelections()) == 1
    again = green_columns(writer)
    assert again[0] < with_ghost[0] - 20
    if marked_first:
        assert again == without


def test_a_mark_around_it_is_on_both_sides_of_it(writer: Writer) -> None:
    writer.has("One two three", cursor=3)
    writer.page.setExtraSelections(selections(writer, (0, 7)))
    writer.sees(" hundred")
    green = green_columns(writer)
    start, end = writer.page.cursorRect().left(), QTextCursor(writer.page.document())
    end.setPosition(3 + 1)
    assert not [x for x in green if start + 4 < x < writer.page.cursorRect(end).left() - 10]
    assert [x for x in green if x < start]
    assert [x for x in green if x > start + 40]
