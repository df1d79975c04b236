"""What is learnt from questions: that a server is there, or is not, and how much a model can read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from afterword.assist.answers import AnswerHost, Asker, Where
from afterword.assist.types import ModelState
from afterword.engine.protocol import Question, never
from afterword.errors import (
    AfterwordError,
    KeyUnread,
    QuestionTooLong,
    ServerBrokeOff,
    ServerBusy,
    ServerCannot,
    ServerFailed,
    ServerRedirects,
    ServerRefused,
    ServerSilent,
    ServerUnreachable,
    ServerUntrusted,
)
from afterword.suggest.asking import Asked, Matter
from afterword.suggest.cascade import SERVER
from afterword.suggest.suggestion import Ended
from tests.assist.both import CITY, URL, WAIT, Desk, Gated, error_of

LONG = "A word or two. " * 400


class Reader(Gated):
    """Reads so many characters, and fails with `error` at more."""

    def __init__(self, most: int, error: Exception, name: str = "big", times: int = 99) -> None:
        super().__init__(name=name)
        self.most, self.too_long, self.times = most, error, times
        self.lengths: list[int] = []

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        self.lengths.append(sum(len(message.text) for message in question.messages))
        if self.lengths[-1] > self.most and self.times:
            self.times -= 1
            raise self.too_long
        yield "<think>"
        yield "Hm.</think> Yes."


class Asking:
    """Somebody who asks."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.host = AnswerHost(desk.host)
        self.asker = Asker(self.host)
        self.ends: list[object] = []
        self.asker.answer_ended.connect(self.ends.append)

    def asks(self, where: Where = Where.THERE, text: str = LONG) -> object:
        before = len(self.ends)
        self.asker.ask(Asked("What?", Matter(text, at=len(text)), shared=where is Where.THERE), where)
        self.desk.until(lambda: len(self.ends) > before)
        return self.ends[-1]


@pytest.fixture
def asking(desk: Desk) -> Iterator[Asking]:
    desk.local = Gated("")
    asking = Asking(desk)
    yield asking
    asking.asker.stop()
    assert asking.host.close(WAIT)


def room(desk: Desk, where: Where = Where.THERE) -> int | None:
    """What the window is told."""
    state: ModelState = desk.states[-1]
    if where is Where.HERE:
        return state.room
    return state.server.room if state.server is not None else None


def by_name(error: object) -> str:
    return type(error).__name__


# --- how much it reads -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", list(Where))
def test_what_a_model_could_read_once_it_was_asked_for_less_is_known_from_then_on(
    desk: Desk, asking: Asking, where: Where
) -> None:
    reader = Reader(3000, QuestionTooLong("big", 40), "local" if where is Where.HERE else "big")
    desk.local, desk.server = (reader, desk.server) if where is Where.HERE else (desk.local, reader)
    desk.start()
    assert room(desk, where) is None
    assert asking.asks(where) is None
    desk.until(lambda: room(desk, where) == reader.lengths[-1])
    assert 1500 < reader.lengths[-1] <= 3000
    other = Where.HERE if where is Where.THERE else Where.THERE
    assert room(desk, other) is None


def test_of_a_model_that_reads_all_of_it_nothing_is_known(desk: Desk, asking: Asking) -> None:
    desk.server = Reader(30_000, QuestionTooLong("big", 40))
    desk.start()
    asking.asks()
    desk.qtbot.wait(50)
    assert room(desk) is None


@pytest.mark.parametrize(("times", "known"), [(1, False), (2, True)])
def test_a_stream_that_breaks_off_once_says_nothing_of_how_much_is_read(
    desk: Desk, asking: Asking, times: int, known: bool
) -> None:
    reader = desk.server = Reader(0, ServerBrokeOff(URL), times=times)
    desk.start()
    assert asking.asks() is None
    desk.qtbot.wait(50)
    assert room(desk) == (reader.lengths[-1] if known else None)


def test_each_model_of_this_machine_reads_as_much_as_it_does(desk: Desk, asking: Asking) -> None:
    desk.local = Reader(3000, QuestionTooLong("local", 40), "local")
    desk.start()
    asking.asks(Where.HERE)
    desk.until(lambda: room(desk, Where.HERE) is not None)
    learnt = room(desk, Where.HERE)
    desk.host.load("another")
    desk.until(lambda: desk.states[-1].name == "another")
    assert room(desk, Where.HERE) is None
    desk.host.load("local")
    desk.until(lambda: desk.states[-1].name == "local")
    assert room(desk, Where.HERE) == learnt


def test_of_another_server_nothing_is_known(desk: Desk, asking: Asking) -> None:
    desk.server = Reader(3000, QuestionTooLong("big", 40))
    desk.start()
    asking.asks()
    desk.until(lambda: room(desk) is not None)
    desk.host.use_server(desk.open, "https://elsewhere")
    assert room(desk) is None


def test_what_the_server_before_still_says_is_not_of_the_one_that_is_set(desk: Desk, asking: Asking) -> None:
    desk.start()
    there = asking.host.begin().worker
    there.want(77, 7)
    there.want(77, 0)
    there.spoke.emit(7, "big", 500)
    there.ended.emit(7, ServerUnreachable(URL, "no route"))
    desk.qtbot.wait(20)
    assert (room(desk), error_of(desk)) == (None, None)


def test_of_another_model_of_the_server_nothing_is_known(desk: Desk, asking: Asking) -> None:
    desk.server = Reader(3000, QuestionTooLong("big", 40))
    desk.start()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    asking.asks()
    desk.until(lambda: room(desk) is not None)
    desk.server = Gated(name="bigger")
    desk.host.server.missed(ServerUnreachable(URL, "no route"))
    desk.host.server.try_again()
    desk.page.ask("Twice,")
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.until(lambda: desk.states[-1].server.model == "bigger")  # type: ignore[union-attr]
    assert room(desk) is None


# --- whether it is there ---------------------------------------------------------------------------------------------

AWAY = [
    KeyUnread(URL, "locked"),
    ServerRedirects(URL, "https://elsewhere"),
    ServerUnreachable(URL, "refused"),
    ServerUntrusted(URL, "expired"),
]
THERE = [
    QuestionTooLong("big", 10),
    ServerBrokeOff(URL),
    ServerBusy(URL),
    ServerCannot(URL, "/v1/chat/completions"),
    ServerFailed(URL, 500, "no"),
    ServerRefused(URL),
    ServerSilent(URL, 60.0),
    ValueError("?"),
]


@pytest.mark.parametrize("error", AWAY, ids=by_name)
def test_a_server_that_is_out_of_reach_of_a_question_is_so_of_all_and_rests(
    desk: Desk, asking: Asking, error: AfterwordError
) -> None:
    desk.start()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.server.reply_error = error
    assert asking.asks(text="") is error
    desk.until(lambda: error_of(desk) is error)
    remote = desk.host.server._remote
    assert remote is not None
    remote._rest._until = float("inf")
    asked, opened = len(desk.server.requests), desk.opened
    desk.page.ask("Twice,")
    desk.qtbot.wait(50)
    assert len(desk.server.requests) == asked, "it is left alone"
    remote._rest._until = 0.0  # its time is over
    desk.page.ask("Thrice,")
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.until(lambda: error_of(desk) is None)
    assert desk.opened == opened + 1, "it may be another one by now"
    desk.page.ask("A fourth time,")
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    assert desk.opened == opened + 1, "it is looked at once"


@pytest.mark.parametrize("error", THERE, ids=by_name)
def test_what_else_goes_wrong_with_a_question_says_nothing_of_suggestions(desk: Desk, asking: Asking, error: Exception) -> None:
    desk.start()
    desk.server.reply_error = error
    assert asking.asks(text="") is error
    desk.qtbot.wait(50)
    assert error_of(desk) is None
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)


def test_a_fault_of_the_model_here_says_nothing_of_the_server(desk: Desk, asking: Asking) -> None:
    desk.start()
    desk.local.reply_error = ServerUnreachable(URL, "no route")
    asking.asks(Where.HERE, "")
    desk.qtbot.wait(50)
    assert error_of(desk) is None


def test_the_first_thing_of_an_answer_says_that_it_is_back_be_it_a_thought(desk: Desk, asking: Asking) -> None:
    desk.start()
    desk.server.reply = "<think> for a long time"
    desk.server.reply_gate = gate = threading.Semaphore(0)
    desk.host.server.missed(ServerUnreachable(URL, "no route"))
    assert error_of(desk) is not None
    asking.asker.ask(Asked("What?", Matter(""), shared=True), Where.THERE)
    desk.until(lambda: len(desk.server.questions) == 1)
    desk.qtbot.wait(50)
    assert error_of(desk) is not None, "that it takes a question says nothing"
    gate.release()
    desk.until(lambda: error_of(desk) is None)
    assert asking.ends == []


def test_where_no_server_is_set_nothing_is_known_of_one(desk: Desk, asking: Asking) -> None:
    desk.host.load("local")
    desk.until(lambda: bool(desk.states))
    desk.host.server.missed(ServerUnreachable(URL, "no route"))
    desk.host.server.reached(100)
    assert desk.host.server.state is None
