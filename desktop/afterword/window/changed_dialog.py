"""A draft that was changed here and by another program: what is different, and what is to become of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from afterword.drafts.compare import Passage
from afterword.window.boxes import give_alt_keys
from afterword.window.button import Button
from afterword.window.comparison import Comparison


class Changed(Enum):
    """What to do when another program has changed the file of a draft that was changed here too."""

    MINE = auto()
    THEIRS = auto()
    ELSEWHERE = auto()
    CANCEL = auto()


class ChangedDialog(QDialog):
    """Asks; closing it decides nothing.

    Args:
        name: of the draft.
        passages: what stands here compared with what the other program wrote.
        parent: the window that it belongs to.

    Attributes:
        answer: what was chosen.
    """

    def __init__(self, name: str, passages: Sequence[Passage], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer = Changed.CANCEL
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Changed by another program"))
        told = QLabel(
            self.tr(
                "“{name}” was changed by another program, and you changed it too. "
                "What only you have is struck out, what only the file has is underlined."
            ).format(name=name),
            self,
        )
        told.setWordWrap(True)
        told.setTextFormat(Qt.TextFormat.PlainText)
        changes = Comparison(self)
        changes.show_passages(passages)
        # Made in the order of the tab key.
        mine = self._button(
            self.tr("Keep mine"), self.tr("What the other program wrote is replaced at the next save"), Changed.MINE
        )
        theirs = self._button(
            self.tr("Take theirs"), self.tr("The page becomes what the file holds; undo brings yours back"), Changed.THEIRS
        )
        elsewhere = self._button(self.tr("Save mine in another place…"), self.tr("Keep both"), Changed.ELSEWHERE)
        later = self._button(self.tr("Decide later"), self.tr("You are asked again when you save"), Changed.CANCEL)
        later.setDefault(True)
        give_alt_keys((mine, theirs, elsewhere, later))
        row = QHBoxLayout()
        row.addWidget(mine)
        row.addWidget(theirs)
        row.addWidget(elsewhere)
        row.addStretch(1)
        row.addWidget(later)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.addWidget(told)
        column.addWidget(changes, 1)
        column.addLayout(row)
        self.resize(680, 440)

    def _button(self, text: str, tip: str, answer: Changed) -> QPushButton:
        button = Button(text, tip, self)
        button.clicked.connect(partial(self._choose, answer))
        return button

    def _choose(self, answer: Changed) -> None:
        self.answer = answer
        self.accept()
