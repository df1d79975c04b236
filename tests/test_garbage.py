"""What is garbage dies on the main thread, whichever thread made the objects that were one too many."""

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from afterword.garbage import Collector


class Circle:
    """Never dies but by a collection."""

    def __init__(self, died_on: list[int]) -> None:
        self._itself, self._died_on = self, died_on

    def __del__(self) -> None:
        self._died_on.append(threading.get_ident())


@pytest.fixture
def by_python() -> Iterator[None]:
    """As a program begins."""
    gc.collect()
    gc.enable()
    yield
    gc.disable()


def make_many_objects(kept: list[list[int]]) -> None:
    for number in range(20 * gc.get_threshold()[0]):
        kept.append([number])


def test_circles_of_objects_die_on_the_main_thread_while_another_one_makes_objects(by_python: None, qtbot: QtBot) -> None:
    collector = Collector()
    died_on: list[int] = []
    Circle(died_on)
    made: list[list[int]] = []
    other = threading.Thread(target=make_many_objects, args=(made,))
    other.start()
    other.join()
    qtbot.waitUntil(lambda: bool(died_on), timeout=5000)
    assert died_on == [threading.get_ident()]
    collector.close()


def test_python_collects_again_once_the_collector_is_closed(by_python: None, qtbot: QtBot) -> None:
    collector = Collector()
    assert not gc.isenabled()
    collector.close()
    assert gc.isenabled()
