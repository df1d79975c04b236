"""A server that was away and is known to be back: it is asked again at once, and no more often than that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from afterword.assist.answers import AnswerHost, Asker, Where
from afterword.assist.server import ServerHost
from afterword.assist.types import Phase, Wish
from afterword.errors import (
    KeyUnread,
    ServerBusy,
    ServerCannot,
    ServerFailed,
    ServerModelMissing,
    ServerNoModels,
    ServerOtherScheme,
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

OUT_OF_REACH = [
    KeyUnread(URL, "locked"),
    ServerNoModels(URL),
    ServerOtherScheme(URL, "https", "http"),
    ServerRedirects(URL, "https://elsewhere"),
    ServerRefused(URL),
    ServerUnreachable(URL, "no route"),
    ServerUntrusted(URL, "expired"),
]
AT_COMPLETIONS = [
    ServerBusy(URL),
    ServerCannot(URL, "/v1/completions"),
    ServerFailed(URL, 500, "no"),
    ServerModelMissing(URL, "big"),
    ServerSilent(URL, 10.0),
]

KNOWN_BY = [ServerHost.try_again, ServerHost.reached]


def by_name(error: object) -> str:
    return type(error).__name__


def fails(desk: Desk, failure: Exception, text: str = "Once,") -> None:
    """The server does not suggest, and is left alone until it is known to work."""
    desk.failure = failure
    desk.page.ask(text)
    desk.until(lambda: error_of(desk) is failure)
    remote = desk.host.server._remote
    assert remote is not None
    remote._rest._until = float("inf")


@pytest.mark.parametrize("failure", OUT_OF_REACH + AT_COMPLETIONS, ids=by_name)
def test_a_server_that_was_tested_is_asked_again_at_once(desk: Desk, failure: Exception) -> None:
    desk.local = Gated("")
    desk.start()
    fails(desk, failure)
    desk.failure = None
    desk.host.server.try_again()
    assert error_of(desk) is None, "nobody has to type before that is said"
    desk.page.ask("Twice,")
    desk.sees(CITY, SERVER, Ended.SENTENCE)


@pytest.mark.parametrize("failure", OUT_OF_REACH, ids=by_name)
def test_a_server_that_answers_can_be_reached_and_is_asked_again_at_once(desk: Desk, failure: Exception) -> None:
    desk.local = Gated("")
    desk.start()
    fails(desk, failure)
    desk.failure = None
    desk.host.server.reached()
    assert error_of(desk) is None
    desk.page.ask("Twice,")
    desk.sees(CITY, SERVER, Ended.SENTENCE)


@pytest.mark.parametrize("failure", AT_COMPLETIONS, ids=by_name)
def test_what_keeps_it_from_suggesting_is_not_over_for_its_answering(desk: Desk, failure: Exception) -> None:
    desk.start()
    fails(desk, failure)
    desk.host.server.reached()
    assert error_of(desk) is failure
    desk.page.ask("Twice,")
    desk.qtbot.wait(50)
    assert desk.opened == 1


@pytest.mark.parametrize("known", KNOWN_BY)
def test_a_server_that_works_is_not_disturbed_by_being_known_to(desk: Desk, known: Callable[[ServerHost], None]) -> None:
    desk.local, desk.server = Gated(""), Gated(name="big", words=3)
    desk.start()
    known(desk.host.server)
    desk.page.ask()
    desk.sees(" the city", SERVER)
    known(desk.host.server)
    desk.server.let()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    assert desk.opened == 1


@pytest.mark.parametrize("known", KNOWN_BY)
def test_what_it_was_asked_meanwhile_it_still_answers(desk: Desk, known: Callable[[ServerHost], None]) -> None:
    desk.start(local=False)
    fails(desk, ServerUnreachable(URL, "no route"))
    desk.failure, desk.server = None, Gated(name="big", words=0)
    assert desk.host.server._remote is not None
    desk.host.server._remote._rest._until = 0.0  # its time is over
    desk.page.ask("Twice,", Wish.NOW)
    desk.until(lambda: desk.server.iterators_open == 1)
    known(desk.host.server)
    desk.server.let()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    assert error_of(desk) is None


def test_one_that_is_alone_is_the_model_again(desk: Desk) -> None:
    desk.start(local=False)
    fails(desk, ServerUnreachable(URL, "no route"))
    assert desk.states[-1].phase is Phase.NONE
    desk.failure = None
    desk.host.server.try_again()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    assert (desk.states[-1].phase, desk.states[-1].name) == (Phase.READY, "big")


# --- while it answers a question -------------------------------------------------------------------------------------


class Asking:
    """Somebody who asks the server a question, and hears a word of the answer at a time."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.host = AnswerHost(desk.host)
        self.asker = Asker(self.host)
        self.heard: list[str] = []
        self.ended = 0
        self.asker.answer_grew.connect(self.hear)
        self.asker.answer_ended.connect(self.end)
        desk.server.reply = "one two three four five six"
        desk.server.reply_gate = self.gate = threading.Semaphore(0)

    def hear(self, answer: object) -> None:
        self.heard.append(getattr(answer, "text", ""))

    def end(self, _: object) -> None:
        self.ended += 1

    def asks(self) -> None:
        self.heard.clear()
        asked = len(self.desk.server.questions) + 1
        self.asker.ask(Asked("What?", Matter(""), shared=True), Where.THERE)
        self.desk.until(lambda: len(self.desk.server.questions) == asked)

    def hears(self, word: int) -> None:
        self.gate.release()
        self.desk.until(lambda: len(self.heard) == word)


@pytest.fixture
def asking(desk: Desk) -> Iterator[Asking]:
    desk.local, desk.server = Gated(""), Gated(name="big", words=0)
    desk.start()
    asking = Asking(desk)
    yield asking
    asking.asker.stop()
    assert asking.host.close(WAIT)


def test_a_busy_server_is_left_alone_however_many_words_of_an_answer_come(desk: Desk, asking: Asking) -> None:
    asking.asks()
    fails(desk, ServerBusy(URL))
    opened = desk.opened
    for word in range(1, 6):
        asking.hears(word)
        desk.page.ask(f"text {word}")
        desk.qtbot.wait(20)
    assert (error_of(desk), desk.opened) == (desk.failure, opened)


def test_with_each_answer_a_server_that_was_away_is_asked_once(desk: Desk, asking: Asking) -> None:
    away = ServerUnreachable(URL, "no route")
    for answer in (1, 2):
        asking.asks()
        if answer == 1:
            fails(desk, away)
        opened = desk.opened
        asking.hears(1)
        desk.until(lambda: error_of(desk) is None)
        fails(desk, away, f"answer {answer}")
        assert desk.opened == opened + 1
        for word in range(2, 6):
            asking.hears(word)
            desk.page.ask(f"answer {answer}, text {word}")
            desk.qtbot.wait(20)
        assert (error_of(desk), desk.opened) == (away, opened + 1)
        asking.gate.release()
        desk.until(lambda answer=answer: asking.ended == answer)  # type: ignore[misc]


def test_that_it_takes_a_question_does_not_say_that_it_is_back(desk: Desk, asking: Asking) -> None:
    fails(desk, ServerUnreachable(URL, "no route"))
    desk.failure, desk.server.reply_error = None, ServerUnreachable(URL, "reset")
    asking.asks()
    desk.until(lambda: asking.ended == 1)
    desk.qtbot.wait(50)
    assert isinstance(error_of(desk), ServerUnreachable)
