"""What is said about keys: names of actions, lists of keys, and why a key cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtGui import QKeySequence

from afterword.window.actions import MENUS, TABLE, Action, plain, translated
from afterword.window.key_bindings import Conflict
from afterword.window.key_rules import GHOST_ACTIONS, Refusal

Translate = Callable[[str], str]
"""`tr` of the widget that shows it."""


def native(key: QKeySequence) -> str:
    """A key as the platform writes it."""
    return key.toString(QKeySequence.SequenceFormat.NativeText)


def name_of(action: Action) -> str:
    """What an action is called outside of its menu."""
    row = TABLE[action]
    name = plain(translated(row.text))
    return f"{plain(translated(MENUS[row.menu].text))}: {name}" if row.choice is not None else name


def listed(keys: Iterable[QKeySequence], tr: Translate) -> str:
    """Several keys in a sentence."""
    return tr(" or ").join(native(key) for key in keys)


def why_not(reason: Refusal, action: Action, key: QKeySequence, tr: Translate) -> str:
    """Why `action` cannot have `key`."""
    texts = {
        Refusal.NO_KEY: tr("This key cannot be used."),
        Refusal.SEVERAL_PRESSES: tr("{action} can only have a key that is pressed once."),
        Refusal.WRITES: tr("{key} is needed for writing. Take it together with Ctrl or Alt, or take a function key."),
        Refusal.OPENS_MENU: tr("{key} opens a menu, and cannot do anything else."),
    }
    return texts[reason].format(action=_quoted(action), key=native(key))


def about_taken(conflicts: list[Conflict], tr: Translate) -> str:
    """Who has a key that only one can have."""
    text = tr("{key} belongs to {action}.")
    return " ".join(text.format(key=native(conflict.key), action=_quoted(conflict.action)) for conflict in conflicts)


def about_shared(action: Action, conflict: Conflict, tr: Translate) -> str:
    """Whose a key is while a suggestion is shown, and whose at other times."""
    pair = (action, conflict.action)
    first, then = pair if TABLE[action].editor in GHOST_ACTIONS else reversed(pair)
    text = tr("While a suggestion is shown, {key} means {first}; at all other times {then}.")
    return text.format(key=native(conflict.key), first=_quoted(first), then=_quoted(then))


def _quoted(action: Action) -> str:
    return f"“{name_of(action)}”"
