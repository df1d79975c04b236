"""Going from pane to pane by key, so that nobody who writes without a mouse is caught in the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget


class Panel(QFrame):
    """A pane beside the page. The tab key goes round in it, and Esc and F6 lead out: what is pressed next is not for the page.

    Signals:
        left: Esc was pressed.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        here = QApplication.focusWidget()
        there = next(_stops(self, here, forward), None) if here is not None else None
        if there is None:
            return False
        there.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True


class Panes(QObject):
    """The parts of the window, in order; those that are hidden, or hold nothing to go to, are passed over.

    Each remembers where the focus was, as long as it is there; at first it is where the pane says (its focus proxy).
    """

    def __init__(self, panes: Sequence[QWidget], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = list(panes)
        self._last: dict[QWidget, QWidget] = {}

    def go(self, step: int) -> None:
        """Move the focus to the next (1) or previous (-1) pane."""
        focused = QApplication.focusWidget()
        open_panes = [pane for pane in self._panes if self._target(pane) is not None]
        at = next((i for i, pane in enumerate(open_panes) if focused is not None and _within(focused, pane)), None)
        if not open_panes:
            return
        self._last = {pane: last for pane, last in self._last.items() if pane in open_panes}
        if at is not None and focused is not None:
            self._last[open_panes[at]] = focused
        there = open_panes[0 if at is None else (at + step) % len(open_panes)]
        target = self._target(there)
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)
            _bring_in_sight(target)

    def _target(self, pane: QWidget) -> QWidget | None:
        last = self._last.get(pane)
        if last is not None and _focusable(last):
            return last
        main = pane
        while (proxy := main.focusProxy()) is not None:
            main = proxy
        return main if _focusable(main) else next(_stops(pane, pane), None)


def _stops(pane: QWidget, begin: QWidget, forward: bool = True) -> Iterator[QWidget]:
    """What in `pane` can have the focus, in the order of the tab key, from behind `begin` round to it."""
    widget: QWidget | None = _after(begin, forward)
    while widget is not None and widget is not begin:
        if _within(widget, pane) and widget.focusProxy() is None and _focusable(widget):
            yield widget
        widget = _after(widget, forward)


def _after(widget: QWidget, forward: bool) -> QWidget | None:
    return widget.nextInFocusChain() if forward else widget.previousInFocusChain()


def _bring_in_sight(widget: QWidget) -> None:
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(widget)
        around = around.parentWidget()


def _within(widget: QWidget, pane: QWidget) -> bool:
    return widget is pane or pane.isAncestorOf(widget)


def _focusable(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled() and widget.isVisible()
