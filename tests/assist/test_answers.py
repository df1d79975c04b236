"""Who answers a question, and that nobody goes on who is not wanted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from afterword.assist.answers import AnswerHost, Asker, Where
from afterword.assist.host import ModelHost
from afterword.assist.types import Phase
from afterword.engine.protocol import LanguageModel
from afterword.errors import Cancelled, ModelMissing, ServerSilent
from afterword.suggest.asking import Answer, Asked, Matter
from afterword.watch import Watch
from tests.fakes.scripted import ScriptedModel

WAIT = 20_000


class Heard:
    """Notes what a page hears."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker
        self.answers: list[Answer] = []
        self.ends: list[Exception | None] = []
        self.missing = 0
        self.began = 0
        asker.answer_began.connect(self._begin)
        asker.answer_grew.connect(self.answers.append)
        asker.answer_ended.connect(self.ends.append)
        asker.answer_missing.connect(self._miss)

    def _begin(self) -> None:
        self.began += 1

    def _miss(self) -> None:
        self.missing += 1

    @property
    def text(self) -> str:
        return self.answers[-1].text if self.answers else ""


class Slow:
    """A page that takes its time to hear that its answer ended."""

    def __init__(self, asker: Asker) -> None:
        asker.answer_ended.connect(self._wait)

    def _wait(self) -> None:
        time.sleep(0.02)


class House:
    """A host with a model, a server, and a page that asks."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.model, self.server = ScriptedModel(name="here"), ScriptedModel(name="there")
        self.model.reply, self.server.reply = "From here.", "From there."
        self.threads: set[str] = set()
        self.opened = 0
        self.may_open = threading.Event()
        self.may_open.set()
        self.host = ModelHost(self.open)
        self.answers = AnswerHost(self.host)
        self.page = Heard(Asker(self.answers))

    def open(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        if name == "missing":
            raise ModelMissing(name)
        return self.model

    def open_server(self, watch: Watch) -> LanguageModel:
        self.opened += 1
        while not self.may_open.wait(0.005):
            watch.check()
        return self.server

    def ready(self) -> None:
        self.host.load("here")
        self.qtbot.waitUntil(lambda: self.host.state is not None and self.host.state.phase is Phase.READY, timeout=WAIT)

    def use_server(self) -> None:
        self.host.use_server(self.open_server, "https://there.example")

    def ask(self, where: Where = Where.HERE, question: str = "What?", shared: bool = True) -> None:
        self.page.asker.ask(Asked(question, Matter("The ferry left."), shared=shared), where)

    def until(self, condition: object) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)  # type: ignore[arg-type]


@pytest.fixture
def house(qtbot: QtBot) -> Iterator[House]:
    house = House(qtbot)
    yield house
    house.may_open.set()
    house.host.leave()
    assert house.answers.close(WAIT)
    assert house.host.close(WAIT)


def test_the_model_of_this_machine_answers(house: House) -> None:
    house.ready()
    house.ask()
    house.until(lambda: house.page.ends == [None])
    assert [answer.text for answer in house.page.answers] == ["From", "From here."]
    assert house.opened == 0


def test_the_server_answers_on_a_thread_of_its_own_with_or_without_a_model_here(house: House) -> None:
    house.use_server()
    house.ask(Where.THERE)
    house.until(lambda: house.page.ends == [None])
    assert house.page.text == "From there."
    assert house.server.questions[0].shared
    house.ask(Where.THERE, "And now?")
    house.until(lambda: len(house.page.ends) == 2)
    assert house.opened == 1, "the connection is kept"


def test_a_question_waits_for_the_model_that_is_being_loaded(house: House) -> None:
    house.host.load("here")
    house.ask()
    house.until(lambda: house.page.ends == [None])
    assert house.page.text == "From here."


def test_without_a_model_and_without_a_server_it_says_so(house: House) -> None:
    house.host.load("missing")
    house.ask()
    house.until(lambda: house.page.missing == 1)
    house.ask(Where.THERE)
    house.until(lambda: house.page.missing == 2)
    assert house.page.ends == []


@pytest.mark.parametrize("where", list(Where))
def test_what_goes_wrong_is_told_and_the_next_question_is_answered(house: House, where: Where) -> None:
    house.ready()
    house.use_server()
    asked = house.model if where is Where.HERE else house.server
    asked.reply_error = ServerSilent("https://there.example", 10.0)
    house.ask(where)
    house.until(lambda: bool(house.page.ends))
    assert house.page.ends == [asked.reply_error]
    asked.reply_error = None
    house.ask(where)
    house.until(lambda: len(house.page.ends) == 2)
    assert house.page.ends[1] is None
    assert house.opened == (2 if where is Where.THERE else 0), "a connection that failed is opened anew"


@pytest.mark.parametrize("where", list(Where))
def test_what_is_stopped_stops_at_once_and_says_no_more(house: House, where: Where) -> None:
    house.ready()
    house.use_server()
    asked = house.model if where is Where.HERE else house.server
    asked.reply_gate = threading.Semaphore(1)
    house.ask(where)
    house.until(lambda: house.page.text == "From")
    house.page.asker.stop()
    house.until(lambda: asked.iterators_open == 0)
    asked.reply_gate.release(9)
    house.qtbot.wait(30)
    assert (house.page.text, house.page.ends) == ("From", [])


def test_a_newer_question_takes_the_place_of_an_older_one(house: House) -> None:
    house.ready()
    house.model.reply = lambda question: f"To {question.messages[-1].text[-2:]}"
    house.model.reply_gate = gate = threading.Semaphore(0)
    house.ask(question="1?")
    house.until(lambda: len(house.model.questions) == 1)
    house.ask(question="2?")
    gate.release(9)
    house.until(lambda: house.page.ends == [None])
    assert [answer.text for answer in house.page.answers] == ["To", "To 2?"]


def test_another_model_ends_the_answer_of_the_one_before(house: House) -> None:
    house.ready()
    house.model.reply_gate = threading.Semaphore(1)
    house.ask()
    house.until(lambda: house.page.text == "From")
    house.host.load("here")
    assert [type(end) for end in house.page.ends] == [Cancelled]
    house.until(lambda: house.model.iterators_open == 0 and house.host.state.phase is Phase.READY)  # type: ignore[union-attr]


def test_another_model_here_does_not_end_the_servers_answer(house: House) -> None:
    house.ready()
    house.use_server()
    house.server.reply_gate = gate = threading.Semaphore(1)
    house.ask(Where.THERE)
    house.until(lambda: house.page.text == "From")
    house.host.load("here")
    gate.release(9)
    house.until(lambda: house.page.text == "From there." and house.page.ends == [None])


def test_a_server_that_is_switched_off_ends_its_answer_and_is_closed(house: House) -> None:
    house.use_server()
    house.server.reply_gate = threading.Semaphore(1)
    house.ask(Where.THERE)
    house.until(lambda: house.page.text == "From")
    house.host.use_server(None)
    assert [type(end) for end in house.page.ends] == [Cancelled]
    house.until(lambda: house.server.closed)


def test_a_server_that_cannot_be_reached_is_given_up_when_it_is_stopped(house: House) -> None:
    house.use_server()
    house.may_open.clear()
    house.ask(Where.THERE)
    house.until(lambda: house.opened == 1)
    house.page.asker.stop()
    house.ask(Where.THERE)
    house.until(lambda: house.opened == 2)
    house.may_open.set()
    house.until(lambda: house.page.ends == [None])


def test_two_pages_ask_at_once_and_each_hears_its_own_answer(house: House) -> None:
    house.ready()
    other = Heard(Asker(house.answers))
    house.model.reply = lambda question: f"To {question.messages[-1].text[-2:]}"
    house.model.reply_gate = gate = threading.Semaphore(0)
    house.ask(question="1?")
    other.asker.ask(Asked("2?", Matter("")), Where.HERE)
    gate.release(99)
    house.until(lambda: house.page.ends == [None] and other.ends == [None])
    assert (house.page.text, other.text) == ("To 1?", "To 2?")


def test_one_that_waits_for_another_to_be_answered_hears_when_it_is_its_turn(house: House) -> None:
    house.ready()
    other = Heard(Asker(house.answers))
    house.model.reply_gate = gate = threading.Semaphore(0)
    house.ask(question="1?")
    house.until(lambda: house.page.began == 1)
    other.asker.ask(Asked("2?", Matter("")), Where.HERE)
    house.qtbot.wait(50)
    assert other.began == 0
    gate.release(99)
    house.until(lambda: other.ends == [None])
    assert (house.page.began, other.began) == (1, 1)


@pytest.mark.parametrize("where", list(Where))
def test_leaving_ends_what_is_being_answered(house: House, where: Where) -> None:
    house.ready()
    house.use_server()
    asked = house.model if where is Where.HERE else house.server
    asked.reply_gate = threading.Semaphore(1)
    house.ask(where)
    house.until(lambda: house.page.text == "From")
    house.host.leave()
    assert house.answers.close(WAIT)
    assert house.host.close(WAIT)
    assert asked.iterators_open == 0
    assert asked.closed


def test_a_question_that_waits_for_one_server_never_goes_to_the_next(house: House) -> None:
    slow, other, new = Slow(house.page.asker), Heard(Asker(house.answers)), ScriptedModel(name="new")
    for number in range(1, 6):
        before = house.opened
        house.use_server()
        house.may_open.clear()
        house.ask(Where.THERE)
        other.asker.ask(Asked("B?", Matter("The secret."), shared=True), Where.THERE)
        house.until(lambda before=before: house.opened > before)
        house.host.use_server(lambda _: new, "https://new.example")
        house.until(lambda number=number: len(other.ends) == number)
        house.may_open.set()
    house.ask(Where.THERE, "To the new one?")
    house.until(lambda: bool(new.questions))
    assert [question.messages[-1].text for question in new.questions] == ["The ferry left.\n\nTo the new one?"]
    assert slow is not None
