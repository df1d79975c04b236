"""What is being talked about with a model, and what was said."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QTextCursor

from afterword.assist.answers import Where
from afterword.suggest.asking import Asked, Matter, Turn


@dataclass
class Conversation:
    """Questions and answers about one text.

    Attributes:
        matter: that text, as it was when it was first asked about.
        stretch: holds it on the page, where it was selected; None where it was not, or stands there no more.
        turns: what was asked and answered.
    """

    matter: Matter
    stretch: QTextCursor | None = None
    turns: list[Turn] = field(default_factory=list)

    def goes_on_about(self, matter: Matter) -> bool:
        """Whether a question about `matter` belongs to it: about the same selection, or about the draft as it is by now."""
        return self.matter.selected == matter.selected and (not matter.selected or self.matter.text == matter.text)


@dataclass(frozen=True)
class Going:
    """A question that is being answered.

    Attributes:
        asked: as it was asked.
        where: who answers.
    """

    asked: Asked
    where: Where


def asked_within(talk: Conversation | None, question: str, matter: Matter, seed: int) -> Asked:
    """A question as it is asked in a conversation: about what is selected, or still about what was selected for it."""
    if talk is not None and talk.matter.selected and not matter.selected:
        matter = talk.matter
    goes_on = talk is not None and talk.goes_on_about(matter)
    return Asked(question, matter, tuple(talk.turns) if goes_on and talk is not None else (), seed)
