"""The draft on the page: opened, saved, left, and never lost."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from afterword.drafts import draft as drafts
from afterword.drafts.beside import Beside, read_beside, write_beside
from afterword.drafts.lock import Taken, take
from afterword.editor.page import Page
from afterword.errors import DraftNotWritten
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.window.changed_dialog import Changed
from afterword.window.dialogs import Twice, Unsaved
from afterword.window.documents import Documents
from afterword.window.recent import COUNT, RecentFiles
from afterword.window.saving import SaveState
from tests.fakes.reading import read_one_paragraph_at_a_time

from .conftest import ScriptedDialogs


class Gate:
    """Holds a function of the drafts back until it is opened, and counts its calls."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.calls = 0
        self.event = threading.Event()
        real: Callable[..., object] = getattr(drafts, name)

        def held(*args: object, **kwargs: object) -> object:
            self.calls += 1
            assert self.event.wait(5)
            kwargs.pop("watch")  # it comes too late to be cancelled
            return real(*args, **kwargs)

        monkeypatch.setattr(f"afterword.window.saving.{name}", held)


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(monkeypatch, "write_draft")
    yield gate
    gate.event.set()


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(monkeypatch, "read_draft")
    yield gate
    gate.event.set()


@pytest.fixture
def left(documents: Documents) -> list[bool]:
    times: list[bool] = []
    documents.left.connect(lambda: times.append(True))
    return times


def type_text(page: Page, text: str) -> None:
    page.textCursor().insertText(text)


def opened(qtbot: QtBot, documents: Documents, path: Path, text: str = "Old.\n") -> Path:
    path.write_text(text, "utf-8")
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    return path


def state(documents: Documents) -> SaveState:
    return documents.save_state


def settled(qtbot: QtBot, jobs: Jobs) -> None:
    qtbot.waitUntil(lambda: not jobs.busy)


# --- opening --------------------------------------------------------------------------------------------------------


def test_opening_puts_the_file_on_the_page(
    qtbot: QtBot, documents: Documents, page: Page, recent: RecentFiles, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Größe 👋\nSecond\n")
    assert page.text() == "Größe 👋\nSecond\n"
    assert documents.name == "a.md"
    assert not documents.dirty
    assert state(documents) is SaveState.SAVED
    assert recent.paths == [path]


def test_open_asks_for_a_file_and_opens_it(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Hello", "utf-8")
    dialogs.will("open", path)
    documents.open()
    qtbot.waitUntil(lambda: page.text() == "Hello")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\x00\x01\x02\x00", "not a text file"), (None, "no file")],
)
def test_a_file_that_cannot_be_opened_leaves_the_page_alone(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path, content: bytes | None, words: str
) -> None:
    type_text(page, "mine")
    path = tmp_path / "bad.md"
    if content is not None:
        path.write_bytes(content)
    documents.open_draft(path)
    qtbot.waitUntil(lambda: bool(dialogs.asked))
    [(question, message)] = dialogs.asked
    assert question == "error"
    assert words in str(message)
    assert page.text() == "mine"
    assert documents.path is None


def test_a_folder_is_no_draft(qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, tmp_path: Path) -> None:
    documents.open_draft(tmp_path)
    qtbot.waitUntil(lambda: dialogs.questions() == ["error"])


def test_of_two_files_the_one_asked_for_last_is_opened(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, reading: Gate, tmp_path: Path
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.md").write_text(name, "utf-8")
        documents.open_draft(tmp_path / f"{name}.md")
    qtbot.waitUntil(lambda: reading.calls == 2)
    reading.event.set()
    settled(qtbot, jobs)
    assert page.text() == "b"
    assert documents.name == "b.md"


def test_a_changed_draft_is_asked_about_before_another_one_takes_its_place(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    (tmp_path / "b.md").write_text("other", "utf-8")
    dialogs.will("unsaved", Unsaved.CANCEL)
    documents.open_draft(tmp_path / "b.md")
    qtbot.waitUntil(lambda: dialogs.asked == [("unsaved", "a.md")])
    assert page.text() == "New. Old.\n"
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.open_draft(tmp_path / "b.md")
    qtbot.waitUntil(lambda: page.text() == "other")
    assert (tmp_path / "a.md").read_text("utf-8") == "New. Old.\n"


def test_text_typed_while_a_file_is_read_is_asked_about(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, reading: Gate, tmp_path: Path
) -> None:
    (tmp_path / "b.md").write_text("other", "utf-8")
    documents.open_draft(tmp_path / "b.md")
    type_text(page, "typed meanwhile")
    reading.event.set()
    qtbot.waitUntil(lambda: "unsaved" in dialogs.open)
    assert page.text() == "typed meanwhile"
    dialogs.answer("unsaved", Unsaved.DISCARD)
    assert page.text() == "other"


def test_a_draft_saved_over_the_file_that_was_read_stays_on_the_page(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    path = tmp_path / "b.md"
    path.write_text("from the disk", "utf-8")
    type_text(page, "from the page")
    dialogs.will("unsaved", Unsaved.SAVE)
    dialogs.will("save", path)
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    settled(qtbot, jobs)
    assert page.text() == path.read_text("utf-8") == "from the page"


def test_a_changed_draft_that_is_asked_for_again_stays(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    with qtbot.waitSignal(documents.noticed):
        documents.open_draft(path)
    settled(qtbot, jobs)
    assert page.text() == "New. Old.\n"
    assert dialogs.asked == []


def test_new_asks_then_empties_the_page(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.new()
    assert page.text() == ""
    assert documents.path is None
    assert state(documents) is SaveState.NEW
    assert (tmp_path / "a.md").read_text("utf-8") == "Old.\n"


# --- saving ---------------------------------------------------------------------------------------------------------


def test_the_first_save_asks_where_and_adds_an_ending(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    type_text(page, "# The harbour\nText")
    assert state(documents) is SaveState.UNSAVED
    dialogs.will("save", tmp_path / "story")
    documents.save()
    qtbot.waitUntil(lambda: state(documents) is SaveState.SAVED)
    assert (tmp_path / "story.md").read_bytes() == b"# The harbour\nText"
    [(_, suggested)] = dialogs.asked
    assert isinstance(suggested, Path)
    assert suggested.name == "The harbour.md"
    assert documents.name == "story.md"


def test_a_name_with_an_ending_keeps_it(qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, tmp_path: Path) -> None:
    dialogs.will("save", tmp_path / "verse.txt")
    documents.save_as()
    qtbot.waitUntil(lambda: documents.path == tmp_path / "verse.txt")
    assert [path.name for path in tmp_path.glob("verse*")] == ["verse.txt"]


def test_text_typed_during_a_save_stays_unsaved_until_the_next(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    documents.save()
    assert state(documents) is SaveState.SAVING
    type_text(page, "2 ")
    writing.event.set()
    settled(qtbot, jobs)
    assert state(documents) is SaveState.UNSAVED
    assert path.read_text("utf-8") == "1 Old.\n"
    documents.save()
    settled(qtbot, jobs)
    assert state(documents) is SaveState.SAVED
    assert path.read_text("utf-8") == "1 2 Old.\n"


def test_a_save_reads_the_page_once(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    read: list[str] = []
    real = page.text

    def text() -> str:
        read.append(real())
        return read[-1]

    monkeypatch.setattr(page, "text", text)
    saved(qtbot, documents, jobs)
    assert read == ["1 Old.\n"], "a long text takes the time of a key"
    assert state(documents) is SaveState.SAVED


def test_a_save_of_a_long_new_text_lets_the_writer_go_on_and_holds_it_all(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read_one_paragraph_at_a_time(monkeypatch)
    path = opened(qtbot, documents, tmp_path / "a.md", "")
    settled(qtbot, jobs)
    page.insert_accepted("One.\nTwo.\nThree.")
    documents.save()
    assert not jobs.busy, "it is read bit by bit"
    assert state(documents) is SaveState.SAVING
    type_text(page, " Four.")
    qtbot.waitUntil(lambda: state(documents) is SaveState.SAVED)
    assert path.read_text("utf-8") == page.text() == "One.\nTwo.\nThree. Four."
    assert read_beside(path, page.text()).accepted == ((0, 16),)


def test_a_save_wished_for_during_a_save_comes_after_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    documents.save()
    type_text(page, "2 ")
    documents.save()
    documents.save()
    writing.event.set()
    settled(qtbot, jobs)
    assert writing.calls == 2
    assert not documents.dirty
    assert path.read_text("utf-8") == "1 2 Old.\n"


def test_saving_elsewhere_during_a_save_writes_both(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, writing: Gate, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    documents.save()
    dialogs.will("save", tmp_path / "b.md")
    documents.save_as()
    writing.event.set()
    settled(qtbot, jobs)
    assert documents.name == "b.md"
    assert (tmp_path / "a.md").read_text("utf-8") == (tmp_path / "b.md").read_text("utf-8") == "1 Old.\n"


def test_a_failed_save_says_why_keeps_the_text_unsaved_and_offers_another_place(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    type_text(page, "precious")
    dialogs.will("save", tmp_path / "no such folder" / "a.md")
    documents.save()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    assert "could not be saved" in str(dialogs.asked[-1][1])
    assert state(documents) is SaveState.UNSAVED
    assert page.text() == "precious"
    dialogs.will("save", tmp_path / "a.md")
    dialogs.answer("elsewhere", True)
    qtbot.waitUntil(lambda: state(documents) is SaveState.SAVED)
    assert (tmp_path / "a.md").read_text("utf-8") == "precious"


@pytest.mark.parametrize("answer", list(Changed))
def test_a_file_changed_by_another_program_is_not_replaced_unasked(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    jobs: Jobs,
    tmp_path: Path,
    answer: Changed,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    path.write_text("by another program", "utf-8")
    type_text(page, "mine: ")
    dialogs.will("changed", answer)
    dialogs.will("save", tmp_path / "b.md")
    documents.save()
    qtbot.waitUntil(lambda: "changed" in dialogs.questions())
    settled(qtbot, jobs)
    replaced = answer is Changed.MINE
    assert path.read_text("utf-8") == ("mine: Old.\n" if replaced else "by another program")
    assert documents.dirty == (answer is Changed.CANCEL)
    assert page.text() == ("by another program" if answer is Changed.THEIRS else "mine: Old.\n")
    assert (tmp_path / "b.md").exists() == (answer is Changed.ELSEWHERE)


def test_line_endings_and_byte_order_mark_survive(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = tmp_path / "dos.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    type_text(page, "zero\n")
    documents.save()
    settled(qtbot, jobs)
    assert path.read_bytes() == b"\xef\xbb\xbfzero\r\none\r\ntwo\r\n"


# --- what is kept beside it ------------------------------------------------------------------------------------------


def saved(qtbot: QtBot, documents: Documents, jobs: Jobs) -> None:
    documents.save()
    qtbot.waitUntil(lambda: not documents.saving and not jobs.busy)


def test_notes_and_accepted_text_are_kept_beside_the_draft_and_come_back_with_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "")
    type_text(page, "The boat")
    page.moveCursor(QTextCursor.MoveOperation.End)
    page.insert_accepted(" left 🐟.\n")
    documents.set_notes("Told by Ann.")
    saved(qtbot, documents, jobs)
    assert state(documents) is SaveState.SAVED
    assert path.read_text("utf-8") == "The boat left 🐟.\n"
    told: list[str] = []
    documents.notes_changed.connect(told.append)
    documents.new()
    assert documents.ledger.runs() == ()
    opened(qtbot, documents, path, path.read_text("utf-8"))
    assert documents.ledger.runs() == ((8, 17),)
    assert told == ["", "Told by Ann."]
    assert documents.notes == "Told by Ann."
    assert state(documents) is SaveState.SAVED
    assert not page.document().isUndoAvailable()


@pytest.mark.parametrize("content", ["{", '{"afterword": 1, "notes": "Ann", "lines": "0000000100000002"}'])
def test_notes_that_cannot_be_used_are_told(qtbot: QtBot, documents: Documents, page: Page, tmp_path: Path, content: str) -> None:
    (tmp_path / ".a.md.afterword.json").write_text(content, "utf-8")
    told: list[str] = []
    documents.noticed.connect(told.append)
    opened(qtbot, documents, tmp_path / "a.md", "The boat left.\n")
    assert page.text() == "The boat left.\n"
    assert documents.notes == ""
    assert [text for text in told if "a.md" in text and "left aside" in text]


def test_a_draft_with_nothing_beside_it_gets_no_second_file(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    saved(qtbot, documents, jobs)
    assert [path.name for path in tmp_path.glob("*a.md*") if path.suffix != ".lock"] == ["a.md"]


def test_changed_notes_are_saved_and_asked_about_like_text(
    qtbot: QtBot, documents: Documents, left: list[bool], dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("")
    assert state(documents) is SaveState.SAVED
    documents.set_notes("Told by Ann.")
    assert state(documents) is SaveState.UNSAVED
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.leave()
    qtbot.waitUntil(lambda: left == [True])
    assert read_beside(path, "Old.\n").notes == "Told by Ann."


def test_notes_written_during_a_save_stay_unsaved_until_the_next(
    qtbot: QtBot, documents: Documents, jobs: Jobs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("one")
    documents.save()
    documents.set_notes("two")
    writing.event.set()
    settled(qtbot, jobs)
    assert state(documents) is SaveState.UNSAVED
    saved(qtbot, documents, jobs)
    assert state(documents) is SaveState.SAVED
    assert read_beside(path, "Old.\n").notes == "two"


def test_a_draft_saved_elsewhere_takes_along_what_is_kept_beside_it(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("one")
    dialogs.will("save", tmp_path / "b.md")
    documents.save_as()
    settled(qtbot, jobs)
    assert read_beside(tmp_path / "b.md", "Old.\n").notes == "one"


def test_what_cannot_be_kept_beside_it_is_told_and_stays_unsaved(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / f"{'a' * 245}.md")  # the longest that most file systems take is 255
    documents.set_notes("Told by Ann.")
    type_text(page, "New. ")
    with qtbot.waitSignal(documents.noticed) as notice:
        saved(qtbot, documents, jobs)
    assert "is saved, but not the notes" in notice.args[0]
    assert path.read_text("utf-8") == "New. Old.\n"
    assert state(documents) is SaveState.UNSAVED
    documents.set_notes("")
    saved(qtbot, documents, jobs)
    assert state(documents) is SaveState.SAVED


def test_notes_that_are_not_saved_are_asked_about_whatever_was_undone_on_the_page(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    told: list[bool] = []
    documents.dirty_changed.connect(told.append)
    type_text(page, "x")
    documents.set_notes("Told by Ann.")
    page.undo()
    assert page.text() == "Old.\n"
    assert state(documents) is SaveState.UNSAVED
    assert told[-1]
    documents.leave()
    assert dialogs.questions() == ["unsaved"]
    dialogs.answer("unsaved", Unsaved.SAVE)
    settled(qtbot, jobs)
    assert not told[-1]


def test_notes_changed_back_to_what_is_saved_are_saved(qtbot: QtBot, documents: Documents, jobs: Jobs, tmp_path: Path) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("one")
    saved(qtbot, documents, jobs)
    documents.set_notes("two")
    assert documents.dirty
    documents.set_notes("one")
    assert not documents.dirty


def test_notes_that_another_window_or_computer_saved_are_not_lost(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    write_beside(path, "Old.\n", Beside("theirs"))
    type_text(page, "New. ")
    saved(qtbot, documents, jobs)
    assert read_beside(path, page.text()).notes == "theirs"
    documents.set_notes("mine")
    saved(qtbot, documents, jobs)
    assert read_beside(path, page.text()).notes == "mine"
    assert "theirs" in (tmp_path / ".a.md.afterword.json.broken").read_text("utf-8")


def test_notes_that_another_computer_saved_are_taken_in_when_the_draft_is_opened_again(
    qtbot: QtBot, documents: Documents, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("mine")
    saved(qtbot, documents, jobs)
    write_beside(path, "Old.\n", Beside("theirs", ((0, 3),)))
    documents.open_draft(path)
    settled(qtbot, jobs)
    assert (documents.notes, documents.ledger.runs()) == ("theirs", ((0, 3),))
    assert state(documents) is SaveState.SAVED


def test_notes_that_cannot_be_read_for_now_are_told_and_come_back(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    write_beside(path, "Old.\n", Beside("mine"))
    with monkeypatch.context() as patch:
        patch.setattr("afterword.drafts.beside._read", fail)
        with qtbot.waitSignal(documents.noticed) as notice:
            opened(qtbot, documents, path)
    assert "cannot be read" in notice.args[0]
    type_text(page, "New. ")
    saved(qtbot, documents, jobs)
    documents.open_draft(path)
    settled(qtbot, jobs)
    assert documents.notes == "mine"
    with monkeypatch.context() as patch:
        patch.setattr("afterword.drafts.beside._read", fail)
        documents.open_draft(path)
        settled(qtbot, jobs)
    assert documents.notes == "mine", "what is here is as good as before"


def fail(_: Path) -> bytes:
    raise OSError(errno.EIO, "Input/output error")


def test_notes_given_up_while_their_draft_is_read_again_are_those_on_the_disk(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, jobs: Jobs, reading: Gate, tmp_path: Path
) -> None:
    reading.event.set()
    path = opened(qtbot, documents, tmp_path / "a.md")
    reading.event.clear()
    documents.open_draft(path)
    documents.set_notes("given up")
    dialogs.will("unsaved", Unsaved.DISCARD)
    reading.event.set()
    settled(qtbot, jobs)
    assert documents.notes == ""
    assert not documents.dirty


# --- leaving --------------------------------------------------------------------------------------------------------


def test_a_saved_draft_may_be_left_at_once(documents: Documents, left: list[bool], dialogs: ScriptedDialogs) -> None:
    documents.leave()
    assert left == [True]
    assert dialogs.asked == []


def test_leaving_can_be_given_up(documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs) -> None:
    type_text(page, "precious")
    dialogs.will("unsaved", Unsaved.CANCEL)
    documents.leave()
    assert left == []
    assert documents.dirty
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.leave()
    assert left == [True]


def test_leaving_saves_first(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.leave()
    assert left == []
    writing.event.set()
    qtbot.waitUntil(lambda: left == [True])
    assert path.read_text("utf-8") == "New. Old.\n"


def test_leaving_without_choosing_a_place_is_staying(
    documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs
) -> None:
    type_text(page, "precious")
    dialogs.will("unsaved", Unsaved.SAVE)
    dialogs.will("save", None)
    documents.leave()
    assert left == []
    assert documents.dirty
    assert dialogs.questions() == ["unsaved", "save"]


def test_leaving_waits_for_a_save_in_flight(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, writing: Gate, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    documents.save()
    documents.leave()
    documents.leave()
    assert left == []
    writing.event.set()
    qtbot.waitUntil(lambda: left == [True])
    assert dialogs.asked == []


def test_leaving_asks_again_about_what_was_typed_while_it_saved(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.leave()
    type_text(page, "2 ")
    writing.event.set()
    qtbot.waitUntil(lambda: "unsaved" in dialogs.open)
    assert left == []
    dialogs.answer("unsaved", Unsaved.SAVE)
    qtbot.waitUntil(lambda: left == [True])
    assert path.read_text("utf-8") == "1 2 Old.\n"


def test_a_save_that_fails_on_leaving_keeps_the_draft(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    type_text(page, "precious")
    dialogs.will("unsaved", Unsaved.SAVE)
    dialogs.will("save", tmp_path / "no such folder" / "a.md")
    dialogs.will("elsewhere", False)
    documents.leave()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.questions())
    assert left == []
    assert documents.dirty
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.leave()
    assert left == [True], "the earlier wish to leave must not be waiting still"


def test_a_draft_handed_over_during_a_question_gets_a_question_of_its_own(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    type_text(page, "precious")
    documents.leave()
    (tmp_path / "b.md").write_text("other", "utf-8")
    documents.open_draft(tmp_path / "b.md")
    settled(qtbot, jobs)
    assert dialogs.questions() == ["unsaved"]
    dialogs.answer("unsaved", Unsaved.CANCEL)
    assert dialogs.questions() == ["unsaved", "unsaved"]
    dialogs.answer("unsaved", Unsaved.DISCARD)
    assert page.text() == "other"
    assert left == []


# --- recent files ---------------------------------------------------------------------------------------------------


def test_a_missing_recent_file_is_forgotten_with_a_sentence(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, recent: RecentFiles, tmp_path: Path
) -> None:
    gone, kept = tmp_path / "gone.md", tmp_path / "kept.md"
    recent.put(kept)
    recent.put(gone)
    documents.open_draft(gone)
    qtbot.waitUntil(lambda: dialogs.questions() == ["error"])
    assert recent.paths == [kept]


@examples(max_examples=50)
@example([f"{number}.md" for number in range(12)])
@given(st.lists(st.sampled_from([f"{letter}.md" for letter in "abcdefghijklmno"]), max_size=40))
def test_recent_files_are_the_last_ones_newest_first(names: list[str]) -> None:
    recent = RecentFiles(Settings(Path("unused")))
    for name in names:
        recent.put(Path(name))
    expected = list(dict.fromkeys(reversed(names)))[:COUNT]
    assert [path.name for path in recent.paths] == expected


def test_the_open_file_under_another_name_never_takes_the_place_of_newer_text(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    opened(qtbot, documents, tmp_path / "novel.md")
    type_text(page, "New. ")
    newest = page.text()
    documents.open_draft(tmp_path / "sub" / ".." / "novel.md")
    qtbot.wait(50)
    assert page.text() == newest
    assert dialogs.asked == []


def test_opening_the_open_file_again_keeps_what_can_be_undone(
    qtbot: QtBot, documents: Documents, page: Page, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "novel.md")
    type_text(page, "New. ")
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty)
    link = tmp_path / "link.md"
    link.symlink_to(tmp_path / "novel.md")
    documents.open_draft(link)
    qtbot.waitUntil(lambda: documents._arrivals.path is None)
    assert page.document().isUndoAvailable()


def test_a_draft_that_is_still_being_read_gives_way_to_one_that_comes_back_after_a_crash(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, dialogs: ScriptedDialogs, reading: Gate, tmp_path: Path
) -> None:
    (tmp_path / "other.md").write_text("Other.", "utf-8")
    documents.open_draft(tmp_path / "other.md")
    qtbot.waitUntil(lambda: reading.calls == 1)
    documents.put_changed(None, tmp_path / "lost.md", "", "Typed before the crash.", None)
    reading.event.set()
    settled(qtbot, jobs)
    assert (page.text(), documents.name, dialogs.asked) == ("Typed before the crash.", "lost.md", [])


def test_a_draft_that_another_window_has_is_left_to_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    gone: list[Path] = []
    documents.elsewhere = lambda path: (lambda: gone.append(path)) if path.name == "theirs.md" else None
    mine = opened(qtbot, documents, tmp_path / "mine.md", "mine")
    (tmp_path / "theirs.md").write_text("theirs", "utf-8")
    dialogs.will("open", tmp_path / "theirs.md")
    dialogs.will("twice", Twice.GO_THERE, Twice.CANCEL)
    documents.open()
    documents.open_draft(tmp_path / "theirs.md")
    documents.open_draft(mine)
    settled(qtbot, jobs)
    assert page.text() == "mine"
    assert gone == [tmp_path / "theirs.md"]


# --- what is undone, and what is not on the disk --------------------------------------------------------------------


def typed(page: Page, text: str) -> None:
    page.moveCursor(QTextCursor.MoveOperation.End)
    page.textCursor().insertText(text)


def test_undoing_does_not_save_a_draft_whose_file_is_gone(qtbot: QtBot, documents: Documents, page: Page, tmp_path: Path) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    told: list[str] = []
    documents.noticed.connect(told.append)
    path.unlink()
    qtbot.waitUntil(lambda: bool(told))
    page.undo()
    assert page.text() == "Old."
    assert documents.dirty


def test_undoing_does_not_save_a_draft_over_which_another_program_wrote(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    path.write_text("Theirs.", "utf-8")
    dialogs.will("changed", Changed.MINE)
    documents.compare_outside()
    qtbot.waitUntil(lambda: dialogs.questions() == ["changed"])
    page.undo()
    assert page.text() == "Old."
    assert documents.dirty


def test_undoing_what_was_typed_during_a_save_and_before_is_to_be_saved(
    qtbot: QtBot, documents: Documents, page: Page, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " One.")
    documents.save()
    qtbot.waitUntil(lambda: writing.calls == 1)
    page.moveCursor(QTextCursor.MoveOperation.Start)
    page.textCursor().insertText("Two. ")
    writing.event.set()
    qtbot.waitUntil(lambda: documents.save_state is SaveState.UNSAVED)
    while page.document().isUndoAvailable():
        page.undo()
    assert (page.text(), path.read_text("utf-8")) == ("Old.", "Old. One.")
    assert documents.dirty


# --- leaving --------------------------------------------------------------------------------------------------------


def test_what_was_given_up_and_is_being_saved_after_all_is_waited_for(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.settle_for(lambda: None, lambda: None)
    documents.save()
    left: list[bool] = []
    documents.left.connect(lambda: left.append(True))
    documents.leave()
    assert not left
    writing.event.set()
    qtbot.waitUntil(lambda: bool(left))
    assert path.read_text("utf-8") == "Old. Typed."


def test_what_was_given_up_and_could_not_be_saved_after_all_is_asked_about(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    left: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.settle_for(lambda: None, lambda: None)

    def full(*_: object, **__: object) -> object:
        raise DraftNotWritten(path, "no space left on device")

    monkeypatch.setattr("afterword.window.saving.write_draft", full)
    dialogs.will("elsewhere", False)
    documents.save()
    qtbot.waitUntil(lambda: dialogs.questions() == ["unsaved", "elsewhere"])
    documents.leave()
    assert "unsaved" in dialogs.open
    assert not left
    dialogs.answer("unsaved", Unsaved.DISCARD)
    assert left


def test_a_save_that_never_ends_is_told_and_another_place_is_offered(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    jobs: Jobs,
    writing: Gate,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    documents._saver._patience.setInterval(20)
    documents.save()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    assert "does not answer" in str(dialogs.asked[-1][1])
    dialogs.answer("elsewhere", False)
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    documents._saver._patience.setInterval(60_000)
    monkeypatch.setattr("afterword.window.saving.write_draft", drafts.write_draft)
    dialogs.will("save", tmp_path / "b.md")
    dialogs.answer("elsewhere", True)
    qtbot.waitUntil(lambda: documents.path == tmp_path / "b.md")
    assert (tmp_path / "b.md").read_text("utf-8") == "Old. Typed."
    writing.event.set()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert (documents.path, documents.dirty) == (tmp_path / "b.md", False), "the answer that came too late changes nothing"
    assert path.exists()


# --- another place --------------------------------------------------------------------------------------------------


def test_a_draft_that_somebody_else_has_is_not_replaced(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    theirs = tmp_path / "b.md"
    theirs.write_text("Theirs.", "utf-8")
    taken = take(theirs)
    assert isinstance(taken, Taken)
    typed(page, "Mine.")
    dialogs.will("save", theirs)
    documents.save()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    assert "open somewhere else" in str(dialogs.asked[-1][1])
    assert theirs.read_text("utf-8") == "Theirs."
    taken.release()
    dialogs.will("save", theirs)
    dialogs.answer("elsewhere", True)
    qtbot.waitUntil(lambda: documents.path == theirs and not documents.dirty)
    assert theirs.read_text("utf-8") == "Mine."


def test_a_file_that_gets_its_ending_here_is_asked_about_before_it_is_replaced(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    (tmp_path / "b.md").write_text("Theirs.", "utf-8")
    typed(page, "Mine.")
    dialogs.will("save", tmp_path / "b")
    documents.save()
    qtbot.waitUntil(lambda: "save" in dialogs.open)
    assert dialogs.asked[-1][1] == tmp_path / "b.md", "the dialog asks about this name"
    assert (tmp_path / "b.md").read_text("utf-8") == "Theirs."
    dialogs.answer("save", None)
