"""Threads that stand back, and never come forward."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from afterword.niceness import stand_back

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have none of their own")


def after(*levels: int) -> int:
    def stand() -> int:
        for level in levels:
            stand_back(level)
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(stand).result()


def test_a_thread_stands_back_alone() -> None:
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert after(18) == 18
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == here


def test_one_that_is_further_back_stays_there() -> None:
    assert after(19, 15) == 19, "who may not come forward would be refused"
