"""One simulated writer at a server: what is asked, what is voided, what is counted."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from afterword.bench.server_writer import Writer
from afterword.engine.protocol import LanguageModel
from afterword.engine.sampling import Sampling
from afterword.errors import ServerBusy
from afterword.watch import Watch
from tests.fakes.scripted import ScriptedModel


@contextmanager
def writing(
    model: LanguageModel, text: str = "The keeper", pace: str = "eager", clock: Callable[[], float] = time.perf_counter
) -> Iterator[Writer]:
    def opened(watch: Watch) -> LanguageModel:
        return model

    writer = Writer(opened, text, Sampling(seed=1), pace, clock)
    try:
        yield writer
    finally:
        writer.leave()
        assert writer.join(10)


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert condition()


def settle(writer: Writer) -> None:
    wait(lambda: writer.settled)


def test_a_key_that_was_foretold_asks_for_nothing() -> None:
    model = ScriptedModel(" lit the lamp", absent=("warm", "score", "candidates"))
    with writing(model) as writer:
        writer.ask()
        settle(writer)
        for key in " lit":
            writer.key(key)
        assert (writer.keys, writer.through) == (4, 4)
        assert len(model.requests) == len(writer.asked) == 1
        assert writer.asked[0].shown
        assert writer.asked[0].pieces == 3
        assert writer.text == "The keeper lit"


def test_another_key_asks_anew_and_a_request_that_is_not_answered_is_void() -> None:
    model = ScriptedModel(" lit the lamp", gate=threading.Semaphore(0), absent=("warm", "score", "candidates"))
    with writing(model) as writer:
        writer.ask()
        wait(lambda: len(model.requests) == 1)
        writer.key("s")
        wait(lambda: len(model.requests) == 2)
        first, second = writer.asked
        wait(lambda: first.ended_at is not None)
        assert first.voided_at is not None
        assert (first.pieces, first.shown, first.sent) == (0, False, True)
        assert second.voided_at is None
        assert model.requests[1].context.before == "The keepers"
        assert all(request.shared for request in model.requests)
        assert writer.through == 0


def test_what_came_before_the_next_key_but_was_not_due_yet_was_not_shown() -> None:
    model = ScriptedModel(" lit the lamp", absent=("warm", "score", "candidates"))
    with writing(model, pace="calm", clock=lambda: 1.0) as writer:  # however long the machine takes
        for key in " l":
            writer.key(key)
            settle(writer)
        assert writer.through == 0
        assert [asked.shown for asked in writer.asked] == [False, False]


def test_a_character_that_is_taken_back_is_a_key_that_asks() -> None:
    model = ScriptedModel(" lit", absent=("warm", "score", "candidates"))
    with writing(model) as writer:
        writer.key("s")
        settle(writer)
        writer.key("")
        settle(writer)
        assert writer.text == "The keeper"
        assert writer.keys == 2
        assert [request.context.before for request in model.requests] == ["The keepers", "The keeper"]


def test_what_is_remembered_is_not_asked_again() -> None:
    model = ScriptedModel(" lit", absent=("warm", "score", "candidates"))
    with writing(model) as writer:
        writer.ask()
        settle(writer)
        writer.key("s")
        settle(writer)
        writer.key("")
        settle(writer)
        assert len(model.requests) == 2
        assert [asked.sent for asked in writer.asked] == [True, True, False]
        assert [asked.remembered for asked in writer.asked] == [False, False, True]


def test_an_error_is_noted_once_and_the_server_left_alone() -> None:
    error = ServerBusy("https://x")
    model = ScriptedModel(" lit the lamp", error=error, absent=("warm", "score", "candidates"))
    with writing(model) as writer:
        writer.ask()
        settle(writer)
        writer._remote._rest._until = float("inf")  # however long the machine takes
        for key in "abc":
            writer.key(key)
            settle(writer)
        assert [asked.error for asked in writer.asked] == [error, None, None, None]
        assert len(model.requests) == 1
        assert not any(asked.remembered for asked in writer.asked)
        assert writer.failed is None


def test_a_fault_of_our_own_is_not_the_servers() -> None:
    with writing(ScriptedModel(" lit", error=RuntimeError("ours"))) as writer:
        writer.ask()
        settle(writer)
        assert isinstance(writer.failed, RuntimeError)


def test_leaving_closes_the_model_amid_its_answer() -> None:
    model = ScriptedModel(" lit the lamp", gate=threading.Semaphore(1), absent=("warm", "score", "candidates"))
    with writing(model) as writer:
        writer.ask()
        wait(lambda: model.pieces_said == 1)
    assert model.closed
    assert writer.asked[0].voided_at is not None
