"""What the writer can do with a suggestion, and which keys do it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from enum import Enum
from unicodedata import category

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

MAC = sys.platform == "darwin"


class EditorAction(Enum):
    """What the page does by name. The window's table of actions gives each its title and its keys."""

    ACCEPT_ALL = "accept_all"
    ACCEPT_WORD = "accept_word"
    ACCEPT_SENTENCE = "accept_sentence"
    DISMISS = "dismiss"
    NEXT = "next"
    PREVIOUS = "previous"
    LIKELIEST = "likeliest"
    ASK_NOW = "ask_now"
    CONTINUE = "continue"
    SPEAK = "speak"
    REPLACE = "replace"


DEFAULT_BINDINGS: Mapping[EditorAction, Sequence[QKeySequence]] = {
    EditorAction.ACCEPT_ALL: (QKeySequence("Tab"),),
    EditorAction.ACCEPT_WORD: (QKeySequence("Ctrl+Right"),),
    EditorAction.ACCEPT_SENTENCE: (QKeySequence("Alt+Right"),),
    EditorAction.DISMISS: (QKeySequence("Esc"),),
    EditorAction.NEXT: (QKeySequence("Alt+Down"), QKeySequence("Alt+]")),
    EditorAction.PREVIOUS: (QKeySequence("Alt+Up"), QKeySequence("Alt+[")),
    EditorAction.LIKELIEST: (QKeySequence("Alt+Return"),),
    EditorAction.ASK_NOW: (QKeySequence("Ctrl+Shift+Space"), QKeySequence("Alt+\\")),
    EditorAction.CONTINUE: (QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")),
    EditorAction.SPEAK: (QKeySequence("Alt+Shift+F2"),),
    EditorAction.REPLACE: (QKeySequence("Ctrl+;"),),
}

_MODIFIER_KEYS = frozenset(
    (
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Meta,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
        Qt.Key.Key_ScrollLock,
    )
)

_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_WRITING = Qt.KeyboardModifier.AltModifier | _CTRL | Qt.KeyboardModifier.GroupSwitchModifier  # Ctrl+Alt, or the latter: AltGr
_COMMANDS = (_CTRL, _CTRL | _SHIFT)

RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""The key that ends a line, and the one of the keypad."""

FIRST_NAMED = Qt.Key.Key_Escape.value
"""Below it the numbers of keys are those of Unicode (Qt::Key)."""


class Bindings:
    """Which action a key press stands for. A sequence of several key presses is not the page's, and is left out."""

    def __init__(self, table: Mapping[EditorAction, Sequence[QKeySequence]]) -> None:
        self._actions = {
            bare(sequence[0]): action  # type: ignore[index]
            for action, sequences in table.items()
            for sequence in sequences
            if sequence.count() == 1
        }

    def action_of(self, event: QKeyEvent, but: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> EditorAction | None:
        """The action bound to what `event` presses.

        Args:
            event: a key.
            but: a modifier that does not count.
        """
        return self._actions.get(bare(event.keyCombination()) & ~but.value)


def bare(press: QKeyCombination) -> int:
    """A press as it can be told from others: Shift is already in the sign that it makes, and a key of the keypad is that key.

    On macOS the arrows are keys of the keypad.
    """
    combined = press.toCombined() & ~Qt.KeyboardModifier.KeypadModifier.value
    number = combined & ~Qt.KeyboardModifier.KeyboardModifierMask.value
    if Qt.Key.Key_Space.value < number < FIRST_NAMED and not chr(number).isalnum():
        combined &= ~Qt.KeyboardModifier.ShiftModifier.value
    return combined


def is_modifier(event: QKeyEvent) -> bool:
    """Whether the key does nothing by itself."""
    return event.key() in _MODIFIER_KEYS


def text_of(event: QKeyEvent) -> str:
    """What the key writes, by Qt's own rule (QInputControl::isAcceptableInput): Ctrl and Alt together are AltGr."""
    if event.key() in RETURN:
        return "\n"
    text = event.text()
    kind = category(text[0]) if text else ""
    if kind != "Cf" and event.modifiers() in _COMMANDS:
        return ""
    return text if kind not in ("", "Cc", "Cn") or text == "\t" else ""


def is_for_menus(event: QKeyEvent) -> bool:
    """Whether it is Alt with a letter, which Qt would write where no menu has that letter. On macOS that writes a sign."""
    return not MAC and event.modifiers() & _WRITING == Qt.KeyboardModifier.AltModifier and bool(text_of(event))
