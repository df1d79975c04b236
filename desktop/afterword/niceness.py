"""How far a thread stands back where there are not enough cores for all."""

from __future__ import annotations

import os
import sys
import threading


def stand_back(niceness: int) -> None:
    """Have this thread, and those that it starts, behind what is more urgent.

    Args:
        niceness: at least; one that is further back stays there. Only on Linux has each thread one of its own.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        if os.getpriority(os.PRIO_PROCESS, thread) < niceness:
            os.setpriority(os.PRIO_PROCESS, thread, niceness)
