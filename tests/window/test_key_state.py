"""Whatever is wished of a key, in whatever order the keyring comes to hear of it: what the settings say of it is true."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from afterword import secrets
from afterword.errors import KeyNotForgotten, KeyNotKept
from afterword.settings import Settings
from afterword.window.key_state import Key, key_state, keys_in_settings, may_hold
from tests.fakes.keyring import FakeKeyring

ORIGIN = "https://server.example"

wishes = st.sampled_from(["", "one", "two"])


@dataclass(frozen=True)
class Turn:
    """The keyring hears of one of the wishes that it has not heard of.

    Attributes:
        which: of them.
        taken: whether it does as it is told.
        meanwhile: what is wished before it answers; None for nothing.
    """

    which: int
    taken: bool
    meanwhile: str | None


READS, STARTS = "reads", "starts"
"""Somebody needs the key; the program ends, whatever the keyring has heard by then, and starts again."""

turns = st.builds(Turn, st.integers(0, 5), st.booleans(), st.none() | wishes)


class Writer:
    """Gives keys and forgets them.

    Args:
        kept: what the keyring has at the start.
    """

    def __init__(self, kept: str) -> None:
        self.keyring = FakeKeyring()
        self.settings = Settings(Path("settings.toml"))
        self.waiting: list[int] = []
        self.wished = kept
        self.number = 0  # of the last wish
        self.meanwhile: str | None = None
        self.in_doubt = False  # the program ended before it knew that the keyring has no key
        if kept:
            self.keyring.keys[ORIGIN], self.settings["server.keyed"] = kept, [ORIGIN]

    def wish(self, key: str) -> None:
        self.wished = key
        self.number = secrets.want(ORIGIN, key, may_hold(ORIGIN, self.settings))
        if self.number:
            self.waiting.append(self.number)
        self.write()

    def read(self) -> None:
        if ORIGIN in self.settings["server.keyed"] or secrets.knows(ORIGIN):
            self.keyring.reason = ""
            self.keyring.asked.clear()
            assert secrets.read_key(ORIGIN) == self.wished
            self.in_doubt = self.in_doubt and not self.keyring.asked

    def start(self) -> None:
        secrets.forget_all()
        there = self.keyring.keys.get(ORIGIN, "")
        self.in_doubt = may_hold(ORIGIN, self.settings) and not there
        if self.waiting:
            self.waiting.clear()
            self.wished = there if ORIGIN in self.settings["server.keyed"] else ""

    def take(self, turn: Turn) -> None:
        if not self.waiting:
            return
        number = self.waiting.pop(turn.which % len(self.waiting))
        self.keyring.reason = "" if turn.taken else "the keyring is locked"
        self.meanwhile = turn.meanwhile
        self.keyring.asked.clear()
        try:
            done = secrets.tell_keyring(ORIGIN, number)
        except (KeyNotKept, KeyNotForgotten):
            assert not turn.taken
        else:
            assert done == (number == self.number)
            self.in_doubt = self.in_doubt and not (turn.taken and self.keyring.asked)
        self.meanwhile = None
        self.write()

    def answer(self, wish: str, stopped: object) -> bytes:
        assert json.loads(wish)["origin"] == ORIGIN
        answered = self.keyring.answer(wish, lambda: False)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            self.wish(meanwhile)
        return answered

    def write(self) -> None:
        for key, value in keys_in_settings(self.settings).items():
            self.settings[key] = value

    def check(self) -> None:
        there = self.keyring.keys.get(ORIGIN, "")
        keyed, unwanted = (ORIGIN in self.settings[f"server.{key}"] for key in ("keyed", "unwanted"))
        assert not (keyed and unwanted)
        assert not there or keyed or unwanted, "what is in the keyring can be forgotten"
        assert not (keyed and there) or self.wished, "what was forgotten is not read again"
        if self.wished and self.number in self.waiting:
            assert key_state(ORIGIN, self.settings).key is Key.ASKED
        if not self.waiting:
            assert not keyed or there == self.wished, "what is read at the next start is what was given last"
            assert there or not unwanted or self.in_doubt, "nothing is said to be there that is not"
            assert key_state(ORIGIN, self.settings).key is not Key.ASKED


@given(st.sampled_from(["", "old"]), st.lists(wishes | turns | st.sampled_from([READS, STARTS]), max_size=12))
@settings(deadline=None, max_examples=300)
def test_no_key_stays_in_the_keyring_unseen_or_is_used_again(kept: str, events: list[str | Turn]) -> None:
    secrets.forget_all()
    writer = Writer(kept)
    with patch.object(secrets, "_child", writer.answer):
        for event in events:
            if isinstance(event, Turn):
                writer.take(event)
            elif event == READS:
                writer.read()
            elif event == STARTS:
                writer.start()
            else:
                writer.wish(event)
            writer.check()
        while writer.waiting:
            writer.take(Turn(0, taken=True, meanwhile=None))
        writer.check()
        writer.read()
