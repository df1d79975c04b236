"""A virtual display with the program on it: keys of a keyboard go in (xdotool), pictures of the screen come out."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QImage

SIZE = "1280x860x24"
_POLL_S = 0.1


class StepFailed(Exception):
    """A step did not happen."""


def check(happened: bool, step: str) -> None:
    """Fail loudly where a step did not happen."""
    print(f"{'ok  ' if happened else 'FAIL'} {step}", flush=True)
    if not happened:
        raise StepFailed(step)


def wait(condition: Callable[[], bool], step: str, seconds: float = 30) -> None:
    """Look again and again until `condition` holds."""
    deadline = time.monotonic() + seconds
    while not (happened := condition()) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    check(happened, step)


@contextmanager
def display() -> Iterator[None]:
    """A display of its own for this process and those that it starts."""
    heard, told = os.pipe()
    command = ["Xvfb", "-displayfd", str(told), "-screen", "0", SIZE, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[told], stderr=subprocess.DEVNULL)
    os.close(told)
    try:
        with os.fdopen(heard) as number:
            os.environ["DISPLAY"] = f":{number.readline().strip()}"
        os.environ.pop("WAYLAND_DISPLAY", None)
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        yield
    finally:
        server.terminate()
        server.wait()


class Screen:
    """The screen with the program on it, as somebody before it sees it. `display` must be on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._application = QGuiApplication(sys.argv[:1])

    def picture(self) -> QImage:
        """What is on the screen now."""
        self._application.processEvents()
        return self._application.primaryScreen().grabWindow(0).toImage().convertToFormat(QImage.Format.Format_RGB32)

    def save(self, name: str) -> None:
        """Keep a picture of the screen as a file."""
        path = self._folder / f"{name}.png"
        check(self.picture().save(str(path)), f"picture {path}")

    def count(self, colour: str) -> int:
        """How many pixels are of exactly this colour ("#rrggbb")."""
        picture = self.picture()  # whose bits are gone when it goes
        raw = bytes(picture.constBits())
        wanted = bytes.fromhex(colour[1:])[::-1] + b"\xff"
        found = at = 0
        while (at := raw.find(wanted, at)) >= 0:
            found += at % 4 == 0
            at += 1
        return found


def xdotool(*arguments: str) -> str:
    """Run xdotool; what it prints."""
    done = subprocess.run(["xdotool", *arguments], capture_output=True, text=True, timeout=60, check=False)
    check(done.returncode == 0, f"xdotool {' '.join(arguments)}{done.stderr}") if done.returncode else None
    return done.stdout.strip()


def focus(title: str) -> None:
    """Wait for a window with `title`, a regular expression, and let it have the keys: nothing else manages windows here."""
    window = ""

    def appeared() -> bool:
        nonlocal window
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True, text=True, check=False
        )
        window = found.stdout.strip().partition("\n")[0]
        return bool(window)

    wait(appeared, f"a window called {title} opens")
    xdotool("windowfocus", "--sync", window)


def press(*keys: str) -> None:
    """Press keys one after the other, as xdotool names them: "Tab", "ctrl+s"."""
    xdotool("key", "--delay", "50", *keys)


def type_text(text: str) -> None:
    """Type a line as a quick writer does."""
    xdotool("type", "--delay", "40", text)
