"""What is being talked about with a model, and what was said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtGui import QTextCursor

from afterword.assist.answers import Where
from afterword.editor.page import Page
from afterword.editor.plaintext import clean
from afterword.suggest.asking import READ_THERE, Asked, Cut, Matter, Turn


@dataclass
class Conversation:
    """Questions and answers about one text.

    Attributes:
        matter: that text, as it was when it was first asked about.
        place: where the server is that answers; "" for this machine. Nothing that was said in one place is told in another.
        stretch: holds it on the page, where it was selected; None where it was not, or stands there no more.
        turns: what was asked and answered.
        over: whether nothing more belongs to it.
    """

    matter: Matter
    place: str = ""
    stretch: QTextCursor | None = None
    turns: list[Turn] = field(default_factory=list)
    over: bool = False

    @property
    def stands(self) -> bool:
        """Whether what was selected for it still stands on the page, as it was."""
        return self.stretch is not None and clean(self.stretch.selectedText()) == self.matter.text

    def goes_on_about(self, matter: Matter, place: str) -> bool:
        """Whether a question about `matter`, asked there, belongs to it: about the same selection, or the draft as it is now."""
        same = self.matter.selected == matter.selected and (not matter.selected or self.matter.text == matter.text)
        return same and not self.over and self.place == place


@dataclass(frozen=True)
class Going:
    """A question that is being answered.

    Attributes:
        asked: as it was asked.
        where: who answers.
        read: whether it is being read there; else whoever is there is busy with something else.
        before: what was talked about before it.
        cut: why the answer has no more; None where the model ended it, or may go on.
    """

    asked: Asked
    where: Where
    read: bool = False
    before: Conversation | None = None
    cut: Cut | None = None

    @property
    def there(self) -> bool:
        """Whether it is with the server."""
        return self.where is Where.THERE


def asked_within(talk: Conversation | None, question: str, matter: Matter, place: str, seed: int) -> Asked:
    """A question as it is asked in a conversation, if in one: about what is selected, or still about what was selected for it."""
    if talk is not None and not matter.selected and talk.stands and talk.goes_on_about(talk.matter, place):
        matter = replace(talk.matter, notes=matter.notes)
    goes_on = talk is not None and talk.goes_on_about(matter, place)
    return Asked(question, matter, tuple(talk.turns) if goes_on and talk is not None else (), seed)


def talk_of(talk: Conversation | None, asked: Asked, place: str, page: Page) -> Conversation:
    """The conversation that a question goes on with, or begins, and what of the page it is about."""
    goes_on = talk is not None and talk.goes_on_about(asked.matter, place)
    if talk is not None and goes_on and asked.earlier:
        return talk
    stretch = talk.stretch if talk is not None and goes_on else None
    if asked.matter.selected and page.selected_text(READ_THERE + 1) == asked.matter.text:
        stretch = page.stretch_of_selection()
    return Conversation(asked.matter, place, stretch if asked.matter.selected else None)
