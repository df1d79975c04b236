import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword.instance import Instance, server_name


@pytest.fixture
def name(home: Path) -> str:
    return server_name(home)


def handed(name: str, draft: Path | None, qtbot: QtBot) -> bool:
    """hand_over in a process of its own, as in life."""
    code = "import sys; from pathlib import Path; from afterword import instance; n, *d = sys.argv[1:]; "
    code += "instance._TIMEOUT_MS = 60_000; "  # the first may be slow to answer, on a busy machine
    code += "sys.exit(0 if instance.hand_over(n, Path(d[0]) if d else None) else 1)"
    second = subprocess.Popen([sys.executable, "-c", code, name, *([str(draft)] if draft else [])])
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=120_000)
    return second.returncode == 0


@pytest.mark.parametrize("draft", [Path("/tmp/a draft.md"), Path("/tmp/naïve — 😀.txt"), None])
def test_a_second_process_hands_its_draft_to_the_first(name: str, draft: Path | None, qtbot: QtBot) -> None:
    first = Instance(name)
    assert first.listen()
    with qtbot.waitSignal(first.draft_handed) as got:
        assert handed(name, draft, qtbot)
    assert got.args == [draft]


def test_a_relative_path_is_made_whole_for_the_other_process(name: str, qtbot: QtBot) -> None:
    first = Instance(name)
    assert first.listen()
    with qtbot.waitSignal(first.draft_handed) as got:
        assert handed(name, Path("draft.md"), qtbot)
    assert got.args == [Path.cwd() / "draft.md"]


def test_without_a_first_process_nobody_takes_it(name: str, qtbot: QtBot) -> None:
    assert not handed(name, Path("draft.md"), qtbot)


def test_what_a_crash_left_behind_does_not_keep_the_next_from_listening(name: str, qtbot: QtBot) -> None:
    from PySide6.QtNetwork import QLocalServer

    dead = QLocalServer()
    dead.listen(name)
    place = Path(dead.fullServerName())
    dead.close()
    if place.parent.is_dir() and place.is_absolute():
        place.touch()  # the socket's file, with nobody behind it
    second = Instance(name)
    assert second.listen()
    with qtbot.waitSignal(second.draft_handed):
        assert handed(name, None, qtbot)


def test_another_home_is_another_afterword(tmp_path: Path) -> None:
    assert server_name(tmp_path / "a") != server_name(tmp_path / "b")


def test_of_two_that_start_at_once_the_later_leaves_the_name_to_the_first(name: str, qtbot: QtBot) -> None:
    first, second = Instance(name), Instance(name)
    assert first.listen()
    assert not second.listen()
    with qtbot.waitSignal(first.draft_handed):
        assert handed(name, None, qtbot)
