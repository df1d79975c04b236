"""Windows are seen whole: no larger than the screen, and moved no further than it takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from afterword.window.on_screen import bring_on_screen, within

numbers = st.integers(-3000, 3000)
sizes = st.integers(1, 3000)
rects = st.builds(QRect, numbers, numbers, sizes, sizes)


@given(rects, rects)
def test_what_is_wanted_is_had_as_far_as_there_is_room(wanted: QRect, room: QRect) -> None:
    had = within(wanted, room)
    assert room.contains(had)
    assert had.size() == wanted.size().boundedTo(room.size())
    if room.contains(wanted):
        assert had == wanted


@given(rects, rects)
def test_it_is_moved_only_to_the_edge(wanted: QRect, room: QRect) -> None:
    had = within(wanted, room)
    assert had.x() in (wanted.x(), room.x(), room.right() - had.width() + 1)
    assert had.y() in (wanted.y(), room.y(), room.bottom() - had.height() + 1)


def test_a_window_comes_onto_its_screen_with_its_frame(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    room = window.screen().availableGeometry()
    window.setGeometry(room.right() - 100, room.bottom() - 100, room.width() * 2, 300)
    bring_on_screen(window)
    assert room.contains(window.frameGeometry())
    window.show()
    qtbot.waitExposed(window)
    window.move(room.right() - 50, room.bottom() - 50)
    bring_on_screen(window)
    assert room.contains(window.frameGeometry())
    assert window.frameGeometry().bottom() == room.bottom()


def test_there_is_room_for_a_frame_that_is_not_known_before_it_is_shown(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(5000, 5000)
    bring_on_screen(window)
    window.show()
    qtbot.waitExposed(window)
    assert window.frameGeometry() != window.geometry(), "there is a frame"
    assert window.screen().availableGeometry().contains(window.frameGeometry())


def test_one_that_fills_the_screen_stays_as_it_is(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(5000, 5000)
    window.setWindowState(Qt.WindowState.WindowMaximized)
    before = window.geometry()
    bring_on_screen(window)
    assert window.geometry() == before
