"""A long session at the page: anything may happen at any time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QApplication

from afterword.assist.types import Place
from afterword.editor.keys import EditorAction
from afterword.editor.look import PageLook
from afterword.editor.plaintext import index_at
from afterword.engine.protocol import Piece
from tests.editor.conftest import ALT, CTRL, NONE, SHIFT, Key, suggestion
from tests.editor.pair import Pair

LETTERS = "ab .\n🐟é"
SAYINGS = (
    "a",
    " ab",
    "b. a b",
    "a\nb",
    " 🐟 é",
    ". ab. ba. ",
    "\nab a",
    "aaaa",
    "ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab",
)
LONGEST = 400  # characters; more is deleted

MOVES: tuple[tuple[Qt.Key, Qt.KeyboardModifier], ...] = tuple(
    (key, modifiers)
    for key in (Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down, Key.Key_Home, Key.Key_End)
    for modifiers in (NONE, SHIFT, CTRL, CTRL | SHIFT)
    if (key, modifiers) != (Key.Key_Right, CTRL)
)
ACCEPTS = ((Key.Key_Tab, NONE, "\t"), (Key.Key_Right, CTRL, ""), (Key.Key_Right, ALT, ""))


class Session(Pair):
    """`step(name, number)` does one thing; `number` decides the rest. Every step ends with `check`."""

    def step(self, name: str, number: int) -> None:
        self.now += (number % 5) / 10
        if self.composing and name not in ("arrive", "arrive_late", "compose", "paint", "ask"):
            name = "commit" if number % 2 else "give_up"
        if len(self.page.text()) > LONGEST:
            for sheet in (self.page, self.twin):
                sheet.selectAll()
            self.both(Key.Key_Delete)
        getattr(self, name)(number)
        self.check()

    def writes(self, deed: Callable[[], None], text: str) -> None:
        """`deed` puts `text` in place of the selection."""
        cursor, old = self.page.textCursor(), self.page.text()
        start, end = (index_at(old, at) for at in (cursor.selectionStart(), cursor.selectionEnd()))
        deed()
        assert self.page.text() == old[:start] + text + old[end:]
        self.quiet = False

    def type(self, number: int) -> None:
        letter = LETTERS[number % len(LETTERS)]
        key = Key.Key_Return if letter == "\n" else Key.Key_unknown
        self.writes(lambda: self.both(key, NONE, "\r" if letter == "\n" else letter), letter)

    def follow(self, number: int) -> None:
        for letter in self.page.ghost_text[: 1 + number % 3] or "a":
            self.type(LETTERS.index(letter))

    def accept(self, number: int) -> None:
        key, modifiers, text = ACCEPTS[number % 3]
        if not self.page.ghost_text and number % 5:
            self.offer(self.page.place(), SAYINGS[number // 3 % len(SAYINGS)], number)
            self.check()
            self.now += number % 7 / 10
        ghost, old, before, was = self.page.ghost_text, self.page.text(), len(self.taken), self.page.textCursor().position()
        self.press(self.page, key, modifiers, text)
        if len(self.taken) > before:
            [taken] = self.taken[before:]
            assert taken
            assert ghost.startswith(taken)
            assert len(self.page.text()) == len(old) + len(taken)
            self.twin.insert_accepted(taken)
            self.takes += 1
            self.quiet = False
        elif ghost:
            assert key == Key.Key_Tab
            if self.page.text() != old:
                self.press(self.twin, key, modifiers, text)
            else:
                assert self.page.ghost_text == ghost
        else:
            self.press(self.twin, key, modifiers, text)
            self.quiet = key != Key.Key_Tab and (self.quiet or self.page.textCursor().position() != was)

    def accept_and_undo(self, number: int) -> None:
        old, takes = self.page.text(), self.takes
        self.accept(number)
        if self.takes > takes:
            self.undo(number)
            assert self.page.text() == old

    def backspace(self, number: int) -> None:
        before = self.page.text()
        self.both(Key.Key_Backspace, CTRL if number % 7 == 0 else NONE)
        self.quiet = self.quiet and self.page.text() == before

    def delete(self, number: int) -> None:
        before = self.page.text()
        self.both(Key.Key_Delete, CTRL if number % 7 == 0 else NONE)
        self.quiet = self.quiet and self.page.text() == before

    def undo(self, number: int) -> None:
        was = self.around(self.page)
        if number % 2:
            self.both(Key.Key_Z, CTRL)
        else:
            self.page.undo()
            self.twin.undo()
        self.quiet = self.quiet or self.around(self.page) != was

    def redo(self, number: int) -> None:
        was = self.around(self.page)
        self.both(Key.Key_Z, CTRL | SHIFT)
        self.quiet = self.quiet or self.around(self.page) != was

    def paste(self, number: int) -> None:
        text = SAYINGS[number % len(SAYINGS)]
        QGuiApplication.clipboard().setText(text)
        self.writes(lambda: self.both(Key.Key_V, CTRL), text)

    def cut(self, number: int) -> None:
        before = self.page.text()
        for sheet in (self.page, self.twin):
            self.press(sheet, Key.Key_X, CTRL, "")
        self.quiet = self.quiet and self.page.text() == before

    def copy(self, number: int) -> None:
        selected = self.page.textCursor().selectedText()
        QGuiApplication.clipboard().setText("nothing")
        self.press(self.page, Key.Key_C, CTRL, "")
        assert QGuiApplication.clipboard().text() == (selected.replace("\u2029", "\n") or "nothing")
        assert self.page.ghost_text == ""

    def move(self, number: int) -> None:
        was = self.page.textCursor()
        self.both(*MOVES[number % len(MOVES)])
        now = self.page.textCursor()
        self.quiet = self.quiet or (was.position(), was.anchor()) != (now.position(), now.anchor())

    def click(self, number: int) -> None:
        position = self.position(number)
        modifiers = SHIFT if number % 4 == 0 else NONE
        for sheet in (self.page, self.twin):
            cursor = QTextCursor(sheet.document())
            cursor.setPosition(position)
            sheet.verticalScrollBar().setValue(0)
            point = sheet.cursorRect(cursor).center()
            for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
                self.mouse(sheet, kind, point, modifiers)
        self.quiet = True

    def select(self, number: int) -> None:
        anchor, position = self.position(number), self.position(number // 7)
        was = self.page.textCursor()
        for sheet in (self.page, self.twin):
            cursor = sheet.textCursor()
            cursor.setPosition(anchor)
            cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
            sheet.setTextCursor(cursor)
        self.quiet = self.quiet or (was.anchor(), was.position()) != (anchor, position)

    def compose(self, number: int) -> None:
        self.input("か" * (1 + number % 3), "柿" if number % 5 == 0 else "")
        self.composing = True

    def commit(self, number: int) -> None:
        self.composing = False
        self.quiet = False
        self.input("", LETTERS[number % 3])

    def give_up(self, number: int) -> None:
        self.composing = False
        self.input("", "")

    def commit_letter(self, number: int) -> None:
        """As some systems deliver plain typing."""
        letter = self.page.ghost_text[:1] if number % 2 else "b"
        if letter and letter != "\n":
            self.writes(lambda: self.input("", letter), letter)

    def nothing_composed(self, number: int) -> None:
        ghost = self.page.ghost_text
        self.input("", "")
        assert self.page.ghost_text == ghost

    def arrive(self, number: int) -> None:
        """A suggestion for here; or more of the one that is there."""
        said = SAYINGS[number % len(SAYINGS)]
        place = self.page.place()
        if self.offered is not None and number % 3:
            first = self.offered[1][0]
            place, said = self.offered[0], (first + said if number % 3 == 1 else first)
        self.offer(place, said, number)

    def arrive_late(self, number: int) -> None:
        """A suggestion for some place where the writer was before."""
        if self.asked:
            self.offer(list(self.asked)[-1 - number % min(len(self.asked), 9)], SAYINGS[number % len(SAYINGS)], number)

    def offer(self, place: Place, said: str, number: int) -> None:
        if place == self.page.place() and (self.quiet or place not in self.asked):
            self.page.ask_now()
            place = self.page.place()
            if place not in self.asked:
                return
            self.quiet = False
        was, late = self.offered, place != self.page.place()
        self.offered = (place, (said, *was[1]) if was is not None and was[0] == place else (said,))
        self.page.show_suggestion(suggestion(*said[:3], said[3:], more=number % 2 == 0), place)
        if late and was is not None and was[0] != place:
            self.offered = was  # it came too late, and the other one stays

    def dismiss(self, number: int) -> None:
        self.press(self.page, Key.Key_Escape, NONE, "")
        if self.page.ghost_text:  # what was being written at length has stopped, and stays
            self.press(self.page, Key.Key_Escape, NONE, "")
        assert self.page.ghost_text == ""

    def cycle(self, number: int) -> None:
        """Others arrive, or not, and the writer goes to the next or the previous one."""
        if self.offered is not None and number % 3:
            others = tuple(SAYINGS[at % len(SAYINGS)] for at in range(number, number + number % 4))
            self.offered = (self.offered[0], self.offered[1] + others)
            self.page.offer_alternatives([suggestion(one) for one in others], self.offered[0])
            self.check()
        ghost, was = self.page.ghost_text, self.page.textCursor().position()
        if ghost:
            self.press(self.page, Key.Key_Down if number % 2 else Key.Key_Up, ALT, "")
            assert self.page.textCursor().position() == was

    def branch(self, number: int) -> None:
        """Go on from another word of what is shown."""
        ghost = self.page.ghost_text
        said, word = ghost[: number % (len(ghost) + 1)], SAYINGS[number % len(SAYINGS)]
        self.page.branch(said, Piece(word, 0.1))
        if ghost:
            assert self.page.ghost_text == ghost[: len(said)] + word or not self.page.ghost_text
            self.offered = (self.page.place(), (said + word,))

    def go_on(self, number: int) -> None:
        """Ask for several sentences."""
        silent = self.composing or self.page.textCursor().hasSelection()
        assert self.page.perform(EditorAction.CONTINUE) is not silent
        self.quiet = self.quiet and silent

    def hide(self, number: int) -> None:
        """Suggestions are seen only while a key is held, or always again."""
        self.page.reveals = number % 2 == 0
        self.check()
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)[: 1 + number % 4 // 2]:
            modifiers = CTRL if kind is QEvent.Type.KeyPress else NONE
            QApplication.sendEvent(self.page, QKeyEvent(kind, Key.Key_Control, modifiers))
            self.check()

    def clear(self, number: int) -> None:
        self.page.void()
        assert self.page.ghost_text == ""

    def ask(self, number: int) -> None:
        silent = self.composing or self.page.textCursor().hasSelection()
        assert self.page.perform(EditorAction.ASK_NOW) is not silent
        self.quiet = self.quiet and silent

    def leave(self, number: int) -> None:
        QApplication.sendEvent(self.page, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
        QApplication.sendEvent(self.page, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
        assert self.page.ghost_text == ""

    def write_by_program(self, number: int) -> None:
        position = self.position(number)
        for sheet in (self.page, self.twin):
            cursor = QTextCursor(sheet.document())
            cursor.setPosition(position)
            cursor.insertText("z\n" if number % 2 else "z")
        assert self.page.ghost_text == ""

    def paint(self, number: int) -> None:
        self.page.grab()

    def restyle(self, number: int) -> None:
        for sheet in (self.page, self.twin):
            if number % 3 == 0:
                sheet.set_markdown(number % 2 == 0)
            elif number % 3 == 1:
                sheet.resize(380 + 20 * (number % 5), 700)
            else:
                sheet.set_look(PageLook(font_size=10, width=40, line_spacing=1 + number % 7 / 10))


STEPS = (
    "type type type follow follow follow accept accept accept accept accept_and_undo accept_and_undo backspace delete undo undo "
    "redo paste cut copy move move click select compose commit_letter nothing_composed arrive arrive arrive arrive arrive arrive "
    "arrive_late arrive_late cycle cycle cycle branch go_on hide dismiss clear ask leave write_by_program paint restyle"
).split()
