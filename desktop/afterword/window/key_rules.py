"""Which keys an action may have, and which actions get in each other's way with one."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

from afterword.editor.keys import FIRST_NAMED, EditorAction, bare
from afterword.editor.offering import WISHES
from afterword.window.actions import MENUS, TABLE, Action, translated

GHOST_ACTIONS = frozenset(EditorAction) - frozenset(WISHES) - {EditorAction.SPEAK, EditorAction.REPLACE}
"""What the page does only while a suggestion is shown; at all other times their keys mean what they always mean."""


class Refusal(Enum):
    """Why an action cannot have a key."""

    NO_KEY = auto()
    SEVERAL_PRESSES = auto()
    WRITES = auto()
    OPENS_MENU = auto()


class Clash(Enum):
    """What it means that two actions have the same key: only one can have it, or the page's goes first while it applies."""

    TAKEN = auto()
    SHARED = auto()


_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_MODIFIERS = range(0x01000020, 0x01000027)  # Key_Shift ... Key_ScrollLock, all that Qt has there
_UNKNOWN = Qt.Key.Key_unknown.value
_COMPOSING = range(0x01001100, 0x010012A0)  # Key_AltGr, keys of input methods, dead keys
# Plain numbers, since a key of another script (Ж) has a number and no name in Qt.Key.
_MOVING = frozenset(
    key.value
    for key in (
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Backspace,
        Qt.Key.Key_Delete,
    )
)
_CONTROLS = frozenset(
    key.value for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape)
)
_LENT = frozenset(key.value for key in (Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_End))
"""Bare keys that a suggestion may borrow from writing: nobody misses them while it is shown."""

_Standard = QKeySequence.StandardKey
_MOVES = (
    _Standard.MoveToNextWord,
    _Standard.MoveToPreviousWord,
    _Standard.MoveToStartOfLine,
    _Standard.MoveToEndOfLine,
    _Standard.MoveToStartOfBlock,
    _Standard.MoveToEndOfBlock,
    _Standard.MoveToStartOfDocument,
    _Standard.MoveToEndOfDocument,
    _Standard.SelectNextWord,
    _Standard.SelectPreviousWord,
    _Standard.SelectStartOfLine,
    _Standard.SelectEndOfLine,
    _Standard.SelectStartOfBlock,
    _Standard.SelectEndOfBlock,
    _Standard.SelectStartOfDocument,
    _Standard.SelectEndOfDocument,
    _Standard.DeleteStartOfWord,
    _Standard.DeleteEndOfWord,
)


def refusal(action: Action, key: QKeySequence) -> Refusal | None:
    """Why `action` cannot have `key`; None where it can."""
    presses = _presses(key)
    if not presses or any(_number(press) in _MODIFIERS or _number(press) == _UNKNOWN for press in presses):
        return Refusal.NO_KEY
    editor = TABLE[action].editor
    if editor is not None and len(presses) > 1:
        return Refusal.SEVERAL_PRESSES
    if _is_for_writing(presses[0], only_with_ghost=editor in GHOST_ACTIONS):
        return Refusal.WRITES
    if any(
        QKeySequence(presses[0]) == QKeySequence.mnemonic(translated(row.text)) for row in MENUS.values() if row.after is None
    ):
        return Refusal.OPENS_MENU
    return None


def clash(one: Action, its_key: QKeySequence, other: Action, others_key: QKeySequence) -> Clash | None:
    """Whether `one` with `its_key` gets in the way of `other` with `others_key`.

    Two actions of the window do so also where one key is how the other begins; one of the page takes its key out of the middle
    of a sequence as well.
    """
    mine, theirs = [[bare(press) for press in _presses(key)] for key in (its_key, others_key)]
    editors = [editor for editor in (TABLE[one].editor, TABLE[other].editor) if editor is not None]
    if len(editors) == 1:
        if not set(mine) & set(theirs):
            return None
        return Clash.SHARED if editors[0] in GHOST_ACTIONS else Clash.TAKEN
    shorter = min(len(mine), len(theirs))
    return Clash.TAKEN if shorter and mine[:shorter] == theirs[:shorter] else None


def _presses(key: QKeySequence) -> list[QKeyCombination]:
    return [key[index] for index in range(key.count())]  # type: ignore[index]


def _number(press: QKeyCombination) -> int:
    return press.toCombined() & ~Qt.KeyboardModifier.KeyboardModifierMask.value


def _is_for_writing(press: QKeyCombination, *, only_with_ghost: bool) -> bool:
    number, modifiers = _number(press), press.keyboardModifiers()
    if number in _COMPOSING:
        return True
    if modifiers & _COMMANDS:
        moves = number in _MOVING and any(QKeySequence(press) in QKeySequence.keyBindings(standard) for standard in _MOVES)
        return moves and not only_with_ghost
    writes = number < FIRST_NAMED or number in _MOVING | _CONTROLS
    lent = only_with_ghost and number in _LENT and modifiers == Qt.KeyboardModifier.NoModifier
    return writes and not lent
