"""The keys of servers: with a keyring of memory, and with the real child process and a keyring that a test makes."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from afterword import keyrings, secrets
from afterword.engine.protocol import never
from afterword.errors import Cancelled, KeyNotKept, KeyUnread
from afterword.sentences import sentence
from tests.fakes.keyring import FakeKeyring

ORIGIN, KEY = "https://server.example", "sk-very-secret-0815"
real_child = secrets._child


def keep(origin: str, key: str, stopped: Callable[[], bool] = never) -> None:
    """Have a key used and kept, or none."""
    secrets.tell_keyring(origin, secrets.want(origin, key, may_hold=True), stopped)


def test_a_key_is_kept_and_had_again_by_another_start_of_the_program(system_keyring: FakeKeyring) -> None:
    keep(ORIGIN, KEY)
    secrets.forget_all()
    assert secrets.key_of(ORIGIN) == KEY
    assert secrets.key_of("https://other.example") == ""


def test_the_keyring_is_asked_once_for_a_key(system_keyring: FakeKeyring) -> None:
    system_keyring.keys[ORIGIN] = KEY
    assert [secrets.key_of(ORIGIN) for _ in range(3)] == [KEY] * 3
    assert system_keyring.asked == [ORIGIN]


def test_a_key_that_is_forgotten_is_in_no_keyring(system_keyring: FakeKeyring) -> None:
    keep(ORIGIN, KEY)
    keep(ORIGIN, "")
    assert (system_keyring.keys, secrets.key_of(ORIGIN)) == ({}, "")


def test_without_a_keyring_a_key_is_known_until_the_program_ends_and_that_is_told(system_keyring: FakeKeyring) -> None:
    system_keyring.reason = "there is no keyring"
    with pytest.raises(KeyNotKept) as told:
        keep(ORIGIN, KEY)
    assert "until Afterword ends" in sentence(told.value)
    assert secrets.key_of(ORIGIN) == KEY
    secrets.forget_all()
    assert secrets.key_of(ORIGIN) == ""


def test_a_keyring_that_could_not_be_read_is_asked_again(system_keyring: FakeKeyring) -> None:
    system_keyring.keys[ORIGIN], system_keyring.reason = KEY, "the keyring is locked"
    assert secrets.key_of(ORIGIN) == ""
    system_keyring.reason = ""
    assert secrets.key_of(ORIGIN) == KEY


def test_who_needs_the_key_is_told_that_the_keyring_does_not_give_it_and_has_it_once_it_does(
    system_keyring: FakeKeyring,
) -> None:
    system_keyring.keys[ORIGIN], system_keyring.reason = KEY, "the keyring is locked"
    with pytest.raises(KeyUnread) as told:
        secrets.read_key(ORIGIN)
    assert sentence(told.value) == (
        f"The key of {ORIGIN} cannot be read from the system's keyring, so nothing was sent: the keyring is locked."
    )
    system_keyring.reason = ""
    assert secrets.read_key(ORIGIN) == KEY
    assert secrets.read_key("https://other.example") == ""


def test_no_key_is_in_a_message(system_keyring: FakeKeyring, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    system_keyring.reason = "the keyring is locked"
    with pytest.raises(KeyNotKept) as told:
        keep(ORIGIN, KEY)
    secrets.key_of("https://other.example")
    assert caplog.records, "else nothing is looked at"
    assert KEY not in "".join([caplog.text, str(told.value), repr(told.value), sentence(told.value)])


def test_a_keyring_that_never_answers_is_given_up_at_once_when_nobody_wants_the_key(system_keyring: FakeKeyring) -> None:
    system_keyring.hangs = True
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(Cancelled):
        secrets.key_of(ORIGIN, stop.is_set)


def test_who_waits_until_the_keyring_has_answered_somebody_else_waits_no_longer_than_they_want(
    system_keyring: FakeKeyring,
) -> None:
    system_keyring.hangs = True
    first = threading.Thread(target=keep, args=(ORIGIN, KEY))
    first.start()
    try:
        until = time.monotonic() + 20
        while not system_keyring.asked and time.monotonic() < until:
            time.sleep(0.005)
        with pytest.raises(Cancelled):
            keep("https://other.example", KEY, lambda: True)
        assert system_keyring.asked == [ORIGIN]
    finally:
        system_keyring.hangs = False
        first.join()


# --- the real child -------------------------------------------------------------------------------------------------

# A keyring that keeps its keys in a file, one line of JSON; the test says by a file beside it how it behaves.
BACKEND = """
    import json, pathlib, time
    from keyring.backend import KeyringBackend
    from keyring.errors import KeyringLocked, PasswordDeleteError

    BOX = pathlib.Path(__file__).with_name("box.json")

    class Box(KeyringBackend):
        priority = 9

        def _all(self):
            mood = BOX.with_name("mood").read_text() if BOX.with_name("mood").exists() else ""
            if mood == "locked":
                raise KeyringLocked("KEY sk-very-secret-0815")
            if mood == "hangs":
                BOX.with_name("waits").touch()
                time.sleep(600)
            if mood == "breaks":
                raise RuntimeError("sk-very-secret-0815")
            return json.loads(BOX.read_text()) if BOX.exists() else {}

        def get_password(self, service, username):
            return self._all().get(f"{service} {username}")

        def set_password(self, service, username, password):
            if not BOX.with_name("forgets").exists():
                password = password[:6] if BOX.with_name("shortens").exists() else password
                BOX.write_text(json.dumps(self._all() | {f"{service} {username}": password}))

        def delete_password(self, service, username):
            kept = self._all()
            if kept.pop(f"{service} {username}", None) is None:
                raise PasswordDeleteError("none")
            BOX.write_text(json.dumps(kept))
"""


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a keyring; no test comes near the one of the system."""
    (tmp_path / "box_of_a_test.py").write_text(textwrap.dedent(BACKEND), "utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "box_of_a_test.Box")
    monkeypatch.setattr(secrets, "_child", real_child)
    return tmp_path


def test_the_child_keeps_gives_and_forgets_a_key(box: Path) -> None:
    keep(ORIGIN, KEY)
    assert f'"Afterword {ORIGIN}": "{KEY}"' in (box / "box.json").read_text("utf-8")
    secrets.forget_all()
    assert secrets.key_of(ORIGIN) == KEY
    keep(ORIGIN, "ключ — “2”")
    secrets.forget_all()
    assert secrets.key_of(ORIGIN) == "ключ — “2”"
    keep(ORIGIN, "")
    keep(ORIGIN, "")  # none there any more, which is as it was wished
    assert (box / "box.json").read_text("utf-8") == "{}"


@pytest.mark.parametrize(
    ("mood", "reason"),
    [("locked", "the keyring is locked"), ("breaks", "the keyring failed (RuntimeError)")],
)
def test_what_the_child_says_of_a_failure_quotes_no_library(box: Path, mood: str, reason: str) -> None:
    (box / "mood").write_text(mood, "utf-8")
    with pytest.raises(KeyNotKept) as told:
        keep(ORIGIN, KEY)
    assert told.value.reason == reason


def test_a_keyring_that_keeps_nothing_is_told(box: Path) -> None:
    (box / "forgets").touch()
    with pytest.raises(KeyNotKept, match="give it back"):
        keep(ORIGIN, KEY)


def test_a_keyring_that_keeps_something_else_is_told_and_nothing_stays_there(box: Path) -> None:
    (box / "shortens").touch()
    with pytest.raises(KeyNotKept, match="give it back"):
        keep(ORIGIN, KEY)
    assert (box / "box.json").read_text("utf-8") == "{}"


@pytest.mark.parametrize("name", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", "no.such.Keyring"])
def test_no_keyring_is_told(box: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    with pytest.raises(KeyNotKept):
        keep(ORIGIN, KEY)
    assert secrets.key_of(ORIGIN) == KEY


def test_a_file_with_keys_as_they_are_is_no_keyring(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = box / "keyrings" / "alt"
    package.mkdir(parents=True)
    (package / "file.py").write_text(textwrap.dedent(BACKEND).replace("class Box", "class PlaintextKeyring"), "utf-8")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    with pytest.raises(KeyNotKept, match="there is no keyring"):
        keep(ORIGIN, KEY)
    assert not list(box.rglob("box.json"))


def test_a_child_that_waits_for_somebody_is_ended_when_nobody_wants_the_key(box: Path) -> None:
    (box / "mood").write_text("hangs", "utf-8")
    began, before = threading.Event(), set(psutil.Process().children())  # those of libraries, where other tests used them

    def stopped() -> bool:
        if (box / "waits").exists():
            began.set()
        return began.is_set()

    with pytest.raises(Cancelled):
        secrets.key_of(ORIGIN, stopped)
    assert began.is_set()
    assert set(psutil.Process().children()) <= before, "the child is gone"


def test_a_child_that_takes_too_long_is_told(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (box / "mood").write_text("hangs", "utf-8")
    monkeypatch.setattr(secrets, "PATIENCE_S", 0.2)
    with pytest.raises(KeyNotKept, match="does not answer"):
        keep(ORIGIN, KEY)


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process")
def test_no_key_is_among_what_others_see_of_the_child(box: Path) -> None:
    (box / "mood").write_text("hangs", "utf-8")
    seen: list[str] = []
    before = set(psutil.Process().children())

    def look() -> bool:
        if (box / "waits").exists():
            for child in set(psutil.Process().children()) - before:
                seen.append(" ".join([*child.cmdline(), *child.environ().values()]))
            return True
        return False

    with pytest.raises(Cancelled):
        keep(ORIGIN, KEY, look)
    assert seen
    assert KEY not in "".join(seen)


def test_what_keeps_secrets(tmp_path: Path) -> None:
    def of(module: str) -> object:
        return type("Keyring", (), {"__module__": module})()

    assert all(
        keyrings.keeps_secrets(of(f"keyring.backends.{name}")) for name in ("SecretService", "macOS", "Windows", "kwallet")
    )
    assert not any(
        keyrings.keeps_secrets(of(module)) for module in ("keyrings.alt.file", "keyring.backends.null", "keyring.backends.fail")
    )


def test_of_several_keyrings_the_best_that_keeps_secrets_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    open_one = type("PlaintextKeyring", (), {"__module__": "keyrings.alt.file"})()
    kept: dict[tuple[str, str], str] = {}

    class Closed:
        def get_password(self, service: str, user: str) -> str | None:
            return kept.get((service, user))

        def set_password(self, service: str, user: str, key: str) -> None:
            kept[service, user] = key

    chain = type("Chain", (), {"backends": [open_one, Closed()]})()
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    assert keyrings.done({"origin": ORIGIN, "key": KEY}) == KEY
    assert kept == {("Afterword", ORIGIN): KEY}


def test_no_keyring_is_loaded_with_the_program() -> None:
    program = "import sys, afterword.app; sys.exit(bool({'keyring', 'secretstorage', 'jeepney'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], timeout=120, check=False).returncode == 0
