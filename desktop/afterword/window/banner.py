"""A strip above the page that says why a model did not load and what can be done. It takes no focus and stops no key."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

_ROOMY = 860
"""From this width on the sentence and the buttons stand beside each other."""


class Banner(QFrame):
    """Hidden until there is something to say.

    Signals:
        starter_wanted: load the starter model.
        details_wanted: show the log.
        told: what it has begun to say.
    """

    starter_wanted = Signal()
    details_wanted = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._starter = self._button(self.tr("Use the starter model"), self.tr("Load the small model that comes with Afterword"))
        self._details = self._button(self.tr("Details"), self.tr("Open the folder with the log"))
        self._dismiss = self._button(self.tr("Dismiss"), self.tr("Hide this message"))
        self._starter.clicked.connect(self.starter_wanted)
        self._starter.clicked.connect(self.hide)
        self._details.clicked.connect(self.details_wanted)
        self._dismiss.clicked.connect(self.hide)
        buttons = QHBoxLayout()
        buttons.addStretch()
        for button in (self._starter, self._details, self._dismiss):
            buttons.addWidget(button)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(14, 8, 14, 8)
        self._layout.addWidget(self._text, 1)
        self._layout.addLayout(buttons)
        self.hide()

    def show_failure(self, message: str, *, starter_failed: bool) -> None:
        """Say `message`; where the starter model itself failed, the button tries again."""
        self._text.setText(message)
        self.setAccessibleName(message)
        self._starter.setText(self.tr("Try again") if starter_failed else self.tr("Use the starter model"))
        self.show()
        self.told.emit(message)

    @property
    def message(self) -> str:
        """What it says."""
        return self._text.text()

    @Slot()
    def dismiss(self) -> None:
        """Hide it."""
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        self._layout.setDirection(directions.LeftToRight if self.width() >= _ROOMY else directions.TopToBottom)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
