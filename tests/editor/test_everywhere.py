"""A ghost at every kind of place in a text: it shows, disturbs nothing, is taken where it stands, and leaves no trace."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QImage, QTextLayout

from afterword.editor.look import PageLook
from afterword.editor.plaintext import units
from tests.editor.conftest import CTRL, Key, Writer

GHOST = "#ff00ff"

# What stands on the page, "|" for the cursor, and what is suggested there.
PLACES = {
    "an empty draft": ("|", ("The", " ferry")),
    "the first line": ("|\n\nSecond paragraph.", ("The", " ferry")),
    "the end": ("First paragraph.\n\nThe ferry|", (" left", " late")),
    "amid a paragraph": ("The ferry| the quay at noon.", (" left", " late")),
    "an empty line between paragraphs": ("First.\n|\nThird.", ("Second", " one.")),
    "a list": ("- oars\n- two| nets\n- rope", (" new", " old")),
    "a numbered list": ("1. oars\n2. two|\n3. rope", (" new", " nets")),
    "a task in a list in a list": ("- boat\n    - [ ] mend|\n- quay", (" the", " oars")),
    "a heading": ("# The harbour| today\n\nQuiet.", (" master", " is")),
    "a heading underlined": ("The harbour|\n===\n\nQuiet.", (" master", " today")),
    "a quote": ("> Nobody| knew.\n> Nobody asked.", (" there", " ever")),
    "the text of a link": ("See [the timetable|](https://example.org/t) first.", (" of", " ferries")),
    "behind a link": ("See [it](https://example.org/t)|.", (" and", " more")),
    "a table": ("| boat | crew|\n|---|---|\n| Ida | 3 |", (" aboard", " now")),
    "strong words": ("The **low sky|** held.", (" and", " sea")),
    "code": ("```\nprint(|)\n```\nText.", ("ferry", " time")),
    "front matter": ("---\ntitle: The|\n---\nText.", (" low", " sky")),
    "half a word": ("An extraordinarily unaccount|", ("able", " gull")),
    "Hebrew": ("הים היה שקט|", (" מאוד", " הבוקר")),
    "Hebrew, amid a paragraph": ("הים היה| מאוד הבוקר.", (" שקט", " וכחול")),
    "Arabic, half a word": ("كان البحر هاد|", ("ئا", " جدا")),
    "Hebrew with English in it": ("הספינה Ida יצאה|", (" מן", " הנמל")),
    "English with Hebrew in it": ("The boat נועם left|", (" the", " quay")),
    "English after Hebrew": ("The boat נועם|", (" left", " late")),
    "Hebrew in an English paragraph": ("The boat is called נועם|", (" הקטן", " שלי")),
    "Chinese": ("渡船在中午|", ("离开", "了码头。")),
    "Japanese, amid a paragraph": ("フェリーは|港を出た。", ("正午に", "静かな")),
    "Korean": ("배는 정오에|", (" 부두를", " 떠났다.")),
    "Thai": ("เรือข้ามฟาก|", ("ออกจาก", "ท่าเรือ")),
    "Hindi, behind a combining mark": ("नाव घाट की|", (" ओर", " चली")),
    "decomposed letters": ("Le cafe\u0301|", (" ferme\u0301", " hier")),
    "emoji": ("Off we go 🚣🏽‍♀️|", (" 🌊", " today 👩‍👩‍👧")),
    "between emoji": ("🐟🐟|🐟", (" 🦑", " 🦐")),
}

# Right-to-left words in a left-to-right paragraph grow to the left of those before them, as they do when they are typed; and the
# last letter of half an Arabic word is another shape when it is the last.
MOVES = {PLACES["Hebrew in an English paragraph"][0], PLACES["Arabic, half a word"][0]}


def _everywhere() -> list[object]:
    return [pytest.param(text, said, id=name) for name, (text, said) in PLACES.items()]


def put(writer: Writer, marked: str) -> None:
    at = marked.rindex("|") if marked.count("|") > 1 and "---|" not in marked else marked.index("|")
    if "---|" in marked:
        at = marked.index("crew|") + len("crew")
    writer.page.set_markdown(True)
    writer.has(marked[:at] + marked[at + 1 :], cursor=units(marked[:at]))


def layout(writer: Writer) -> QTextLayout:
    block = writer.page.textCursor().block()
    writer.page.blockBoundingRect(block)
    return block.layout()


def image(writer: Writer) -> QImage:
    writer.page.setCursorWidth(0)
    return writer.page.viewport().grab().toImage()


def painted_in(picture: QImage, colour: str) -> int:
    wanted = int(colour.removeprefix("#"), 16)
    return sum(picture.pixel(x, y) & 0xFFFFFF == wanted for y in range(picture.height()) for x in range(0, picture.width()))


def before_cursor(writer: Writer) -> list[tuple[float, float]]:
    """Where the letters before the cursor stand: each one's base line, and its x."""
    laid, end = layout(writer), writer.page.textCursor().positionInBlock()
    found = []
    for position in range(end):
        line = laid.lineForTextPosition(position)
        found.append((line.y() + line.ascent(), line.cursorToX(position)[0]))  # type: ignore[index]
    return found


@pytest.fixture(params=["as usual", pytest.param("zoomed far", marks=pytest.mark.long), "a window of 400 pixels"])
def anyhow(request: pytest.FixtureRequest, writer: Writer) -> Writer:
    writer.page.set_look(replace(PageLook(), shading="off", ghost=GHOST))
    writer.page.resize({"a window of 400 pixels": 400}.get(request.param, 700), 420)
    if request.param == "zoomed far":
        writer.page.zoom(16)
    return writer


@pytest.mark.parametrize(("text", "said"), _everywhere())
def test_it_shows_disturbs_nothing_and_leaves_no_trace(anyhow: Writer, text: str, said: tuple[str, ...]) -> None:
    writer = anyhow
    put(writer, text)
    draft, without, stood = writer.text, image(writer), before_cursor(writer)
    writer.sees(*said)
    assert writer.ghost == "".join(said)
    assert painted_in(image(writer), GHOST) >= (0 if "🐟" in text else 8), "emoji have colours of their own"
    assert image(writer) != without
    assert writer.text == draft
    if text not in MOVES:
        stands = before_cursor(writer)
        assert all(y == y_was and abs(x - x_was) <= 1 for (y, x), (y_was, x_was) in zip(stands, stood, strict=True))
    writer.press(Key.Key_Escape)
    assert image(writer) == without


@pytest.mark.parametrize(("text", "said"), _everywhere())
def test_it_is_taken_where_it_stands_whole_or_by_word_and_undone_exactly(
    anyhow: Writer, text: str, said: tuple[str, ...]
) -> None:
    writer = anyhow
    put(writer, text)
    draft, at, whole = writer.text, writer.cursor, "".join(said)
    before, after = (part.replace("\u2029", "\n") for part in (text_before(writer), text_after(writer)))
    writer.sees(*said)
    writer.press(Key.Key_Tab, text="\t")
    assert writer.text == before + whole + after
    assert writer.cursor == at + units(whole)
    writer.page.undo()
    assert (writer.text, writer.cursor) == (draft, at)
    writer.sees(*said)
    words = 0
    while writer.ghost:
        left = writer.ghost
        writer.press(Key.Key_Right, CTRL)
        taken = writer.text[len(before) : len(writer.text) - len(after)]
        assert taken + writer.ghost == whole, "what is left of it still stands behind what was taken"
        assert writer.ghost != left
        words += 1
    assert 1 < words <= 8
    assert writer.text == before + whole + after


def text_before(writer: Writer) -> str:
    cursor = writer.page.textCursor()
    cursor.movePosition(cursor.MoveOperation.Start, cursor.MoveMode.KeepAnchor)
    return cursor.selectedText()


def text_after(writer: Writer) -> str:
    cursor = writer.page.textCursor()
    cursor.movePosition(cursor.MoveOperation.End, cursor.MoveMode.KeepAnchor)
    return cursor.selectedText()
