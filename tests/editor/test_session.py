from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from tests.editor.session import STEPS, Session

LONG = 10_000


def lived(session: Session, steps: Iterable[tuple[str, int]]) -> Session:
    """`session`, closed, once all `steps` were taken, undone and made again."""
    try:
        for name, number in steps:
            session.step(name, number)
        undone_and_redone(session)
    finally:
        session.close()
    return session


def undone_and_redone(session: Session) -> None:
    """Undo leads back to the empty page, and redo to the last text through the same ones."""
    if session.composing:
        session.step("give_up", 0)
    while session.page.document().isRedoAvailable():
        session.redo(0)
    back, forth = [session.page.text()], [""]
    while session.page.document().isUndoAvailable():
        session.undo(0)
        session.check()
        back.append(session.page.text())
    while session.page.document().isRedoAvailable():
        session.redo(0)
        session.check()
        forth.append(session.page.text())
    assert back[-1] == ""
    assert distinct(forth) == distinct(reversed(back))


def distinct(texts: Iterable[str]) -> list[str]:
    """Without repetitions: Qt counts some movements of the cursor as steps, and not the same ones in both directions."""
    return [text for text, _ in groupby(texts)]


@settings(max_examples=120, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 10_000)), max_size=60))
def test_whatever_happens_the_page_is_what_was_typed_and_taken(qapp: QApplication, steps: list[tuple[str, int]]) -> None:
    lived(Session(), steps)


def run(seed: int, steps: int) -> Session:
    chance = random.Random(seed)
    return lived(Session(), ((chance.choice(STEPS), chance.randrange(10_000)) for _ in range(steps)))


def test_a_session_of_some_hundred_steps(qapp: QApplication) -> None:
    session = run(7, 600)
    assert session.ghosts > 60
    assert session.takes > 15


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_a_session_of_thousands_of_steps(qapp: QApplication, seed: int) -> None:
    run(seed, LONG // 5)
