"""The program on a virtual display, driven by a keyboard: `python -m tests.window_real` (or `make test-window`).

Starts the program itself with the starter model, as a user does, in a home of its own. It types, waits until grey text is on the
screen, goes to another suggestion, takes a word, then the rest, undoes and saves; what stands in the file is what was typed and
taken. All it knows of the program is the screen and the file. The pictures are in build/window.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from afterword import paths
from afterword.engine import conversion, starter
from afterword.settings import Settings
from afterword.window.themes import LIGHT
from tests.home import move_home
from tests.window_real.display import Screen, StepFailed, check, display, focus, press, type_text, wait

OUT = Path("build/window").absolute()
TITLE = "# The Keeper\n\n"
SENTENCE = "Once upon a time, there was a lighthouse keeper who lived alone on an island in the middle of"
GHOSTLY = 40  # pixels of exactly the ghost's colour: the insides of a few letters
SEEN_S = 0.4  # for which a suggestion stands before Tab takes it


class Session:
    """One run of the program on one draft."""

    def __init__(self, screen: Screen, draft: Path) -> None:
        self._screen, self._draft = screen, draft
        self._saves = 0

    def run(self) -> None:
        """Every step, in the order in which a writer would take them."""
        focus(r"The Keeper\.md.*Afterword")
        press("ctrl+End")
        type_text(SENTENCE)
        wait(self._ghostly, "grey text is on the screen", 90)
        first = self._settled()
        self._screen.save("ghost")
        check(self._saved() == TITLE + SENTENCE, "the grey text is not in the file")

        press("alt+Down")
        wait(lambda: self._ghostly() and self._grey() != first, "Alt+Down goes to another suggestion")
        another = self._settled()
        self._screen.save("another")
        check(self._saved() == TITLE + SENTENCE, "that is not in the file either")
        press("alt+Up")
        wait(lambda: self._ghostly() and self._grey() != another, "Alt+Up goes back to the first")

        press("ctrl+Right")
        word = self._saved().removeprefix(TITLE + SENTENCE)
        check(len(word.split()) == 1, f"Ctrl+Right takes one word: {word!r}")
        wait(self._ghostly, "there is more to take")
        self._settled()
        self._screen.save("word")

        press("Tab")
        taken = self._saved().removeprefix(TITLE + SENTENCE)
        check(taken.startswith(word) and len(taken.split()) > 1, f"Tab takes the rest: {taken!r}")
        self._screen.save("taken")
        press("ctrl+z")
        check(self._saved() == TITLE + SENTENCE + word, "Ctrl+Z gives back what Tab took")
        press("ctrl+y")
        check(self._saved() == TITLE + SENTENCE + taken, "and Ctrl+Y takes it again")
        press("Return", "Return")
        type_text("He loved to watch the")
        wait(self._ghostly, "grey text is on the screen again")
        press("Escape")
        wait(lambda: not self._ghostly(), "Esc takes it away")
        check(self._saved() == f"{TITLE}{SENTENCE}{taken}\n\nHe loved to watch the", "the file is what was typed and taken")
        self._screen.save("saved")
        press("ctrl+q")

    def _grey(self) -> int:
        return self._screen.count(LIGHT.ghost)

    def _ghostly(self) -> bool:
        return self._grey() >= GHOSTLY

    def _settled(self) -> int:
        """Wait until the grey text no longer grows and has been seen for long enough; how much of it there is."""
        seen, since = self._grey(), time.monotonic()
        deadline = since + 20
        while time.monotonic() - since < SEEN_S and time.monotonic() < deadline:
            time.sleep(0.05)
            if (now := self._grey()) != seen:
                seen, since = now, time.monotonic()
        return seen

    def _saved(self) -> str:
        """Save with the keyboard; what stands in the file then."""
        before = self._draft.stat().st_mtime_ns, self._draft.stat().st_ino
        press("ctrl+s")
        wait(lambda: (self._draft.stat().st_mtime_ns, self._draft.stat().st_ino) != before, "Ctrl+S saves", 10)
        return self._draft.read_text("utf-8")


def make_home(folder: Path) -> None:
    """A home with the settings that the steps want, and the user's models."""
    move_home(folder)
    settings = Settings(paths.settings_file())
    for key, value in {
        "window.theme": "light",
        "suggestions.shading": "off",
        "suggestions.pace": "eager",
        "sampling.eagerness": 100,
        "sampling.seed": 11,
    }.items():
        settings[key] = value
    settings.save()


def main() -> int:
    """Run the session; 0 when every step happened."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    if not conversion.is_whole(paths.models_dir() / starter.NAME):
        print("The starter model is not there: run make test-window.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, display():
        make_home(Path(folder) / "home")
        draft = OUT / "The Keeper.md"
        draft.write_text(TITLE, "utf-8")
        screen = Screen(OUT)
        program = subprocess.Popen([sys.executable, "-m", "afterword", str(draft)])
        try:
            Session(screen, draft).run()
            code = program.wait(20)
            check(code == 0, f"Ctrl+Q ends it with code {code}")
        except (StepFailed, subprocess.TimeoutExpired) as failed:
            print(failed, file=sys.stderr)
            screen.save("failed")
            return 1
        finally:
            program.kill()
            program.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
