from __future__ import annotations

import sys
import threading
import time

import pytest

from afterword.errors import Cancelled
from afterword.export.process import ConversionFailed, run
from afterword.watch import Watch


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


ECHO = python("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())")


def test_what_it_is_given_comes_back_however_much():
    data = bytes(range(256)) * 20_000
    assert run(ECHO, data, Watch()) == data


def test_what_is_read_late_is_given_whole():
    data = b"x" * 3_000_000
    slow = python("import sys, time; time.sleep(0.3); sys.stdout.write(str(len(sys.stdin.buffer.read())))")
    assert run(slow, data, Watch()) == b"3000000"


def test_a_failure_says_why_in_its_own_words():
    with pytest.raises(ConversionFailed, match=r"^no such thing$"):
        run(python("import sys; sys.exit('no such thing.\\nmore')"), b"", Watch())
    with pytest.raises(ConversionFailed, match="ended with 3"):
        run(python("import sys; sys.exit(3)"), b"", Watch())
    with pytest.raises(ConversionFailed, match="no such file or directory"):
        run(["/nowhere/at/all"], b"", Watch())


def test_it_is_killed_when_nobody_wants_its_work():
    watch = Watch()
    timer = threading.Timer(0.2, watch.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        run(python("import time; time.sleep(60)"), b"x" * 1_000_000, watch)
    timer.join()
    assert time.monotonic() - started < 30, "it is not waited for"


def test_it_is_killed_when_it_takes_too_long():
    with pytest.raises(ConversionFailed, match=r"longer than 0\.2 s"):
        run(python("import time; time.sleep(60)"), b"", Watch(), limit_s=0.2)
