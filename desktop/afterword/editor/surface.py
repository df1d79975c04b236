"""The page without suggestions: plain text in a centred column, with space between the lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QMargins, QMimeData, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextDocumentFragment,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from afterword.editor.accepted import give_runs, insert_with_runs
from afterword.editor.around import texts_around
from afterword.editor.counting import WordCounter
from afterword.editor.geometry import lines_of, selected_in
from afterword.editor.layout import SpacedLayout
from afterword.editor.look import PageLook, between
from afterword.editor.markdown import MarkdownHighlighter
from afterword.editor.place_keeper import PlaceKeeper
from afterword.editor.plaintext import clean, units
from afterword.editor.tint import tinted_in
from afterword.text.characters import common_ends
from afterword.text.context import AFTER_LIMIT, Context, reach

SMALLEST, LARGEST = 6.0, 96.0  # points, for the zoomed font
_READING = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
_NEARLY = 2.0  # pixels
_TINT = 0.45  # of the way from the page to the colour behind a selection
_SIDE = 24  # pixels at least between the column and the edge
_TOP = 16  # pixels above the first line
_SAMPLE = "etaoin shrdlu cmfwyp vbgkjqxz, etaoin shrdlu."  # letters about as often as English has them
_WHEEL_STEP = 120  # eighths of a degree: one notch of an ordinary mouse wheel (QWheelEvent)


class Surface(QPlainTextEdit):
    """A plain-text editor that loses no character, looks like a PageLook, and counts words.

    Signals:
        words_changed: the number of words, a moment after it changed.
        words_unknown: another text is on the page, whose words are not counted yet.
        zoomed: by how many points the font is larger than the look says.
    """

    words_changed = Signal(int)
    words_unknown = Signal()
    zoomed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        document = QTextDocument(self)
        self._spacing = SpacedLayout(document)
        document.setDocumentLayout(self._spacing)
        document.setDocumentMargin(_TOP)
        self.setDocument(document)
        self._place = PlaceKeeper(self._spacing)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setCenterOnScroll(True)  # also lets the page scroll on until its end stands high enough for a ghost below it
        self.setAutoFillBackground(True)
        self.setAccessibleName(self.tr("Page"))
        self.setAccessibleDescription(self.tr("The text of your draft"))
        self._highlighter = MarkdownHighlighter(document)
        self.notes = ""
        """What the writer wants the model to know of this draft; never on the page."""
        self._look = PageLook()
        self._tints_accepted = False
        self._zoom = 0
        self._wheel = 0
        self._words = WordCounter(document, self)
        self._words.words_changed.connect(self.words_changed)
        self._bar_timer = QTimer(self, singleShot=True, interval=0)
        self._bar_timer.timeout.connect(self._fit_bar)
        self._spacing.documentSizeChanged.connect(self._bar_timer.start)
        self.selectionChanged.connect(self._repaint_selection)
        self._apply_look()

    # --- text -------------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """All that stands on the page, newlines as line feeds, no-break spaces as they are."""
        return clean(self.document().toRawText())  # toPlainText would make spaces of no-break spaces

    def set_text(self, text: str) -> None:
        """Put `text` on the page: nothing to undo, not modified, the cursor at its beginning."""
        self._words.forget()
        self.words_unknown.emit()
        self.setCurrentCharFormat(QTextCharFormat())
        self.setPlainText(clean(text))
        self.document().setModified(False)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def replace_text(self, text: str) -> None:
        """Make `text` of what stands on the page, in one step that can be undone; what is the same at both ends is left alone."""
        old, new = self.text(), clean(text)
        start, end = common_ends(old, new)
        cursor = QTextCursor(self.document())
        cursor.setPosition(units(old[:start]))
        cursor.setPosition(units(old[: len(old) - end]), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(new[start : len(new) - end], QTextCharFormat())

    def setReadOnly(self, on: bool) -> None:  # noqa: N802
        """As in QPlainTextEdit; but the keyboard reads, selects and copies all the same."""
        if on != self.isReadOnly():
            super().setReadOnly(on)
            if on:
                self.setTextInteractionFlags(_READING)

    def top_position(self) -> int:
        """The position of the first character in sight, in UTF-16 units."""
        for block, rect in self.visible_blocks():
            for line, top, _ in lines_of(block, rect):
                if top >= -_NEARLY:
                    return int(block.position() + line.textStart())
        return 0

    def scroll_to(self, position: int) -> None:
        """Have the line with the character at `position`, in UTF-16 units, at the top, as far as the page scrolls."""
        place = self.textCursor()
        place.setPosition(position)
        self.verticalScrollBar().setValue(self._place.line_number(place))

    def context(self) -> Context:
        """The text around the cursor; costs as much as that text, whatever the length of the document."""
        here = self.textCursor().position()
        return self.context_around(here, here)

    def context_around(self, start: int, end: int) -> Context:
        """The text before `start` and after `end`, positions in UTF-16 units."""
        before, after = texts_around(self.document(), start, end, reach(start), AFTER_LIMIT)
        return Context(before, after, self.notes.strip())

    def createMimeDataFromSelection(self) -> QMimeData:
        mime = QMimeData()
        mime.setText(clean(self.textCursor().selectedText()))
        give_runs(mime, self.textCursor())
        return mime

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        if any(url.isLocalFile() for url in source.urls()):
            return False  # a file that is dropped is for the window to open
        return source.hasText() or source.hasHtml()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if not self.canInsertFromMimeData(source) or self.isReadOnly():
            return
        text = source.text() if source.hasText() else QTextDocumentFragment.fromHtml(source.html()).toPlainText()
        cursor = self.textCursor()
        insert_with_runs(cursor, clean(text), source)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    # --- look -------------------------------------------------------------------------------------------------------

    @property
    def look(self) -> PageLook:
        """How it looks, before zooming."""
        return self._look

    def set_look(self, look: PageLook) -> None:
        """Look like `look`."""
        self._look = look
        self._apply_look()

    @property
    def tints_accepted(self) -> bool:
        """Whether text that was accepted from suggestions is tinted."""
        return self._tints_accepted

    @tints_accepted.setter
    def tints_accepted(self, on: bool) -> None:
        self._tints_accepted = on
        self.viewport().update()

    def set_markdown(self, on: bool) -> None:
        """Whether the text is Markdown, whose marks are then highlighted."""
        self._highlighter.set_enabled(on)

    @property
    def zoomed_by(self) -> int:
        """By how many points the font is larger than the look says."""
        return self._zoom

    def zoom(self, steps: int) -> None:
        """Make the font `steps` points larger, or smaller when negative."""
        size = min(max(self._look.font_size + self._zoom + steps, SMALLEST), LARGEST)
        self._zoom = round(size - self._look.font_size)
        self._apply_look()
        self.zoomed.emit(self._zoom)

    def reset_zoom(self) -> None:
        """Back to the size that the look says."""
        self.zoom(-self._zoom)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y()
        steps = int(self._wheel / _WHEEL_STEP)
        self._wheel -= steps * _WHEEL_STEP
        if steps:
            self.zoom(steps)
        event.accept()

    def visible_blocks(self) -> Iterator[tuple[QTextBlock, QRectF]]:
        """The paragraphs on the screen with their rectangles in the viewport, from the top."""
        block, offset, height = self.firstVisibleBlock(), self.contentOffset(), self.viewport().height()
        rect = self.blockBoundingGeometry(block).translated(offset) if block.isValid() else QRectF()
        while block.isValid() and rect.top() <= height:
            yield block, rect
            block = block.next()
            if block.isValid():
                below = self.blockBoundingRect(block)
                rect = QRectF(rect.left(), rect.bottom(), below.width(), below.height())

    def event(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Resize:
            return super().event(event)
        with self._place.kept(self):
            self._center_column()  # before Qt lays out for the new size, so that it does so once
            self._bar_timer.start()
            return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._tints_accepted:
            self._fill(event.rect().toRectF(), between(self._look.page, self._look.selection, _TINT), tinted_in)
        if self.textCursor().hasSelection():
            self._fill(event.rect().toRectF(), QColor(self._look.selection), self._selected_in)
        super().paintEvent(event)

    def _apply_look(self) -> None:
        look = self._look
        font = QFont(look.font_family) if look.font_family else QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setPointSizeF(min(max(look.font_size + self._zoom, SMALLEST), LARGEST))
        self.setFont(font)
        metrics = QFontMetricsF(font)
        self.setTabStopDistance(metrics.horizontalAdvance("    "))
        self.setCursorWidth(max(1, round(metrics.height() / 12)))
        palette = self.palette()
        for role, colour in (
            (QPalette.ColorRole.Base, look.page),
            (QPalette.ColorRole.Window, look.page),
            (QPalette.ColorRole.Text, look.text),
            (QPalette.ColorRole.HighlightedText, look.text),
        ):
            palette.setColor(role, QColor(colour))
        palette.setColor(QPalette.ColorRole.Highlight, QColor(0, 0, 0, 0))  # see _selected_in
        self.setPalette(palette)
        self._spacing.set_factor(look.line_spacing)
        self._highlighter.set_look(look)
        self._center_column()

    def _center_column(self) -> None:
        metrics = QFontMetricsF(self.font())
        character = metrics.horizontalAdvance(_SAMPLE) / len(_SAMPLE)
        margin = self.document().documentMargin()
        bar = self.verticalScrollBar().sizeHint().width()
        side = int(max(_SIDE - margin, (self.width() - bar - self._look.width * character) / 2 - margin))
        hidden = self.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        margins = QMargins(side, 0, side + bar if hidden else side, 0)
        if self.viewportMargins() != margins:
            self.setViewportMargins(margins)

    @Slot()
    def _fit_bar(self) -> None:
        """Hide the scroll bar while all is on the screen; since one may scroll beyond the end, Qt would always show it."""
        fits = False
        if self.verticalScrollBar().value() == 0:
            for block, rect in self.visible_blocks():
                fits = not block.next().isValid() and rect.bottom() <= self.viewport().height()
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        if policy != self.verticalScrollBarPolicy():
            with self._place.kept(self):
                self.setVerticalScrollBarPolicy(policy)
                self._center_column()

    @Slot()
    def _repaint_selection(self) -> None:
        """Qt repaints the lines that it thinks are selected, and those are lower than what `_selected_in` has filled."""
        self.viewport().update()

    def _selected_in(self, block: QTextBlock, rect: QRectF) -> Iterator[QRectF]:
        """What is to be filled behind selected text, as high as the lines stand apart; Qt would leave stripes between them."""
        cursor = self.textCursor()
        first, last = cursor.selectionStart() - block.position(), cursor.selectionEnd() - block.position()
        if last > 0 and first < block.length():
            for line, top, bottom in lines_of(block, rect):
                for left, right in selected_in(block, line, max(first, 0), last):
                    yield QRectF(rect.left() + left, top, right - left, bottom - top)

    def _fill(self, area: QRectF, colour: QColor, shapes: Callable[[QTextBlock, QRectF], Iterator[QRectF]]) -> None:
        """Fill the `shapes` of each paragraph that has to do with `area`."""
        painter = QPainter(self.viewport())
        for block, rect in self.visible_blocks():
            if rect.intersects(area):
                for shape in shapes(block, rect):
                    painter.fillRect(shape, colour)
        painter.end()
