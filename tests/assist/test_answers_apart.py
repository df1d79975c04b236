"""Pages that ask one server do not wait for each other, and what a page had there goes with it."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread
from pytestqt.qtbot import QtBot

from afterword.assist.answer_thread import AnswerThread
from afterword.assist.answers import AnswerHost, Asker, Where
from afterword.assist.host import ModelHost
from afterword.engine.protocol import LanguageModel, Question, never
from afterword.errors import Cancelled, ServerSilent, ServerUnreachable
from afterword.suggest.asking import Answer, Asked, Matter
from afterword.watch import Watch
from tests.fakes.scripted import ScriptedModel

WAIT = 60_000
URL = "https://there.example"


class Connected(ScriptedModel):
    """The model of a server, through a connection of its own: it says a word for each that the test releases."""

    def __init__(self) -> None:
        super().__init__(name="there")
        self.reply = "From there."
        self.reply_gate = self.words = threading.Semaphore(0)
        self.fault: Exception | None = None  # raised instead of the next word

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        for word in super().answer(question, stopped):
            if self.fault is not None:
                raise self.fault
            yield word

    @property
    def asked(self) -> list[str]:
        return [question.messages[-1].text for question in self.questions]


class Server:
    """Knows every connection that was made to it."""

    def __init__(self) -> None:
        self.connections: list[Connected] = []
        self.tried = 0
        self.may_open = threading.Event()
        self.may_open.set()
        self.deaf = False  # whether it cannot be given up while it is connected to

    def open(self, watch: Watch) -> LanguageModel:
        self.tried += 1
        while not self.may_open.wait(0.005):
            if not self.deaf:
                watch.check()
        self.connections.append(Connected())
        return self.connections[-1]

    @property
    def asked(self) -> list[str]:
        return [text for connection in self.connections for text in connection.asked]


class Page:
    """Asks, and notes what it hears. Its asker goes with its seat."""

    def __init__(self, answers: AnswerHost) -> None:
        self.seat = QObject()
        self.asker = Asker(answers, self.seat)
        self.answers: list[Answer] = []
        self.ends: list[Exception | None] = []
        self.asker.answer_grew.connect(self.answers.append)
        self.asker.answer_ended.connect(self.ends.append)

    def ask(self, question: str = "What?", where: Where = Where.THERE) -> None:
        self.asker.ask(Asked(question, Matter("The ferry left."), shared=where is Where.THERE), where)

    @property
    def text(self) -> str:
        return self.answers[-1].text if self.answers else ""


class House:
    """A host with a server, and two pages."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.local, self.server = ScriptedModel(name="here"), Server()
        self.local.reply = "From here."
        self.host = ModelHost(self.load)
        self.answers = AnswerHost(self.host)
        self.pages = [Page(self.answers), Page(self.answers)]
        self.host.use_server(self.server.open, URL)

    def load(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        return self.local

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def both_ask(self) -> tuple[Connected, Connected]:
        """Each of the pages is being answered, and has the first word; the connections, in their order."""
        for number, page in enumerate(self.pages):
            page.ask()
            self.until(lambda number=number: len(self.server.asked) == number + 1)  # type: ignore[misc]
            self.server.connections[-1].words.release()
        self.until(lambda: all(page.text == "From" for page in self.pages))
        first, second = self.server.connections
        return first, second

    @property
    def threads(self) -> int:
        """For answers of the server, on which the host still keeps an eye."""
        kept = len(self.answers.findChildren(AnswerThread))
        assert len(self.answers.findChildren(QThread)) == kept
        return kept

    def goes(self, page: Page) -> None:
        page.seat.deleteLater()
        QCoreApplication.sendPostedEvents(page.seat, QEvent.Type.DeferredDelete)


@pytest.fixture
def house(qtbot: QtBot) -> Iterator[House]:
    house = House(qtbot)
    yield house
    house.server.may_open.set()
    house.host.leave()
    assert house.answers.close(WAIT)
    assert house.host.close(WAIT)
    assert all(connection.closed for connection in house.server.connections)
    assert not any(connection.iterators_open for connection in house.server.connections)


def test_the_answers_of_a_server_to_two_pages_come_at_the_same_time(house: House) -> None:
    first, second = house.both_ask()
    assert [page.ends for page in house.pages] == [[], []]
    assert (first.iterators_open, second.iterators_open) == (1, 1)
    second.words.release(9)
    house.until(lambda: house.pages[1].ends == [None])
    assert (house.pages[0].text, house.pages[1].text) == ("From", "From there.")
    first.words.release(9)
    house.until(lambda: house.pages[0].ends == [None])
    assert house.pages[0].text == "From there."


def test_one_that_cannot_connect_keeps_no_other_from_asking(house: House) -> None:
    house.server.may_open.clear()
    house.pages[0].ask()
    house.until(lambda: house.server.tried == 1)
    answered = Server()
    house.answers._opener = answered.open  # as where a server takes in the second and not the first
    house.pages[1].ask()
    house.until(lambda: len(answered.asked) == 1)
    answered.connections[0].words.release(9)
    house.until(lambda: house.pages[1].ends == [None])
    assert house.pages[0].ends == []


@pytest.mark.parametrize("way", ["ends", "fails", "is stopped"])
def test_what_becomes_of_one_answer_is_nothing_to_the_other(house: House, way: str) -> None:
    first, second = house.both_ask()
    one, other = house.pages
    if way == "fails":
        first.fault = ServerSilent(URL, 30.0)
    if way == "is stopped":
        one.asker.stop()
    else:
        first.words.release(9)
    house.until(lambda: first.iterators_open == 0 and one.ends == {"ends": [None], "fails": [first.fault]}.get(way, []))
    house.until(lambda: first.closed == (way == "fails"))
    assert (other.text, other.ends, second.iterators_open, second.closed) == ("From", [], 1, False)
    second.words.release(9)
    house.until(lambda: other.ends == [None])
    assert other.text == "From there."


def test_each_page_keeps_its_connection(house: House) -> None:
    first, second = house.both_ask()
    for connection in (second, first):
        connection.words.release(99)
    house.until(lambda: all(page.ends == [None] for page in house.pages))
    for page in house.pages:
        page.ask("And now?")
    house.until(lambda: all(page.ends == [None, None] for page in house.pages))
    assert (len(first.asked), len(second.asked), house.server.tried) == (2, 2, 2)


def test_a_server_that_is_changed_while_two_ask_it_is_left_by_both_and_the_new_one_hears_nothing_of_it(house: House) -> None:
    old, new = house.both_ask(), Server()
    house.host.use_server(new.open, "https://new.example")
    assert [[type(end) for end in page.ends] for page in house.pages] == [[Cancelled], [Cancelled]]
    house.until(lambda: all(connection.closed for connection in old))
    assert new.tried == 0, "nobody asked it"
    for number, page in enumerate(house.pages):
        page.ask("To the new one?")
        house.until(lambda number=number: len(new.asked) == number + 1)  # type: ignore[misc]
        new.connections[-1].words.release(9)
    house.until(lambda: all(page.ends[1:] == [None] for page in house.pages))
    assert new.asked == ["The ferry left.\n\nTo the new one?"] * 2
    assert len(house.server.asked) == 2


def test_a_server_that_is_changed_while_two_connect_to_it_is_given_up_by_both(house: House) -> None:
    new = Server()
    house.server.may_open.clear()
    for page in house.pages:
        page.ask()
    house.until(lambda: house.server.tried == 2)
    house.host.use_server(new.open, "https://new.example")
    assert [[type(end) for end in page.ends] for page in house.pages] == [[Cancelled], [Cancelled]]
    for page in house.pages:
        page.ask("To the new one?")
    house.until(lambda: len(new.asked) == 2)
    assert set(new.asked) == {"The ferry left.\n\nTo the new one?"}
    assert house.server.connections == []


def test_a_question_that_waits_behind_another_never_goes_to_the_next_server(house: House) -> None:
    server, new = house.server, Server()
    one, other = house.pages
    server.deaf = True
    server.may_open.clear()
    for page in (one, other):
        page.ask()
    house.until(lambda: server.tried == 2)
    other.ask("The secret?")

    def hears_late(_: object) -> None:
        """As the first page hears that its server is there no more, the other one's question has its turn."""
        server.deaf = False
        taken = time.monotonic() + WAIT / 1000
        while server.tried == 2 and not new.tried and time.monotonic() < taken:
            time.sleep(0.001)

    one.asker.answer_ended.connect(hears_late)
    house.host.use_server(new.open, "https://new.example")
    assert [[type(end) for end in page.ends] for page in house.pages] == [[Cancelled], [Cancelled]]
    one.asker.answer_ended.disconnect(hears_late)
    other.ask("To the new one?")
    house.until(lambda: bool(new.asked))
    assert new.asked == ["The ferry left.\n\nTo the new one?"]
    assert server.connections == []


def test_a_page_that_goes_amid_an_answer_takes_its_thread_and_its_connection_along_and_the_other_goes_on(house: House) -> None:
    first, second = house.both_ask()
    one, other = house.pages
    house.goes(one)
    house.until(lambda: house.threads == 1)
    assert (first.closed, first.iterators_open) == (True, 0)
    assert (second.closed, second.iterators_open, other.ends) == (False, 1, [])
    second.words.release(9)
    house.until(lambda: other.ends == [None])
    assert (one.text, other.text) == ("From", "From there.")
    assert one.ends == []


def test_a_page_that_goes_while_it_connects_gives_that_up(house: House) -> None:
    house.server.may_open.clear()
    house.pages[0].ask()
    house.until(lambda: house.server.tried == 1)
    house.goes(house.pages[0])
    house.until(lambda: house.threads == 0)
    assert house.server.connections == []


def test_nobody_waits_for_a_page_that_goes_and_cannot_be_given_up_at_once(house: House) -> None:
    house.server.deaf = True
    house.server.may_open.clear()
    house.pages[0].ask()
    house.until(lambda: house.server.tried == 1)
    house.goes(house.pages[0])
    house.qtbot.wait(50)
    assert house.threads == 1, "it is kept until its thread has ended"
    house.server.may_open.set()
    house.until(lambda: house.threads == 0)
    assert [connection.closed for connection in house.server.connections] == [True]
    assert house.server.asked == []


def test_of_pages_that_come_and_go_nothing_is_left(house: House) -> None:
    house.both_ask()
    for number in range(100):
        page = Page(house.answers)
        page.ask()
        if number % 3:  # else it goes before anybody knows of it
            house.until(lambda number=number: house.server.tried > number // 3 * 2 + number % 3 + 1)  # type: ignore[misc]
        house.goes(page)
    house.until(lambda: house.threads == 2)
    assert sum(not connection.closed for connection in house.server.connections) == 2


def test_what_lived_on_the_thread_of_a_page_that_goes_is_destroyed_on_the_main_thread(house: House) -> None:
    house.pages[0].ask()
    house.until(lambda: house.server.tried == 1)
    where: list[int] = []
    [thread] = house.answers._threads
    thread.worker.destroyed.connect(lambda: where.append(threading.get_ident()), Qt.ConnectionType.DirectConnection)
    del thread
    house.goes(house.pages.pop(0))
    house.until(lambda: house.threads == 0)
    house.until(lambda: bool(gc.collect() >= 0 and where))
    assert where == [threading.get_ident()]


def test_a_page_that_asks_no_server_has_no_thread_for_that(house: House) -> None:
    house.host.load("here")
    house.pages[0].ask(where=Where.HERE)
    house.until(lambda: house.pages[0].ends == [None])
    assert (house.pages[0].text, house.threads, house.server.tried) == ("From here.", 0, 0)
    house.pages[1].ask()
    house.until(lambda: len(house.server.asked) == 1)
    house.pages[1].asker.stop()
    house.pages[1].ask()
    house.until(lambda: len(house.server.asked) == 2)
    assert house.threads == 1


def test_what_either_page_learns_of_the_server_is_known(house: House) -> None:
    def error() -> BaseException | None:
        state = house.host.server.state
        assert state is not None
        return state.error

    away = ServerUnreachable(URL, "no route")
    first, second = house.both_ask()
    second.fault = away
    second.words.release()
    house.until(lambda: error() is away)
    house.pages[0].ask("And now?")
    first.words.release(9)
    house.until(lambda: error() is None and house.pages[0].ends == [None])


def test_the_end_is_the_end_of_both_however_silent_the_server_is(house: House) -> None:
    connections = house.both_ask()
    assert house.answers.close(WAIT)
    assert [(one.closed, one.iterators_open) for one in connections] == [(True, 0), (True, 0)]
    assert house.answers.close(0), "they have ended"


def test_the_end_while_a_page_goes(house: House) -> None:
    house.both_ask()
    house.goes(house.pages[0])
    house.host.leave()
    assert house.answers.close(WAIT)
    house.goes(house.pages[1])
    house.until(lambda: house.threads == 0)


def test_the_end_waits_for_all_together_as_long_as_it_may_and_says_whether_they_ended(house: House) -> None:
    house.both_ask()  # these two can end
    house.server.deaf = True
    house.server.may_open.clear()
    pages = [Page(house.answers) for _ in range(6)]
    for page in pages:
        page.ask()
    house.until(lambda: house.server.tried == 2 + len(pages))
    began = time.monotonic()
    assert not house.answers.close(800)
    assert time.monotonic() - began < 0.8 * len(pages)
    house.server.may_open.set()
    assert house.answers.close(WAIT)
