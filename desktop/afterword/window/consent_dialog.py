"""Before the first use of a server: exactly which characters leave this machine, where to, and that this goes on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from afterword.engine.server.address import Address
from afterword.engine.server.given import given
from afterword.text.characters import writable
from afterword.text.context import BEFORE_LIMIT, Context
from afterword.window.button import Button


@dataclass(frozen=True)
class Part:
    """Part of what is sent.

    Attributes:
        title: what it is, in the language of the window.
        text: exactly its characters.
    """

    title: str
    text: str


def parts_of(context: Context) -> tuple[str, str]:
    """What is sent for ghost text at this place: the notes with the blank line behind them, and what is sent of the draft."""
    text = given(context)
    notes = f"{writable(context.preface)}\n\n" if context.preface else ""
    return (notes, text[len(notes) :]) if notes and text.startswith(notes) else ("", text)


class ConsentDialog(QDialog):
    """Asks; to close it is not to agree.

    Args:
        place: where the server is.
        leaves: what would be sent at this moment, one part behind the other; None where the draft is one that never leaves.
        parent: the window that it belongs to.
    """

    def __init__(self, place: Address, leaves: tuple[Part, ...] | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What the server gets") if place.loopback else self.tr("What leaves this machine"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 18, 20, 16)
        self._column.setSpacing(10)
        self._say(self._where(place))
        # Made in the order of the tab key.
        if leaves is None:
            text = self.tr(
                "Of this draft nothing is sent, since it never leaves this machine. Of other drafts it is the text before the"
                " cursor, up to {count} characters, with your notes for the model."
            )
            self._say(text.format(count=self.locale().toString(BEFORE_LIMIT)))
        else:
            leaves = tuple(part for part in leaves if part.text)
            self._show(leaves)
        self._say(self._from_then_on())
        if not leaves:
            self._column.addStretch(1)
        refuse = Button(self.tr("Not to a server"), self.tr("Nothing is sent"), self)
        agree = Button(self.tr("Send to this server"), self.tr("Agree that this is sent to this server while you write"), self)
        refuse.clicked.connect(self.reject)
        agree.clicked.connect(self.accept)
        refuse.setDefault(True)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(refuse)
        row.addWidget(agree)
        self._column.addLayout(row)
        refuse.setFocus()
        self.resize(620, 560 if leaves else 320)

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

    def _show(self, leaves: tuple[Part, ...]) -> None:
        whole = sum(len(part.text) for part in leaves)
        if not whole:
            self._say(self.tr("At this moment that is nothing: no whole word stands before the cursor."))
            return
        self._say(self.tr("At this moment that is exactly this, {count} in all:").format(count=self._count(whole)))
        for part in leaves:
            text = self.tr("{title}, {count}").format(title=part.title, count=self._count(len(part.text)))
            field = QPlainTextEdit(part.text, self)
            field.setReadOnly(True)
            field.setTabChangesFocus(True)
            field.setAccessibleName(text)
            field.setToolTip(self.tr("This is sent; it cannot be changed here"))
            field.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
            self._say(text).setBuddy(field)
            self._column.addWidget(field, max(1, min(6, len(part.text) // 60)))

    def _from_then_on(self) -> str:
        return self.tr(
            "From then on this happens while you write: each time the text before the cursor and your notes, and with them"
            " the name of the server's model, how words are chosen, and the server's key.\n"
            "Never sent: what stands behind the cursor, other drafts, the names of files, your statistics."
            " A draft can be kept here for good in the File menu."
        )

    def _count(self, count: int) -> str:
        return self.tr("1 character") if count == 1 else self.tr("{count} characters").format(count=self.locale().toString(count))

    def _say(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        self._column.addWidget(label)
        return label
