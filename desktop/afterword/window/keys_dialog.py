"""The page of keys: what each does, and what the writer would rather have it do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from afterword.window.actions import TABLE, Action
from afterword.window.button import Button
from afterword.window.field import Field
from afterword.window.key_bindings import Conflict, KeyBindings
from afterword.window.key_field import KeyField
from afterword.window.key_rules import Clash, refusal
from afterword.window.key_texts import about_shared, about_taken, listed, name_of, native, why_not
from afterword.window.key_tree import KeyTree

_KEYS_SEEN = 3
"""Rows of the list of an action's keys; few have more."""


class KeysDialog(QDialog):
    """Shows the keys in force, and changes them at once.

    Args:
        keys: what is shown and changed.
        parent: the window that it belongs to.

    Signals:
        said: a sentence that the writer should hear of, also without looking.
    """

    said = Signal(str)

    def __init__(self, keys: KeyBindings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keys"))
        self._keys = keys
        self._offered: Callable[[], None] | None = None
        # Made in the order of the tab key.
        self._search = Field(self)
        self._search.setPlaceholderText(self.tr("Find an action or a key"))
        self._search.setAccessibleName(self.tr("Find an action or a key"))
        self._search.setToolTip(self.tr("Words of an action, or a key such as F6"))
        self._search.setClearButtonEnabled(True)
        self._tree = KeyTree(keys, self)
        self._title = QLabel(self)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._list = QListWidget(self)
        self._list.setToolTip(self.tr("The keys of this action; the first is shown in the menu"))
        self._list.setFixedHeight((_KEYS_SEEN + 1) * (self.fontMetrics().height() + 2))
        self._add = Button(self.tr("&Add a key…"), self.tr("The next key that you press will be a key of this action"), self)
        self._field = KeyField(self)
        self._remove = Button(self.tr("&Remove"), self.tr("Take the marked key from this action"), self)
        self._reset = Button(self.tr("Re&set"), self.tr("Give this action its usual keys"), self)
        self._sentence = QLabel(self)
        self._sentence.setObjectName("sentence")
        self._sentence.setWordWrap(True)
        self._sentence.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # so that nothing moves when it is broken
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._insist = Button("", "", self)
        self._reset_all = Button(self.tr("Reset a&ll"), self.tr("Give all actions their usual keys"), self)
        self._close = Button(self.tr("Close"), self.tr("Close this list; all changes are in force already"), self)
        self._lay_out()
        self._search.textChanged.connect(self._tree.show_only)
        self._tree.chosen.connect(self._show_chosen)
        self._tree.key_wanted.connect(self._listen)
        self._list.currentRowChanged.connect(self._offer_buttons)
        self._add.clicked.connect(self._listen)
        self._field.heard.connect(self._heard)
        self._remove.clicked.connect(self._remove_key)
        self._reset.clicked.connect(self._reset_action)
        self._insist.clicked.connect(self._do_offered)
        self._reset_all.clicked.connect(self._reset_everything)
        self._close.clicked.connect(self.accept)
        keys.changed.connect(self._show_keys)
        self._tree.choose(Action.ACCEPT_ALL)
        self._search.setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(10)
        column.addWidget(self._search)
        column.addWidget(self._tree, 1)
        column.addWidget(self._title)
        buttons = QVBoxLayout()
        buttons.setSpacing(6)
        new = QHBoxLayout()
        new.addWidget(self._add)
        new.addWidget(self._field, 1)
        buttons.addLayout(new)
        old = QHBoxLayout()
        old.addWidget(self._remove)
        old.addWidget(self._reset)
        old.addStretch(1)
        buttons.addLayout(old)
        buttons.addStretch(1)
        one = QHBoxLayout()
        one.setSpacing(10)
        one.addWidget(self._list, 2)
        one.addLayout(buttons, 3)
        column.addLayout(one)
        column.addWidget(self._sentence)
        bottom = QHBoxLayout()
        bottom.addWidget(self._insist)
        bottom.addStretch(1)
        bottom.addWidget(self._reset_all)
        bottom.addWidget(self._close)
        column.addLayout(bottom)
        self.resize(580, 680)

    # --- what is shown --------------------------------------------------------------------------------------------

    @Slot()
    def _show_chosen(self) -> None:
        """Another action was chosen."""
        self._say("")
        self._show_keys()
        action = self._tree.action
        if action is None:
            return
        known = [(key, self._keys.conflicts(action, key)) for key in self._keys.keys(action)]
        shared = [about_shared(action, conflict, self.tr) for _, conflicts in known for conflict in conflicts]
        lost = [conflict for key in self._missing(action) for conflict in self._taken(action, key)]
        self._say(" ".join(shared) or about_taken(lost, self.tr), aloud=False)

    @Slot()
    def _show_keys(self) -> None:
        action = self._tree.action
        title = name_of(action) if action is not None else self.tr("No action is chosen")
        self._title.setText(title)
        self._list.setAccessibleName(self.tr("Keys of {action}").format(action=title))
        marked = self._list.currentRow()
        self._list.clear()
        for key in self._keys.keys(action) if action is not None else ():
            item = QListWidgetItem(native(key), self._list)
            item.setData(Qt.ItemDataRole.UserRole, key)
        self._list.setCurrentRow(min(max(marked, 0), self._list.count() - 1))
        self._offer_buttons()

    @Slot()
    def _offer_buttons(self) -> None:
        action = self._tree.action
        self._add.setEnabled(action is not None)
        self._remove.setEnabled(self._list.currentRow() >= 0)
        self._reset.setEnabled(action is not None and self._keys.keys(action) != self._keys.defaults(action))

    def _say(self, sentence: str, offer: str = "", deed: Callable[[], None] | None = None, aloud: bool = True) -> None:
        """Show a sentence, and a button with which the writer may go on from it."""
        if self._insist.hasFocus() and deed is None:
            self._add.setFocus()
        self._sentence.setText(sentence)
        self._offered = deed
        self._insist.setText(offer)
        self._insist.setToolTip(sentence)
        self._insist.setAccessibleDescription(sentence)
        self._insist.setVisible(deed is not None)
        if sentence and aloud:
            self.said.emit(sentence)

    # --- what the writer wants ------------------------------------------------------------------------------------

    @Slot()
    def _listen(self) -> None:
        action = self._tree.action
        if action is not None:
            self._say(self.tr("Press the new key. Only its name will be taken down."))
            name = self.tr("New key for {action}").format(action=name_of(action))
            self._field.listen(name, several=TABLE[action].editor is None)

    @Slot(QKeySequence)
    def _heard(self, key: QKeySequence) -> None:
        if self._field.hasFocus():
            self._add.setFocus()
        self._field.hide()
        self._say("")
        action = self._tree.action
        if action is None or key.isEmpty():
            return
        refused = refusal(action, key)
        taken = self._taken(action, key)
        if refused is not None:
            self._say(why_not(refused, action, key, self.tr))
        elif key in self._keys.keys(action):
            self._say(self.tr("{action} has {key} already.").format(action=name_of(action), key=native(key)))
        elif taken:
            text = self.tr("Take {key} from it") if len(taken) == 1 else self.tr("Take {key} from them")
            self._say(about_taken(taken, self.tr), text.format(key=native(key)), lambda: self._give(action, key))
            self._insist.setFocus()
        else:
            self._give(action, key)

    def _give(self, action: Action, key: QKeySequence) -> None:
        shared = [
            about_shared(action, conflict, self.tr)
            for conflict in self._keys.conflicts(action, key)
            if conflict.clash is Clash.SHARED
        ]
        takes = bool(self._taken(action, key))
        before = self._keys.changes
        self._keys.add(action, key)
        self._list.setCurrentRow(self._list.count() - 1)
        done = self.tr("{action} has {key} now.").format(action=name_of(action), key=native(key))
        sentence = " ".join([done, *shared])
        if takes:
            self._say_done(sentence, before)
        else:
            self._say(sentence)

    @Slot()
    def _remove_key(self) -> None:
        action, item = self._tree.action, self._list.currentItem()
        if action is None or item is None:
            return
        key = item.data(Qt.ItemDataRole.UserRole)
        before = self._keys.changes
        self._keys.remove(action, key)
        done = self.tr("{key} does nothing for {action} any more.").format(key=native(key), action=name_of(action))
        self._say_done(done, before)
        if not self._remove.isEnabled():
            self._add.setFocus()

    @Slot()
    def _reset_action(self) -> None:
        action = self._tree.action
        if action is None:
            return
        before = self._keys.changes
        self._keys.reset(action)
        lost = [conflict for key in self._missing(action) for conflict in self._taken(action, key)]
        if self._keys.keys(action):
            has = self.tr("{action} has {keys} again.").format(
                action=name_of(action), keys=listed(self._keys.keys(action), self.tr)
            )
        else:
            has = self.tr("{action} has no key.").format(action=name_of(action))
        self._say_done(f"{has} {about_taken(lost, self.tr)}".strip(), before)
        if not self._reset.isEnabled():
            self._add.setFocus()

    @Slot()
    def _reset_everything(self) -> None:
        before = self._keys.changes
        self._keys.reset_all()
        self._say_done(self.tr("All actions have their usual keys."), before)

    def _say_done(self, sentence: str, before: list[str]) -> None:
        """Show what was done, and offer to have the keys as they were `before`."""
        self._say(sentence, self.tr("&Undo"), lambda: self._bring_back(before))

    def _bring_back(self, before: list[str]) -> None:
        self._keys.restore(before)
        self._say(self.tr("The keys are as they were before."))

    @Slot()
    def _do_offered(self) -> None:
        if self._offered is not None:
            self._add.setFocus()  # or the key that was pressed here would undo at once what it did
            self._offered()

    def _missing(self, action: Action) -> list[QKeySequence]:
        """The usual keys that the action has not, since they were chosen for another."""
        has = self._keys.keys(action)
        return [key for key in self._keys.defaults(action) if key not in has]

    def _taken(self, action: Action, key: QKeySequence) -> list[Conflict]:
        return [conflict for conflict in self._keys.conflicts(action, key) if conflict.clash is Clash.TAKEN]
