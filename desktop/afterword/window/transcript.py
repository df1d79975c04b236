"""What was asked and answered, as plain text that can be read and copied, and grows without moving what is being read."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QAbstractSlider, QPlainTextEdit, QWidget

from afterword.editor.layout import SpacedLayout
from afterword.text.scripts import right_to_left

_PAINT_MS = 30  # a fast model says hundreds of words a second
_LINE = 2000  # characters: to lay out a line takes as long as all of it is, each time that it grows
_ISOLATED = "\u2068\u2069"  # else the brackets of what is said in English would be turned round in an Arabic line
_NEAR = 200  # characters behind those, in which the end of a word is looked for
_MOST = 100_000  # characters of an answer: more than any model is let say
_GO = {
    QKeySequence.StandardKey.MoveToStartOfDocument: QAbstractSlider.SliderAction.SliderToMinimum,
    QKeySequence.StandardKey.MoveToEndOfDocument: QAbstractSlider.SliderAction.SliderToMaximum,
}


class Transcript(QPlainTextEdit):
    """Shows a conversation; its last answer grows, and its end stays in sight until the writer scrolls away from it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        document = QTextDocument(self)
        self._lines = SpacedLayout(document)  # QPlainTextEdit's own would have right-to-left text at the left
        document.setDocumentLayout(self._lines)
        document.setDocumentMargin(8)
        self.setDocument(document)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setAccessibleName(self.tr("Answer"))
        self.setToolTip(self.tr("What the model answers; it is not in your draft until you put it there"))
        self.setPlaceholderText(self.tr("The answer comes here. Nothing of it is in your draft until you put it there."))
        self._begin = 0  # of the last answer
        self._before: tuple[int, int, str] | None = None  # where the last question begins, and the answer before it
        self._wanted = ""
        self._shown = ""
        self._word = ""
        self._soon = QTimer(self, singleShot=True, interval=_PAINT_MS)
        self._soon.timeout.connect(self._paint)
        self._follows = True
        self._height = 0
        bar = self.verticalScrollBar()
        bar.actionTriggered.connect(self._scrolled)
        bar.rangeChanged.connect(self._follow, Qt.ConnectionType.QueuedConnection)

    @property
    def answer(self) -> str:
        """The last answer."""
        return self._wanted

    @property
    def word(self) -> str:
        """What it says in the place of the answer, as long as nothing of that has come; "" for nothing."""
        return "" if self._shown else self._word

    def have_height(self, height: int) -> None:
        """Be so high at least, where that is no less than is needed to read and no more than is usual."""
        self._height = max(self.minimumSizeHint().height(), min(height, super().sizeHint().height()))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        return QSize(size.width(), self._height or size.height())

    def begin(self, question: str, parted: str = "") -> None:
        """The answer to `question` is to come, behind what is there, and behind `parted`, which is no part of either."""
        self._paint()
        asked, answer = self._aside(), QTextCharFormat()
        asked.setFontWeight(600)
        cursor = self._end()
        self._before = (cursor.position(), self._begin, self._wanted)
        if self._begin or self._shown:
            cursor.insertText("\n\n", answer)
            cursor.insertText(f"{parted}\n\n" if parted else "", self._aside())
        cursor.insertText(broken(question), asked)
        cursor.insertText("\n", answer)
        self._begin, self._wanted, self._shown, self._word = cursor.position(), "", "", ""
        self._follows = True
        self._follow()

    def say(self, word: str) -> None:
        """Say something in the place of the answer, until that comes. It is painted, and no part of the text."""
        self._word = word
        self.viewport().update()

    def grow(self, answer: str) -> None:
        """So much of the answer has come."""
        self._wanted = answer[:_MOST]
        if not self._soon.isActive():
            self._soon.start()

    def finish(self, answer: str) -> None:
        """That is all of it."""
        self._wanted = answer[:_MOST]
        self.say("")
        self._paint()

    def take_back(self) -> None:
        """The last question was not asked, after all."""
        self.say("")
        if self._before is None:
            return
        start, self._begin, self._wanted = self._before
        cursor, self._before = self._end(), None
        cursor.setPosition(start, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self._shown = broken(self._wanted)
        self._follow()

    def mark(self, text: str) -> None:
        """Say `text` behind the answer that was finished: it is no part of it."""
        cursor = self._end()
        if right_to_left(cursor.block().text()):
            text = f"{_ISOLATED[0]}{text}{_ISOLATED[1]}"
        cursor.insertText(text if cursor.atBlockStart() else f" {text}", self._aside())
        self._follow()

    def _aside(self) -> QTextCharFormat:
        """The look of all that is no answer."""
        look = QTextCharFormat()
        look.setForeground(self.palette().color(QPalette.ColorRole.PlaceholderText))
        return look

    def forget(self) -> None:
        """Show nothing."""
        self._soon.stop()
        self.clear()
        self._begin, self._wanted, self._shown, self._word = 0, "", "", ""
        self._before = None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.word:
            return
        line = self.cursorRect(self._end())
        margin = round(self.document().documentMargin())
        line.setLeft(margin)
        line.setRight(self.viewport().width() - margin)
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        word = self.fontMetrics().elidedText(self.word, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, word)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        for key, action in _GO.items():
            if event.matches(key):
                self.verticalScrollBar().triggerAction(action)
                event.accept()
                return
        super().keyPressEvent(event)

    @Slot()
    def _paint(self) -> None:
        self._soon.stop()
        wanted = broken(self._wanted)
        if wanted == self._shown:
            return
        cursor = self._end()
        if wanted.startswith(self._shown):
            cursor.insertText(wanted[len(self._shown) :], QTextCharFormat())
        else:
            cursor.setPosition(self._begin, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(wanted, QTextCharFormat())
        self._shown = wanted
        self._follow()

    def _end(self) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor

    @Slot()
    def _follow(self) -> None:
        if self._follows:
            layout = self.document().documentLayout()
            layout.documentSizeChanged.emit(layout.documentSize())  # else Qt goes by lines that it had not laid out yet
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    @Slot()
    def _scrolled(self) -> None:
        bar = self.verticalScrollBar()
        self._follows = bar.sliderPosition() == bar.maximum()


def broken(text: str) -> str:
    """`text` with no line that is longer than a page can lay out at once; of more text what was broken before stays as it is."""
    return "\n".join(part for line in text.split("\n") for part in _parts(line))


def _parts(line: str) -> Iterator[str]:
    start = 0
    while len(line) - start > _LINE:
        near = line[start + _LINE : start + _LINE + _NEAR]
        behind = next((at for at, character in enumerate(near, 1) if character.isspace()), _NEAR)
        if start + _LINE + behind >= len(line):
            break
        yield line[start : start + _LINE + behind]
        start += _LINE + behind
    yield line[start:]
