"""Windows that can be seen whole."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect
from PySide6.QtWidgets import QStyle, QWidget

_EDGE = 8  # pixels: frames are thinner


def within(wanted: QRect, room: QRect) -> QRect:
    """`wanted`, no larger than `room`, and moved no further than it takes to be in there."""
    size = wanted.size().boundedTo(room.size())
    rightmost, lowest = room.right() - size.width() + 1, room.bottom() - size.height() + 1
    corner = QPoint(min(max(wanted.x(), room.x()), rightmost), min(max(wanted.y(), room.y()), lowest))
    return QRect(corner, size)


def bring_on_screen(window: QWidget) -> None:
    """Have a window, with its frame, on its screen; one that fills the screen stays as it is."""
    if window.isMaximized() or window.isFullScreen():
        return
    inner, outer = window.geometry(), window.frameGeometry()
    frame = QMargins(
        inner.left() - outer.left(), inner.top() - outer.top(), outer.right() - inner.right(), outer.bottom() - inner.bottom()
    )
    if frame.isNull():  # not known before it is shown; its title goes above the window, or moves that down
        title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight) + _EDGE
        frame = QMargins(_EDGE, title, _EDGE, title)
    seen = within(inner, window.screen().availableGeometry().marginsRemoved(frame))
    if seen != inner:
        window.setGeometry(seen)
