"""Before the first use of a server: exactly which characters leave this machine, where to, and that this goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from afterword.engine.server.address import Address
from afterword.engine.server.given import given
from afterword.suggest.asking import READ_THERE
from afterword.text.characters import writable
from afterword.text.context import BEFORE_LIMIT, Context
from afterword.window.button import Button
from afterword.window.shown_text import ShownText


@dataclass(frozen=True)
class Part:
    """Part of what is sent.

    Attributes:
        title: what it is, in the language of the window.
        text: exactly its characters.
    """

    title: str
    text: str


@dataclass(frozen=True)
class Use:
    """What one may agree to.

    Attributes:
        asking: that questions are sent with what they are about; False for what is sent while one writes.
        parts: what would be sent at this moment, one behind the other; None where the draft is one that never leaves.
    """

    asking: bool
    parts: tuple[Part, ...] | None


def parts_of(context: Context) -> tuple[str, str]:
    """What is sent for ghost text at this place: the notes with the blank line behind them, and what is sent of the draft."""
    text = given(context)
    notes = f"{writable(context.preface)}\n\n" if context.preface else ""
    return (notes, text[len(notes) :]) if notes and text.startswith(notes) else ("", text)


class ConsentDialog(QDialog):
    """Asks; to close it is not to agree.

    Args:
        place: where the server is.
        uses: what is agreed to, all of it or nothing.
        parent: the window that it belongs to.
    """

    def __init__(self, place: Address, uses: Sequence[Use], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What the server gets") if place.loopback else self.tr("What leaves this machine"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 18, 20, 16)
        self._column.setSpacing(10)
        self._say(self._where(place))
        # Made in the order of the tab key.
        shows = [self._show(use.asking, use.parts) for use in uses if use.parts is not None]
        if len(shows) < len(uses):
            self._say(self.tr("Of this draft nothing is sent, since it never leaves this machine."))
        for use in uses:
            self._say(self._from_then_on_asking() if use.asking else self._from_then_on_writing())
        if any(use.asking for use in uses):
            never = self.tr("Never sent: other drafts, the names of files, your statistics.")
        else:
            never = self.tr(
                "Not sent while you write: what stands behind the cursor. Never sent: other drafts, the names of files,"
                " your statistics. Before you first ask this server about a draft you are shown what that sends, and asked again."
            )
        self._say(f"{never} {self.tr('A draft can be kept here for good in the File menu.')}")
        if not any(shows):
            self._column.addStretch(1)
        refuse = Button(self.tr("Not to a server"), self.tr("Nothing is sent"), self)
        agree = Button(self.tr("Send to this server"), self.tr("Agree that this is sent to this server"), self)
        refuse.clicked.connect(self.reject)
        agree.clicked.connect(self.accept)
        refuse.setDefault(True)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(refuse)
        row.addWidget(agree)
        self._column.addLayout(row)
        refuse.setFocus()
        self.resize(620, (560 if any(shows) else 320) + 80 * (len(uses) - 1))

    def _where(self, place: Address) -> str:
        if place.loopback:
            return self.tr("{url} is another program on this machine. It would get your text.").format(url=place.base)
        if place.encrypted:
            text = self.tr("{url} is another machine. It would get your text, over an encrypted connection.")
        else:
            text = self.tr(
                "{url} is another machine. It would get your text, over a connection that is not encrypted:"
                " whoever is on the way can read it."
            )
        return text.format(url=place.base)

    def _show(self, asking: bool, parts: tuple[Part, ...]) -> bool:
        """Show what is sent at this moment; whether it is anything."""
        parts = tuple(part for part in parts if part.text)
        whole = sum(len(part.text) for part in parts)
        if not whole:
            self._say(self.tr("While you write, that is nothing at this moment: there is no word before the cursor."))
            return False
        if asking:
            text = self.tr("For this question that is exactly this, {count} in all:")
        else:
            text = self.tr("While you write, that is at this moment no more than this, {count} in all:")
        self._say(text.format(count=self._count(whole)))
        for part in parts:
            text = self.tr("{title}, {count}").format(title=part.title, count=self._count(len(part.text)))
            field = ShownText(part.text, text, self.tr("This is sent; it cannot be changed here"), self)
            field.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
            self._say(text).setBuddy(field)
            self._column.addWidget(field, max(1, min(6, len(part.text) // 60)))
        return True

    def _from_then_on_writing(self) -> str:
        text = self.tr(
            "From then on this happens while you write: each time the text before the cursor, up to {count} characters, and your"
            " notes, and with them the name of the server's model, how words are chosen, and the server's key."
        )
        return text.format(count=self.locale().toString(BEFORE_LIMIT))

    def _from_then_on_asking(self) -> str:
        text = self.tr(
            "From then on this happens each time that you ask this server: your question, what you asked it before and what it"
            " answered, your notes, and what is selected, or else the draft before and behind the cursor, up to {count}"
            " characters; and with them the name of the server's model, how words are chosen, and the server's key."
        )
        return text.format(count=self.locale().toString(READ_THERE))

    def _count(self, count: int) -> str:
        return self.tr("1 character") if count == 1 else self.tr("{count} characters").format(count=self.locale().toString(count))

    def _say(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        self._column.addWidget(label)
        return label
