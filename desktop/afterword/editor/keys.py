"""What the writer can do with a suggestion, and which keys do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence


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


class Bindings:
    """Which action a key press stands for. A sequence of several key presses is not the page's, and is left out."""

    def __init__(self, table: Mapping[EditorAction, Sequence[QKeySequence]]) -> None:
        self._actions = {
            sequence[0].toCombined(): action  # type: ignore[index]
            for action, sequences in table.items()
            for sequence in sequences
            if sequence.count() == 1
        }

    def action_of(self, event: QKeyEvent, but: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> EditorAction | None:
        """The action bound to what `event` presses; a key of the keypad (on macOS: an arrow) counts as the same key elsewhere.

        Args:
            event: a key.
            but: a modifier that does not count.
        """
        return self._actions.get(event.keyCombination().toCombined() & ~(Qt.KeyboardModifier.KeypadModifier | but).value)


def is_modifier(event: QKeyEvent) -> bool:
    """Whether the key does nothing by itself."""
    return event.key() in _MODIFIER_KEYS
