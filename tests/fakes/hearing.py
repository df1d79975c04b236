"""What is heard of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from afterword.errors import AnswerUnfinished


def heard(answer: Iterator[str]) -> str:
    """All of it, whether it was finished or not."""
    said: list[str] = []
    with suppress(AnswerUnfinished):
        said.extend(answer)
    return "".join(said)
