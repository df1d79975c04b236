"""What a screen reader is told of suggestions, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from pytestqt.qtbot import QtBot

from afterword.editor.keys import EditorAction
from afterword.settings import Settings
from afterword.suggest.suggestion import Suggestion
from afterword.window.announcer import STANDS_FOR_MS, Announcer
from tests.editor.conftest import ALT, CTRL, NONE, SHIFT, Key, Writer, suggestion

POLITE, ASSERTIVE = QAccessible.AnnouncementPoliteness.Polite, QAccessible.AnnouncementPoliteness.Assertive


class Reader(Writer):
    """A writer who hears the page; a moment passes only in `stands`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.said: list[str] = []
        self.answers: list[bool] = []
        self.unheard: list[str] = []
        self.listens = True
        self.announcer = Announcer(self.page, settings, self._hear, lambda: self.listens)
        self.announcer.unheard.connect(self.unheard.append)

    def _hear(self, sentence: str, answers: bool) -> None:
        self.said.append(sentence)
        self.answers.append(answers)

    @property
    def pending(self) -> bool:
        return self.announcer._wait.isActive()

    def stands(self) -> None:
        """What is shown stands for as long as it must to be announced."""
        if self.pending:
            self.announcer._wait.stop()
            self.announcer._wait.timeout.emit()

    def hears(self) -> list[str]:
        said, self.said = self.said, []
        return said


@pytest.fixture
def reader(qtbot: QtBot, tmp_path: Path) -> Reader:
    reader = Reader(Settings(tmp_path / "settings.toml"))
    qtbot.addWidget(reader.page)
    reader.page.show()
    reader.page.activateWindow()
    reader.page.setFocus()
    qtbot.waitUntil(reader.page.hasFocus)
    return reader


# --- settling -------------------------------------------------------------------------------------------------------


def test_a_suggestion_is_announced_once_it_has_stood_for_a_moment(reader: Reader, qtbot: QtBot) -> None:
    assert reader.announcer._wait.interval() == STANDS_FOR_MS
    reader.announcer._wait.setInterval(0)
    reader.has("The")
    reader.sees(" harbour", " was\nquiet.")
    assert reader.hears() == []
    qtbot.waitUntil(lambda: bool(reader.said))
    assert reader.hears() == ["Suggestion: harbour was quiet."]
    assert reader.answers == [False]


def test_nothing_is_said_of_one_that_is_still_growing(reader: Reader) -> None:
    reader.has("The")
    place = reader.page.place()
    for pieces in ([" har"], [" har", "bour"], [" har", "bour", " was"]):
        reader.page.show_suggestion(suggestion(*pieces, more=True), place)
        assert not reader.pending
    reader.page.show_suggestion(suggestion(" har", "bour", " was", " quiet"), place)
    reader.stands()
    assert reader.hears() == ["Suggestion: harbour was quiet"]


def test_nothing_is_said_while_the_writer_types_it(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[None] = []
    reader.has("The")
    reader.sees(" harbour was quiet")
    with monkeypatch.context() as patch:
        patch.setattr(reader.announcer._wait, "start", lambda: begun.append(None))
        patch.setattr(reader.announcer._wait, "isActive", lambda: True)
        reader.types(" harb")
    assert len(begun) == len(" harb"), "each key lets the moment begin anew"
    reader.stands()
    assert reader.hears() == ["Suggestion: harbour was quiet"]


def test_what_is_left_after_typing_some_of_it_is_not_news(reader: Reader) -> None:
    reader.has("The")
    reader.sees(" harbour was quiet")
    reader.stands()
    reader.types(" harb")
    reader.stands()
    reader.page.resize(500, 400)  # laid anew
    reader.stands()
    assert reader.hears() == ["Suggestion: harbour was quiet"]


def test_another_one_is_news_also_where_it_says_the_same(reader: Reader) -> None:
    reader.has("The")
    for _ in range(2):
        reader.sees(" harbour")
        reader.stands()
        reader.page.void()
    assert reader.hears() == ["Suggestion: harbour"] * 2


def test_one_that_went_before_its_moment_is_not_announced(reader: Reader) -> None:
    reader.has("The")
    reader.sees(" harbour")
    reader.press(Key.Key_Escape)
    reader.stands()
    reader.sees(" harbour")
    reader.types(" x")
    reader.stands()
    assert reader.hears() == []


def test_one_that_is_hidden_is_not_announced(reader: Reader) -> None:
    reader.page.reveals = True
    reader.has("Th")
    reader.types("e")
    reader.sees(" harbour")
    reader.stands()
    assert reader.hears() == []
    reader.press(Key.Key_F2, ALT | SHIFT)
    assert reader.hears() == ["No suggestion"]


def test_a_long_one_that_is_stopped_is_announced_as_far_as_it_came(reader: Reader) -> None:
    reader.has("The")
    reader.page.perform(EditorAction.CONTINUE)
    reader.page.show_suggestion(suggestion(" harbour.", " It was", more=True), reader.page.place())
    assert not reader.pending
    reader.press(Key.Key_Escape)
    reader.stands()
    assert reader.hears() == ["Suggestion: harbour. It was"]


@pytest.mark.parametrize(
    ("before", "text", "said"),
    [
        ("The har", "bour was", "harbour was"),
        ("The (har", "bour was", "(harbour was"),
        ("I don", "'t know", "don't know"),
        ("The", " harbour", "harbour"),
        ("The ", "harbour", "harbour"),
        ("The end", ". And", ". And"),
        ("Das Schöne", "\nund", "und"),
        ("我喜歡", "你的家", "你的家"),
    ],
)
def test_a_half_typed_word_is_said_whole(reader: Reader, before: str, text: str, said: str) -> None:
    reader.has(before)
    reader.sees(text)
    reader.stands()
    assert reader.hears() == [f"Suggestion: {said}"]


# --- answers to keys ------------------------------------------------------------------------------------------------


def test_each_other_suggestion_is_said_with_its_number(reader: Reader) -> None:
    reader.has("He")
    place = reader.page.place()
    reader.sees(" ran", " away")
    reader.stands()
    reader.page.offer_alternatives([suggestion(" walked", " home"), suggestion(" slept")], place)
    reader.stands()
    assert reader.hears() == ["Suggestion: ran away"]
    for _ in range(3):
        reader.press(Key.Key_Down, ALT)
        reader.stands()
    assert reader.hears() == ["2 of 3: walked home", "3 of 3: slept", "1 of 3: ran away"]
    assert reader.answers == [False, True, True, True]


def test_what_was_taken_is_said_at_once_and_the_rest_is_not_news(reader: Reader) -> None:
    reader.has("The har")
    reader.sees("bour was quiet. All slept.")
    reader.stands()
    for key, modifiers in ((Key.Key_Right, CTRL), (Key.Key_Right, CTRL), (Key.Key_Right, ALT), (Key.Key_Tab, NONE)):
        reader.press(key, modifiers)
        reader.stands()
    assert reader.text == "The harbour was quiet. All slept."
    assert reader.hears() == [
        "Suggestion: harbour was quiet. All slept.",
        "Taken: harbour",
        "Taken: was",
        "Taken: quiet.",
        "Taken: All slept.",
    ]
    assert reader.answers == [False, True, True, True, True]


def test_the_rest_of_what_was_taken_before_it_was_announced_is(reader: Reader) -> None:
    reader.has("The")
    reader.sees(" harbour was quiet")
    reader.press(Key.Key_Right, CTRL)
    reader.stands()
    assert reader.hears() == ["Taken: harbour", "Suggestion: was quiet"]


def test_a_key_speaks_what_is_shown_and_changes_nothing(reader: Reader) -> None:
    reader.has("The har")
    reader.sees("bour", " was", more=True)
    place = reader.page.place()
    reader.press(Key.Key_F2, ALT | SHIFT)
    assert reader.hears() == ["harbour was"]
    assert reader.answers == [True]
    assert (reader.text, reader.ghost, reader.page.place()) == ("The har", "bour was", place)
    assert not reader.taken


def test_the_key_is_answered_also_where_there_is_no_suggestion(reader: Reader) -> None:
    reader.has("The")
    reader.press(Key.Key_F2, ALT | SHIFT)
    reader.composes("か")
    reader.press(Key.Key_F2, ALT | SHIFT)
    assert reader.hears() == ["No suggestion"] * 2
    assert (reader.text, reader.wishes) == ("The", [])


def test_what_was_spoken_is_not_announced_as_well(reader: Reader) -> None:
    reader.has("The")
    reader.sees(" harbour")
    reader.press(Key.Key_F2, ALT | SHIFT)
    reader.stands()
    assert reader.hears() == ["harbour"]


def test_who_has_no_screen_reader_is_told_so(reader: Reader) -> None:
    reader.has("The")
    reader.press(Key.Key_F2, ALT | SHIFT)
    assert reader.unheard == []
    reader.listens = False
    reader.press(Key.Key_F2, ALT | SHIFT)
    assert reader.unheard == ["No screen reader is listening."]


# --- the setting, and what is sent ----------------------------------------------------------------------------------


def test_switched_off_only_what_the_writer_asks_to_hear_is_said(reader: Reader) -> None:
    reader.announcer._settings["accessibility.announce"] = False
    reader.has("He")
    place = reader.page.place()
    reader.sees(" ran", " away")
    reader.stands()
    reader.page.offer_alternatives([suggestion(" slept")], place)
    reader.press(Key.Key_Down, ALT)
    reader.press(Key.Key_F2, ALT | SHIFT)
    reader.press(Key.Key_Tab)
    assert reader.text == "He slept"
    assert reader.hears() == ["slept"]


@pytest.mark.parametrize("answers", [False, True])
def test_the_screen_reader_is_sent_an_announcement_of_the_page(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    writer = Writer()
    qtbot.addWidget(writer.page)
    sent: list[tuple[object, str, object]] = []

    def note(event: QAccessibleAnnouncementEvent) -> None:
        sent.append((event.object(), event.message(), event.politeness()))

    monkeypatch.setattr(QAccessible, "updateAccessibility", note)
    announcer = Announcer(writer.page, Settings(tmp_path / "settings.toml"))
    if answers:
        writer.page.suggestion_spoken.emit(Suggestion())
    else:
        announcer.announce("Saved.")
    assert sent == [(writer.page, "No suggestion", ASSERTIVE) if answers else (writer.page, "Saved.", POLITE)]
