"""The keys in force: those that the platform's writers know, and what the writer of this machine has changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from afterword.editor.keys import MAC, EditorAction
from afterword.settings import Settings
from afterword.window.actions import TABLE, Action
from afterword.window.key_rules import Clash, clash, refusal

SETTING = "keys.changed"

_log = logging.getLogger(__name__)
_PORTABLE = QKeySequence.SequenceFormat.PortableText


@dataclass(frozen=True)
class Conflict:
    """An action that has a key which another one wants.

    Attributes:
        action: has it.
        key: with which it has it; not always the very same one.
        clash: whether only one of them can have it.
    """

    action: Action
    key: QKeySequence
    clash: Clash


class KeyBindings(QObject):
    """Which keys each action has.

    An action that the writer changed has the keys that were chosen for it, and no others; the rest have their defaults, less what
    was chosen for a changed one. So two actions never have a key that only one can have, whatever the settings file says or a
    later version adds to the defaults.

    The file keeps a list of "action=key", one for each key of a changed action, and "action=" for one that has none:

        [keys]
        changed = ["accept_word=Ctrl+Space", "accept_word=F4", "pause="]

    Args:
        settings: where the changes are; nothing is saved here.
        mac: whether the defaults are those of macOS.

    Signals:
        changed: an action has other keys.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None, *, mac: bool = MAC) -> None:
        super().__init__(parent)
        self._settings = settings
        self._mac = mac
        self._changed: dict[Action, list[QKeySequence]] = {}
        self._strange: list[str] = []  # kept in the file: a later version may know them
        self._in_force: dict[Action, list[QKeySequence]] = {}
        self._read(settings[SETTING])

    def keys(self, action: Action) -> list[QKeySequence]:
        """Those in force, the main one first."""
        return list(self._in_force[action])

    def defaults(self, action: Action) -> list[QKeySequence]:
        """Those of a writer who changed nothing."""
        return TABLE[action].keys_on(mac=self._mac)

    def page_keys(self) -> dict[EditorAction, list[QKeySequence]]:
        """The keys that the page itself listens for."""
        return {row.editor: self.keys(action) for action, row in TABLE.items() if row.editor is not None}

    def conflicts(self, action: Action, key: QKeySequence) -> list[Conflict]:
        """The other actions whose keys get in the way of `key` for `action`, in the order of the table."""
        return [
            Conflict(other, others_key, found)
            for other, others_keys in self._in_force.items()
            if other is not action
            for others_key in others_keys
            if (found := clash(action, key, other, others_key)) is not None
        ]

    def add(self, action: Action, key: QKeySequence) -> None:
        """Give `action` one more key, and take it from those which cannot have it as well.

        Raises:
            ValueError: the action cannot have it.
        """
        refused = refusal(action, key)
        if refused is not None:
            raise ValueError(f"{action.name} cannot have {key.toString(_PORTABLE)!r}: {refused.name}")
        for conflict in self.conflicts(action, key):
            if conflict.clash is Clash.TAKEN and conflict.action in self._changed:
                self._changed[conflict.action].remove(conflict.key)
        self._choose(action, [*(kept for kept in self.keys(action) if clash(action, key, action, kept) is None), key])

    def remove(self, action: Action, key: QKeySequence) -> None:
        """Leave `action` without `key`."""
        self._choose(action, [kept for kept in self.keys(action) if kept != key])

    def reset(self, action: Action) -> None:
        """Give `action` its defaults, less those that the writer chose for another."""
        self._changed.pop(action, None)
        self._tell()

    def reset_all(self) -> None:
        """Give all actions their defaults."""
        self.restore([])

    @property
    def changes(self) -> list[str]:
        """All that the writer changed, as the file keeps it."""
        written = []
        for action, keys in self._changed.items():
            name = action.name.lower()
            written += [f"{name}={key.toString(_PORTABLE)}" for key in keys] or [f"{name}="]
        return written + self._strange

    def restore(self, changes: Iterable[str]) -> None:
        """Have the `changes` that were in force before."""
        self._read(changes)
        self._tell()

    def _choose(self, action: Action, keys: list[QKeySequence]) -> None:
        if keys == self.defaults(action):
            self._changed.pop(action, None)
        else:
            self._changed[action] = keys
        self._tell()

    def _tell(self) -> None:
        self._settings[SETTING] = self.changes
        self._in_force = self._resolved()
        self.changed.emit()

    def _resolved(self) -> dict[Action, list[QKeySequence]]:
        free = {action: [key for key in self.defaults(action) if not _is_taken(action, key, self._changed)] for action in TABLE}
        return free | self._changed

    def _read(self, changes: Iterable[str]) -> None:
        self._changed, self._strange = {}, []
        for entry in changes:
            name, equals, text = (part.strip() for part in entry.partition("="))
            action = Action.__members__.get(name.upper()) if equals else None
            key = QKeySequence(text, _PORTABLE)
            why = self._fault(action, key) if text or action is None else ""
            if action is None or why:
                _log.warning("a key was left at its default: %r (%s)", entry, why)
                self._strange += [entry] if action is None else []
                continue
            keys = self._changed.setdefault(action, [])
            keys += [key] if text and key not in keys else []
        self._in_force = self._resolved()

    def _fault(self, action: Action | None, key: QKeySequence) -> str:
        """What is wrong with a key of the file, for the log."""
        if action is None:
            return "no such action"
        refused = refusal(action, key)
        if refused is not None:
            return refused.name
        return "another action has it" if _is_taken(action, key, self._changed) else ""


def _is_taken(action: Action, key: QKeySequence, by: Mapping[Action, Iterable[QKeySequence]]) -> bool:
    return any(
        clash(action, key, other, others) is Clash.TAKEN for other, keys in by.items() if other is not action for others in keys
    )
