"""What a screen reader is told of what is seen but stands in no text that it reads: suggestions, notices, failures."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from afterword.editor.page import Page
from afterword.settings import Settings
from afterword.suggest.suggestion import Suggestion
from afterword.text.boundaries import joined
from afterword.text.scripts import unspaced

STANDS_FOR_MS = 400
"""How long a whole suggestion must stand before it is announced: longer than between two keys of somebody who types."""

Sink = Callable[[str, bool], None]
"""Says a sentence; the second argument tells whether it answers a key, and may break into what is being said."""


class Announcer(QObject):
    """Announces a suggestion once, when it is whole and has stood for a moment, and at once what answers a key.

    A half-typed word is said whole: "harbour", where "har" stands on the page. The setting "accessibility.announce" switches off
    what is said of suggestions, except what the writer asks to hear.

    Args:
        page: where the suggestions are.
        settings: looked up before a sentence is said.
        sink: says a sentence; without one it goes to the screen reader, if there is any (QAccessibleAnnouncementEvent).
        listening: whether there is a screen reader.

    Signals:
        unheard: a sentence that tells the writer, who asked to hear something, that there is no screen reader.
    """

    unheard = Signal(str)

    def __init__(
        self,
        page: Page,
        settings: Settings,
        sink: Sink | None = None,
        listening: Callable[[], bool] = QAccessible.isActive,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._settings = settings
        self._sink = sink or self._to_screen_reader
        self._listening = listening
        self._standing = ""
        self._said = ""  # of the suggestion that is shown; what is left of that after typing or taking some of it is not news
        self._wait = QTimer(self, singleShot=True, interval=STANDS_FOR_MS)
        self._wait.timeout.connect(self._announce_standing)
        page.suggestion_shown.connect(self._begin)
        page.suggestion_settled.connect(self._wait_for)
        page.suggestion_turned.connect(self._announce_turned)
        page.suggestion_taken.connect(self._announce_taken)
        page.suggestion_spoken.connect(self._speak)

    @Slot(str)
    def announce(self, sentence: str) -> None:
        """Say `sentence`, which the window shows, when nothing else is being said."""
        self._sink(sentence, False)

    @Slot(bool)
    def announce_switched(self, on: bool) -> None:
        """Say whether there are suggestions now."""
        self._sink(self.tr("Suggestions on") if on else self.tr("Suggestions off"), True)

    @Slot()
    def _begin(self) -> None:
        self._said = ""

    @Slot(object)
    def _wait_for(self, suggestion: Suggestion) -> None:
        self._standing = suggestion.text
        self._wait.start()

    @Slot()
    def _announce_standing(self) -> None:
        text = self._standing
        if self._page.ghost_text == text and not self._said.endswith(text):
            self._said = text
            self._say(self.tr("Suggestion: {text}").format(text=self._in_full(text)), answers=False)

    @Slot(object, int, int)
    def _announce_turned(self, suggestion: Suggestion, number: int, count: int) -> None:
        self._said = suggestion.text
        text = self._in_full(suggestion.text)
        self._say(self.tr("{number} of {count}: {text}").format(number=number, count=count, text=text), answers=True)

    @Slot(str)
    def _announce_taken(self, text: str) -> None:
        self._say(self.tr("Taken: {text}").format(text=self._in_full(text, written=text)), answers=True)

    @Slot(object)
    def _speak(self, suggestion: Suggestion) -> None:
        self._said = suggestion.text
        self._sink(self._in_full(suggestion.text) if suggestion else self.tr("No suggestion"), True)
        if not self._listening():
            self.unheard.emit(self.tr("No screen reader is listening."))

    def _in_full(self, text: str, written: str = "") -> str:
        """`text` with the beginning of its first word, where that stands on the page; `written` of it stands there too."""
        before = self._page.context().before.removesuffix(written)
        half = before.split()[-1] if joined(before, text) else ""
        return " ".join((text if unspaced(half) else half + text).split())

    def _say(self, sentence: str, *, answers: bool) -> None:
        if self._settings["accessibility.announce"]:
            self._sink(sentence, answers)

    def _to_screen_reader(self, sentence: str, answers: bool) -> None:
        event = QAccessibleAnnouncementEvent(self._page, sentence)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if answers else politeness.Polite)
        QAccessible.updateAccessibility(event)
