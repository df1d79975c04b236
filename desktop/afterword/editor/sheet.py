"""The page with a ghost on it: what is drawn and what is pointed at agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QMouseEvent, QTextCharFormat, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

from afterword.editor import geometry
from afterword.editor.ghost import FormatRun, Ghost
from afterword.editor.surface import Surface
from afterword.engine.protocol import Piece
from afterword.text.scripts import unspaced

_MOUSE = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick)

_NO_BREAK = "\u00a0\u00a0"  # a remark stays in the line of the last word
_REMARK_SIZE = 0.75  # of the text's


class Sheet(Surface):
    """Lays the ghost, and tells and takes positions as they are on the screen, with the ghost or without.

    Everything that the mouse does goes through `act`, which a subclass overrides to take note of it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ghost = Ghost(self.document(), self._spacing)
        self._selections: Sequence[QTextEdit.ExtraSelection] = ()
        self._laid: tuple[Sequence[Piece], str] = ((), "")
        self._pressed: tuple[QPointF, QPointF] | None = None  # where the mouse was on the ghostly page, and where that is now
        self._from_margin = False
        self._scrolled: tuple[int, int] | None = None  # where the page was before it showed the end of a ghost, and since

    # --- for subclasses ---------------------------------------------------------------------------------------------

    def act(self, deed: Callable[[], None]) -> None:
        """Do something that the mouse wants done."""
        deed()

    def clear_for_pointing(self) -> None:
        """The mouse is about to act: the ghost must go."""
        self.take_ghost_off()

    def lay_ghost(self, pieces: Sequence[Piece], remark: str = "") -> None:
        """Show `pieces` at the cursor, and behind them a `remark`; nothing when there are none."""
        self.take_ghost_off()
        self._laid = (pieces, remark)
        if not pieces:
            return
        position = self.textCursor().position()
        block = self.document().findBlock(position)
        begin, end = block.position(), block.position() + block.length()
        marks, others = [], []
        for selection in self._selections:
            start, stop = selection.cursor.selectionStart(), selection.cursor.selectionEnd()
            if begin <= start and position < stop < end:
                # Qt would draw it without regard to the ghost.
                marks.append(FormatRun(start - begin, stop - start, selection.format))
            else:
                others.append(selection)
        if marks:
            super().setExtraSelections(others)
        shown = [(text, _coloured(self._look.ghost_of(probability))) for text, probability in _words(pieces)]
        if remark:
            small = _coloured(QColor(self._look.ghost))
            small.setFontPointSize(max(self.font().pointSizeF() * _REMARK_SIZE, 1.0))
            shown.append((f"{_NO_BREAK}{remark}", small))
        self.ghost.lay(position, shown, marks, remark=1 if remark else 0)

    def show_ghost_end(self) -> None:
        """Scroll as far as is needed to show the end of the ghost, and no further than leaves the cursor on the page."""
        bottom = geometry.ghost_bottom(self)
        if bottom is None:
            return
        pitch = self._spacing.pitch(self.cursorRect().height())
        over = min(bottom - self.viewport().height(), self.cursorRect().top() - pitch)
        if over > 0:
            bar = self.verticalScrollBar()
            start = bar.value() if self._scrolled is None else self._scrolled[0]
            bar.setValue(bar.value() + int(-(-over // pitch)))
            self._scrolled = start, bar.value()

    def scroll_back(self) -> None:
        """Have the page where it was before the end of the ghost was shown, unless the writer has scrolled since."""
        bar, scrolled, self._scrolled = self.verticalScrollBar(), self._scrolled, None
        if scrolled is not None and bar.value() == scrolled[1]:
            bar.setValue(scrolled[0])
            self.ensureCursorVisible()

    def take_ghost_off(self) -> None:
        """Show the document as it is."""
        if self.ghost.text:
            self.ghost.take_off()
            if self._selections:
                super().setExtraSelections(self._selections)

    # --- positions --------------------------------------------------------------------------------------------------

    def setExtraSelections(self, selections: Sequence[QTextEdit.ExtraSelection]) -> None:  # noqa: N802
        """As in QPlainTextEdit; marks behind the ghost are where their text is."""
        self._selections = tuple(selections)
        laid = self._laid if self.ghost.text else ((), "")
        self.ghost.take_off()
        super().setExtraSelections(self._selections)
        self.lay_ghost(*laid)

    def extraSelections(self) -> list[QTextEdit.ExtraSelection]:  # noqa: N802
        """What was set."""
        return list(self._selections)

    def cursorRect(self, cursor: QTextCursor | None = None) -> QRect:  # noqa: N802
        """As in QPlainTextEdit, also behind the ghost."""
        rect = None
        if cursor is not None and self.ghost.text:
            rect = geometry.rect_at(self, cursor.position())
        if rect is None:
            return super().cursorRect(cursor) if cursor is not None else super().cursorRect()
        return QRect(int(rect.left()), int(rect.top()), self.cursorWidth(), int(rect.height()))

    def cursorForPosition(self, pos: QPoint) -> QTextCursor:  # noqa: N802
        """As in QPlainTextEdit, also behind the ghost and between lines."""
        position = geometry.position_at(self, QPointF(pos))
        if position is None:
            return super().cursorForPosition(pos)
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        return cursor

    # --- the mouse --------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() in _MOUSE and self._is_in_margin(event):
            local = QPointF(self.viewport().mapFrom(self, event.position().toPoint()))
            local.setX(min(max(local.x(), 0.0), self.viewport().width() - 1.0))
            moved = _moved(event, local)
            handlers = (self.mousePressEvent, self.mouseMoveEvent, self.mouseReleaseEvent, self.mouseDoubleClickEvent)
            handlers[_MOUSE.index(event.type())](moved)
            event.setAccepted(moved.isAccepted())
            return True
        if isinstance(event, QWheelEvent) and not self.viewport().geometry().contains(event.position().toPoint()):
            self.wheelEvent(event)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pass_on(event, super().mousePressEvent)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pass_on(event, super().mouseMoveEvent)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pass_on(event, super().mouseReleaseEvent)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pass_on(event, super().mouseDoubleClickEvent)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.clear_for_pointing()
        super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.clear_for_pointing()
        point = geometry.onto_line(self, event.position())
        moved = QDropEvent(point, event.possibleActions(), event.mimeData(), event.buttons(), event.modifiers(), event.type())
        moved.setDropAction(event.dropAction())
        self.act(partial(super().dropEvent, moved))
        event.setDropAction(moved.dropAction())
        event.setAccepted(moved.isAccepted())

    def _pass_on(self, event: QMouseEvent, handler: Callable[[QMouseEvent], None]) -> None:
        point = self._aimed_at(event)
        moved = event if point == event.position() else _moved(event, point)
        self.act(partial(handler, moved))
        event.setAccepted(moved.isAccepted())

    def _aimed_at(self, event: QMouseEvent) -> QPointF:
        """Where on the page without a ghost the writer points, who may have pointed at one with a ghost."""
        point = event.position()
        if event.type() == QEvent.Type.MouseButtonPress:
            position = geometry.position_at(self, point) if self.ghost.text else None
            self.clear_for_pointing()
            rect = None if position is None else geometry.rect_at(self, position)
            self._pressed = None if rect is None else (point, rect.center())
        elif self._pressed and (point - self._pressed[0]).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None  # until then the mouse means what was under it before the ghost went
        return self._pressed[1] if self._pressed is not None else geometry.onto_line(self, point)

    def _is_in_margin(self, event: QMouseEvent) -> bool:
        outside = not self.viewport().geometry().contains(event.position().toPoint())
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            self._from_margin = outside
        return self._from_margin


def _words(pieces: Sequence[Piece]) -> list[tuple[str, float]]:
    """The pieces joined to words, each as probable as its least probable piece: text is shaped anew where the colour changes."""
    words: list[tuple[str, float]] = []
    for piece in pieces:
        joined = words and not piece.text[:1].isspace() and not unspaced(piece.text[:1])
        text, probability = words.pop() if joined else ("", 1.0)
        words.append((text + piece.text, min(probability, piece.probability)))
    return words


def _coloured(colour: QColor) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setForeground(colour)
    return look


def _moved(event: QMouseEvent, point: QPointF) -> QMouseEvent:
    return QMouseEvent(
        event.type(),
        point,
        event.globalPosition(),
        event.button(),
        event.buttons(),
        event.modifiers(),
        event.pointingDevice(),
    )
