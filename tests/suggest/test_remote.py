"""The server's model on its own thread: nobody waits for it, it is left alone after a failure, and nothing of it stays behind."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from afterword.assist.worker import NICE
from afterword.engine.protocol import LanguageModel, Request
from afterword.errors import (
    KeyUnread,
    ServerAddressInvalid,
    ServerBusy,
    ServerError,
    ServerFailed,
    ServerNoModels,
    ServerOtherScheme,
    ServerRedirects,
    ServerRefused,
    ServerUnencrypted,
    ServerUnreachable,
    ServerUntrusted,
)
from afterword.suggest.remote import Remote, Reply
from afterword.suggest.rest import LASTING, REST_MOST
from afterword.suggest.suggestion import Ended
from afterword.text.context import Context
from afterword.watch import Watch
from tests.fakes.scripted import ScriptedModel

SOON = 10.0  # seconds: on a busy machine too
AWAY = ServerUnreachable("https://there", "no route")


class There:
    """A server as somebody sees it who opens and asks it."""

    def __init__(self) -> None:
        self.model = ScriptedModel(" the city of Nova Haven.")
        self.now = 0.0
        self.opened: list[str] = []
        self.failure: Exception | None = None
        self.may_open = threading.Event()
        self.may_open.set()
        self.told = 0
        self.remote = Remote(self.open, self.tell, lambda: self.now)
        self.ids = 0

    def open(self, watch: Watch) -> LanguageModel:
        self.opened.append(threading.current_thread().name)
        while not self.may_open.wait(0.01):
            watch.check()
        if self.failure is not None:
            raise self.failure
        self.model.closed = False
        return self.model

    def tell(self) -> None:
        self.told += 1

    def request(self, text: str = "Once,", shared: bool = True) -> Request:
        self.ids += 1
        return Request(self.ids, Context(text), shared=shared)

    def ask(self, text: str = "Once,", shared: bool = True) -> Reply:
        reply = self.remote.begin(self.request(text, shared))
        assert reply.wait(SOON)
        return reply


@pytest.fixture
def there() -> Iterator[There]:
    there = There()
    yield there
    there.may_open.set()
    assert there.remote.close()
    assert there.model.iterators_open == 0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert condition()


def test_it_is_opened_on_a_thread_of_its_own_with_the_first_request_and_only_then(there: There) -> None:
    assert there.opened == []
    assert there.remote.ended
    reply = there.ask()
    assert (reply.suggestion.text, reply.suggestion.why_it_ended) == (" the city of Nova Haven.", Ended.SENTENCE)
    there.ask("Twice,")
    assert there.opened == ["server"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no rank of their own")
@pytest.mark.usefixtures("ranked")
def test_its_threads_stand_back_behind_those_of_the_local_model(there: There) -> None:
    there.ask()
    [thread] = [thread for thread in threading.enumerate() if thread.name == "server"]
    assert thread.native_id is not None
    assert os.getpriority(os.PRIO_PROCESS, thread.native_id) > NICE
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) < NICE


def test_to_ask_is_not_to_wait(there: There) -> None:
    there.may_open.clear()
    reply = there.remote.begin(there.request())
    assert not reply.ended
    assert not reply.wait(0.01)
    there.may_open.set()
    assert reply.wait(SOON)


def test_it_tells_of_every_word_as_it_comes(there: There) -> None:
    gate = there.model.gate = threading.Semaphore(0)
    heard: list[str] = []
    reply = there.remote.begin(there.request(), lambda reply: heard.append(reply.suggestion.text))
    gate.release(3)
    until(lambda: heard == [" the", " the city"])
    gate.release(9)
    assert reply.wait(SOON)
    until(lambda: heard[-1] == " the city of Nova Haven.")


def test_what_may_not_be_shared_opens_and_sends_nothing(there: There) -> None:
    reply = there.ask(shared=False)
    assert (reply.suggestion.text, reply.error) == ("", None)
    assert there.opened == []
    there.ask()
    there.ask("Twice,", shared=False)
    assert all(request.shared for request in there.model.requests)


def test_the_newest_request_takes_the_place_of_those_before(there: There) -> None:
    gate = there.model.gate = threading.Semaphore(0)
    replies = [there.remote.begin(there.request("text 0"))]
    until(lambda: there.model.iterators_open == 1)
    replies += [there.remote.begin(there.request(f"text {n}")) for n in range(1, 6)]
    until(lambda: len(there.model.requests) == 2)
    gate.release(99)
    assert all(reply.wait(SOON) for reply in replies)
    assert [request.context.before for request in there.model.requests] == ["text 0", "text 5"]
    assert [bool(reply.suggestion) for reply in replies] == [False] * 5 + [True]


def test_a_request_that_is_cancelled_costs_no_more_words(there: There) -> None:
    there.model.gate = threading.Semaphore(0)
    reply = there.remote.begin(there.request())
    until(lambda: there.model.iterators_open == 1)
    reply.cancel()
    assert reply.wait(SOON)
    assert there.model.iterators_open == 0
    assert there.model.pieces_said == 0
    assert reply.error is None


def test_opening_goes_on_when_the_request_that_began_it_is_old(there: There) -> None:
    there.may_open.clear()
    old = there.remote.begin(there.request("text 0"))
    until(lambda: bool(there.opened))
    new = there.remote.begin(there.request("text 1"))
    there.may_open.set()
    assert old.wait(SOON)
    assert new.wait(SOON)
    assert len(there.opened) == 1
    assert [request.context.before for request in there.model.requests] == ["text 1"]


def test_what_is_remembered_needs_no_request(there: There) -> None:
    there.ask("Once,")
    assert there.ask("Once, the").suggestion.text == " city of Nova Haven."
    assert len(there.model.requests) == 1


def test_others_are_made_after_what_was_asked_before(there: There) -> None:
    there.model.gate = threading.Semaphore(0)
    there.model.set_candidates([" the city of Nova Haven.", " a town by the sea."])
    first = there.remote.begin(there.request())
    others = there.remote.alternatives(there.request(), 2)
    there.model.gate.release(9)
    assert others.wait(SOON)
    assert first.suggestion.text == " the city of Nova Haven."
    assert [one.text for one in others.others] == [" a town by the sea."]


# --- failures -------------------------------------------------------------------------------------------------------


def test_after_a_failure_nothing_is_sent_for_longer_and_longer(there: There) -> None:
    there.failure = AWAY
    sent_at = []
    for tenth in range(2000):
        there.now = tenth / 10
        before = len(there.opened)
        assert there.ask().error is AWAY
        if len(there.opened) > before:
            sent_at.append(there.now)
    assert sent_at == [0, 1, 3, 7, 15, 31, 63, 63 + REST_MOST, 63 + 2 * REST_MOST]


def test_a_server_that_came_back_is_asked_as_before(there: There) -> None:
    there.failure = AWAY
    for there.now in (0.0, 1.0, 3.0):
        there.ask()
    errors = [there.remote.error]
    there.failure, there.now = None, 7.0
    assert there.ask().suggestion.text == " the city of Nova Haven."
    assert [*errors, there.remote.error] == [AWAY, None]
    assert there.told >= 3
    there.model.error = AWAY
    there.ask("Twice,")
    there.model.error, there.now = None, 8.0
    assert there.ask("Thrice,").suggestion, "a success forgets the failures before it"


def test_a_server_that_breaks_off_says_so_and_is_looked_at_again(there: There) -> None:
    there.model.error = ServerFailed("https://there", 500, "the draft")
    reply = there.ask()
    assert reply.error is there.model.error
    until(lambda: there.model.closed)
    there.model.error, there.now = None, 1.0
    assert there.ask().suggestion.text == " the city of Nova Haven."
    assert len(there.opened) == 2


def test_a_busy_server_is_not_tested_again(there: There) -> None:
    there.model.error = ServerBusy("https://there")
    there.ask()
    there.model.error, there.now = None, 1.0
    assert there.ask().suggestion
    assert len(there.opened) == 1


@pytest.mark.parametrize(
    ("error", "rests"),
    [
        (ServerRefused("https://there"), 60),
        (ServerUntrusted("https://there", "self-signed"), 60),
        (ServerRedirects("https://there", "https://elsewhere"), 60),
        (ServerOtherScheme("https://there", "https", "http"), 60),
        (ServerNoModels("http://there"), 60),  # a page that is there for every address until somebody signs in
        (KeyUnread("https://there", "the keyring is locked"), 600),
    ],
)
def test_what_seldom_mends_itself_is_tried_again_seldom(there: There, error: ServerError, rests: int) -> None:
    there.failure = error
    tried = []
    for there.now in range(2 * rests + 1):
        before = len(there.opened)
        assert there.ask().error is error
        if len(there.opened) > before:
            tried.append(there.now)
    assert tried == [0, rests, 2 * rests]
    there.failure, there.now = None, 3 * rests
    assert there.ask().suggestion
    assert there.remote.error is None


@pytest.mark.parametrize("error", [ServerAddressInvalid("there"), ServerUnencrypted("http://there")])
def test_what_trying_again_cannot_mend_is_not_tried_again(there: There, error: ServerError) -> None:
    there.failure = error
    there.ask()
    there.failure, there.now = None, 1e9
    assert there.ask().error is error
    assert len(there.opened) == 1


def test_nobody_is_told_to_wait_where_the_address_is_wrong() -> None:
    wrong = {ServerAddressInvalid, ServerUnencrypted, ServerOtherScheme, ServerNoModels}
    assert set(LASTING) == wrong


def test_what_fails_says_nothing_of_the_draft_in_the_log(there: There, caplog: pytest.LogCaptureFixture) -> None:
    for there.now, error in enumerate([ServerFailed("https://there", 500, "my draft"), ValueError("my draft")]):
        there.failure = error
        there.now *= 100
        there.ask("my draft")
    assert "ServerFailed" in caplog.text
    assert "ValueError" in caplog.text
    assert "my draft" not in caplog.text


# --- slow ----------------------------------------------------------------------------------------------------------


def types_on(there: There, seconds: float, times: int) -> None:
    """Ask, see nothing for so long, and ask again, so many times."""
    for _ in range(times):
        asked = len(there.model.requests)
        reply = there.remote.begin(there.request(f"text {there.ids}"))
        until(lambda asked=asked: len(there.model.requests) > asked)  # type: ignore[misc]
        there.now += seconds
        reply.cancel()
        assert reply.wait(SOON)


@pytest.mark.parametrize(("seconds", "times", "slow"), [(0.25, 4, False), (0.25, 5, True), (0.1, 9, False), (0.1, 10, True)])
def test_a_server_that_has_said_nothing_to_request_after_request_is_slow(
    there: There, seconds: float, times: int, slow: bool
) -> None:
    there.model.gate = threading.Semaphore(0)
    types_on(there, seconds, times)
    assert there.remote.slow == slow
    there.model.gate.release(9)
    told = there.told
    there.ask()
    assert not there.remote.slow
    assert (there.told > told) == slow
    there.model.gate = threading.Semaphore(0)
    types_on(there, seconds, 4)
    assert not there.remote.slow


def test_a_server_that_has_said_a_word_in_time_is_not_slow(there: There) -> None:
    gate = there.model.gate = threading.Semaphore(0)
    for number in range(9):
        reply = there.remote.begin(there.request(f"text {number}"))
        gate.release(2)  # one word, and that it is whole
        until(lambda reply=reply: bool(reply.suggestion))  # type: ignore[misc]
        there.now += 1
        reply.cancel()
        assert reply.wait(SOON)
    assert not there.remote.slow


# --- leaving --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["new", "idle", "opening", "writing", "waiting"])
def test_leaving_ends_the_thread_and_closes_the_model(moment: str) -> None:
    there = There()
    reply = None
    if moment == "idle":
        there.ask()
    elif moment == "opening":
        there.may_open.clear()
        reply = there.remote.begin(there.request())
        until(lambda: bool(there.opened))
    elif moment != "new":
        there.model.gate = threading.Semaphore(0)
        reply = there.remote.begin(there.request())
        until(lambda: there.model.iterators_open == 1)
        if moment == "waiting":
            reply = there.remote.begin(there.request())
    there.remote.leave()
    assert there.remote.close()
    assert there.remote.ended
    assert there.model.closed == (moment in ("idle", "writing", "waiting"))
    assert reply is None or reply.ended
    assert there.remote.begin(there.request()).ended, "nothing is asked of what has gone"


def test_leaving_waits_for_what_hangs_so_long_and_no_longer() -> None:
    there, begun, hangs = There(), threading.Event(), threading.Event()

    def open_forever(_: Watch) -> LanguageModel:
        begun.set()
        hangs.wait()
        return there.model

    there.remote = Remote(open_forever)
    there.remote.begin(there.request())
    assert begun.wait(SOON)
    assert not there.remote.close(0.05)
    hangs.set()
    assert there.remote.close()
