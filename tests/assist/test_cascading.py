"""The model on this machine and a server, asked by one page: who is shown, who is let go, and who is never asked."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from afterword.assist import cascading
from afterword.assist.controller import Controller
from afterword.assist.host import ModelHost
from afterword.assist.timing import SHOW_AFTER
from afterword.assist.types import ModelState, Phase, Place, Wish
from afterword.engine.protocol import LanguageModel, Piece, Request
from afterword.engine.sampling import Sampling
from afterword.errors import GenerationFailed, ModelMissing, ServerRefused, ServerUnreachable
from afterword.suggest.cascade import LOCAL, SERVER
from afterword.suggest.remote import RemoteOpener
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from afterword.watch import Watch
from tests.fakes.scripted import ScriptedModel

HERE = Place(1, 10)
URL = "https://there"
WAIT = 20_000
CITY = " the city of Nova Haven."


class Gated(ScriptedModel):
    """Says as many words as it is let."""

    def __init__(
        self, script: str | Callable[[Request], str] = CITY, name: str = "local", words: int = 99, **more: object
    ) -> None:
        super().__init__(script, gate=threading.Semaphore(words), name=name, **more)  # type: ignore[arg-type]

    def let(self, words: int = 99) -> None:
        assert self.gate is not None
        self.gate.release(words)


class Page(QObject):
    """What a page hears."""

    def __init__(self, host: ModelHost) -> None:
        super().__init__()
        self.controller = Controller(host)
        self.controller.set_pace("eager")
        self.controller.set_shared(True)
        self.shown: list[Suggestion] = []
        self.others: list[list[str]] = []
        self.controller.suggestion_ready.connect(self.hear)
        self.controller.alternatives_ready.connect(self.hear_others)

    @Slot(object, object)
    def hear(self, suggestion: Suggestion, place: Place) -> None:
        self.shown.append(suggestion)

    @Slot(object, object)
    def hear_others(self, found: list[Suggestion], place: Place) -> None:
        self.others.append([one.text for one in found])

    def ask(self, text: str = "Once,", wish: Wish = Wish.KEY) -> None:
        self.shown.clear()
        self.controller.ask(Context(text), HERE, wish)

    @property
    def now(self) -> tuple[str, str, Ended | None]:
        last = self.shown[-1] if self.shown else Suggestion()
        return last.text, last.by, last.why_it_ended


class Desk(QObject):
    """Both, and a page."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__()
        self.qtbot = qtbot
        self.local, self.server = Gated(), Gated(name="big")
        self.failure: Exception | None = None
        self.may_load, self.loading = threading.Event(), threading.Event()
        self.may_load.set()
        self.opened = 0
        self.states: list[ModelState] = []
        self.host = ModelHost(self.load)
        self.host.state_changed.connect(self.hear_state)
        self.page = Page(self.host)

    def load(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        self.loading.set()
        while not self.may_load.wait(0.01):
            watch.check()
        if name == "missing":
            raise ModelMissing(name)
        return self.local if name == "local" else ScriptedModel(" another", name=name)

    def open(self, watch: Watch) -> LanguageModel:
        self.opened += 1
        if self.failure is not None:
            raise self.failure
        return self.server

    @Slot(object)
    def hear_state(self, state: ModelState) -> None:
        self.states.append(state)

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def start(self, local: bool = True) -> None:
        self.host.use_server(self.open, URL, alone=not local)
        if local:
            self.host.load("local")
        self.until(lambda: self.states[-1:] != [] and self.states[-1].phase is Phase.READY)

    def sees(self, text: str, by: str, why: Ended | None = None) -> None:
        self.until(lambda: self.page.now == (text, by, why))


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is late, however busy the machine is."""
    monkeypatch.setattr(cascading, "SERVER_WITHIN", 1000.0)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot)
    yield desk
    desk.may_load.set()
    assert desk.host.close(WAIT)
    assert (desk.local.iterators_open, desk.server.iterators_open) == (0, 0)


# --- who is shown ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("patient")
def test_where_the_local_model_is_first_it_is_shown_and_the_server_goes_on_from_there(desk: Desk) -> None:
    desk.local, desk.server = Gated(" the city"), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.sees(" the city", LOCAL)
    desk.server.let(1)
    desk.until(lambda: desk.server.pieces_said == 1)
    assert desk.page.now == (" the city", LOCAL, None)
    desk.server.let()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    texts = [suggestion.text for suggestion in desk.page.shown]
    assert all(after.startswith(before) for before, after in pairwise(texts))


def test_where_the_server_is_first_it_is_shown(desk: Desk) -> None:
    desk.local.gate = threading.Semaphore(0)
    desk.start()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.until(lambda: desk.local.iterators_open == 0)
    assert desk.local.pieces_said == 0, "its words are not needed any more"


@pytest.mark.usefixtures("patient")
def test_a_server_that_says_something_else_is_let_go_and_the_local_suggestion_stays(desk: Desk) -> None:
    desk.local, desk.server = Gated(words=3), Gated(" a town by the sea and a lot more.", name="big", words=0)
    desk.start()
    desk.page.ask()
    desk.sees(" the city", LOCAL)
    desk.server.let(2)  # one word is known to be whole, and it is another one
    desk.until(lambda: desk.server.pieces_said == 2 and desk.server.iterators_open == 0)
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)


def test_while_nothing_is_shown_yet_the_server_goes_before_the_local_model(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHOW_AFTER, "calm", 1000.0)
    desk.server.script = " a town."
    desk.start()
    desk.page.controller.set_pace("calm")
    desk.page.ask()
    desk.until(lambda: desk.local.pieces_said == 5 and desk.server.pieces_said == 2)
    desk.qtbot.wait(50)
    desk.page.controller._due = 0.0
    desk.page.controller._show()
    assert desk.page.now == (" a town.", SERVER, Ended.SENTENCE)


def test_a_slow_server_does_not_keep_the_writer_waiting(desk: Desk) -> None:
    desk.server = Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    desk.until(lambda: len(desk.server.requests) == 1 and desk.server.iterators_open == 0)
    desk.server.let()
    desk.page.ask("Twice,")
    desk.until(lambda: desk.page.now[2] is not None)


def test_a_server_that_was_silent_until_it_was_time_to_show_something_is_late(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHOW_AFTER, "calm", 0.6)
    desk.server = Gated(words=0, name="big")
    desk.start()
    desk.page.controller.set_pace("calm")
    desk.page.ask()
    desk.until(lambda: len(desk.page.shown) > 0)
    assert desk.page.now == (CITY, LOCAL, Ended.SENTENCE)


def test_where_the_local_model_has_nothing_to_say_the_server_is_waited_for(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.until(lambda: len(desk.local.requests) == len(desk.server.requests) == 1)
    desk.qtbot.wait(400)
    assert desk.page.shown == []
    desk.server.let()
    desk.sees(CITY, SERVER, Ended.SENTENCE)


def test_both_have_nothing_to_say(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated("", name="big")
    desk.start()
    desk.page.ask(wish=Wish.NOW)
    desk.until(lambda: desk.page.shown[-1:] != [] and desk.page.shown[-1].why_it_ended is Ended.MODEL)


def test_what_was_suggested_is_remembered_and_asks_nobody(desk: Desk) -> None:
    desk.local.gate = threading.Semaphore(0)
    desk.start()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.page.ask("Once, the")
    desk.sees(CITY.removeprefix(" the"), SERVER, Ended.SENTENCE)
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    assert (len(desk.local.requests), len(desk.server.requests)) == (1, 1)


@pytest.mark.usefixtures("patient")
def test_what_is_not_wanted_any_more_is_cancelled_at_the_server_too(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.server.iterators_open == 1)
    desk.page.controller.cancel()
    desk.until(lambda: desk.server.iterators_open == 0)


@pytest.mark.usefixtures("patient")
def test_going_on_typing_ends_what_the_server_was_asked(desk: Desk) -> None:
    desk.server = Gated(lambda request: f" after {request.context.before}", name="big", words=0)
    desk.local.gate = threading.Semaphore(0)
    desk.start()
    for text in ("a", "ab", "abc"):
        desk.page.ask(text)
        desk.until(lambda text=text: desk.server.requests[-1:] != [] and desk.server.requests[-1].context.before == text)  # type: ignore[misc]
    desk.server.let()
    desk.sees(" after abc", SERVER, Ended.MODEL)
    assert {suggestion.text for suggestion in desk.page.shown} <= {" after", " after abc"}


def test_others_come_from_the_local_model_and_begin_with_another_word_than_what_is_shown(desk: Desk) -> None:
    desk.local = Gated("", candidates=[" the city.", " a town."])
    desk.start()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.page.controller.look_further()
    desk.until(lambda: desk.page.others == [[" a town."]])
    assert not desk.server.candidates_asked


# --- a server without a model on this machine ------------------------------------------------------------------------


def test_a_server_alone_that_has_nothing_to_say_says_so(desk: Desk) -> None:
    desk.server = Gated("", name="big")
    desk.start(local=False)
    desk.page.ask(wish=Wish.NOW)
    desk.until(lambda: desk.page.shown[-1:] != [] and desk.page.shown[-1].why_it_ended is Ended.MODEL)


def test_a_server_alone_suggests(desk: Desk) -> None:
    desk.server.set_candidates([CITY, " a town."])
    desk.start(local=False)
    state = desk.states[-1]
    assert (state.phase, state.name, state.device) == (Phase.READY, "there", "server")
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.until(lambda: desk.states[-1].name == "big")
    desk.page.controller.look_further()
    desk.until(lambda: desk.page.others == [[" a town."]])
    assert not desk.loading.is_set()


def test_while_the_local_model_loads_the_server_suggests(desk: Desk) -> None:
    desk.may_load.clear()
    desk.host.use_server(desk.open, URL)
    desk.host.load("local")
    desk.until(desk.loading.is_set)
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    assert desk.states[-1].phase is Phase.LOADING
    desk.may_load.set()
    desk.until(lambda: desk.states[-1].phase is Phase.READY)
    desk.page.ask("Twice,")
    desk.until(lambda: desk.page.now[2] is Ended.SENTENCE and len(desk.local.requests) > 0)


def test_where_no_local_model_loads_the_server_suggests(desk: Desk) -> None:
    desk.host.use_server(desk.open, URL)
    desk.host.load("missing")
    desk.until(lambda: desk.states[-1:] != [] and desk.states[-1].phase is Phase.FAILED)
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)


@pytest.mark.usefixtures("patient")
def test_another_local_model_does_not_disturb_what_the_server_says(desk: Desk) -> None:
    desk.local, desk.server = Gated(words=0), Gated(name="big", words=3)
    desk.start()
    desk.page.ask()
    desk.sees(" the city", SERVER)
    desk.host.load("other")
    desk.until(lambda: desk.states[-1].phase is Phase.READY and desk.states[-1].name == "other")
    desk.server.let()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.page.controller.look_further()
    desk.until(lambda: desk.page.others == [[" another"]])


@pytest.mark.usefixtures("patient")
def test_another_local_model_answers_what_the_one_before_and_the_server_have_not(desk: Desk) -> None:
    desk.local, desk.server = Gated(words=0), Gated(name="big", words=0)
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.local.iterators_open == desk.server.iterators_open == 1)
    desk.host.load("other")
    desk.until(lambda: desk.page.now[:2] == (" another", LOCAL))
    assert len(desk.server.requests) == 1


def test_giving_the_local_model_back_leaves_the_server(desk: Desk) -> None:
    desk.start()
    desk.host.use_server(desk.open, URL, alone=True)
    desk.until(lambda: desk.local.closed and desk.states[-1].device == "server")
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)


def test_the_controls_act_on_the_local_model_where_there_is_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def ignoring(self: ScriptedModel) -> object:
        return capabilities.__get__(self).__class__(ignores=frozenset({"min_p"} if self.name == "big" else set()))

    capabilities = ScriptedModel.capabilities
    monkeypatch.setattr(ScriptedModel, "capabilities", property(ignoring))
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.ignores == {"min_p"})
    assert desk.states[-1].ignores == frozenset()
    desk.host.use_server(desk.open, URL, alone=True)
    desk.until(lambda: desk.states[-1].device == "server")
    desk.page.ask("Twice,")
    desk.until(lambda: desk.states[-1].ignores == {"min_p"})


# --- a server that is away -------------------------------------------------------------------------------------------


def test_where_the_server_is_away_the_local_model_stands_in_and_it_is_said(desk: Desk) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.start()
    desk.page.ask()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.error is desk.failure)
    assert all(state.phase is not Phase.FAILED for state in desk.states)
    desk.page.ask("Twice,")
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    assert desk.opened == 1, "it is left alone for a while"


@pytest.mark.usefixtures("patient")
def test_a_server_that_is_left_alone_is_not_waited_for(desk: Desk) -> None:
    desk.local, desk.failure = Gated(""), ServerRefused(URL)
    desk.start()
    for text in ("Once,", "Twice,"):
        desk.page.ask(text, Wish.NOW)
        desk.until(lambda: desk.page.shown[-1:] != [] and desk.page.shown[-1].why_it_ended is Ended.MODEL)
    assert desk.opened == 1


@pytest.mark.usefixtures("patient")
def test_where_the_server_breaks_off_the_local_model_goes_on(desk: Desk) -> None:
    desk.local = Gated(words=0)
    desk.server = Gated(name="big", words=3)
    desk.start()
    desk.page.ask()
    desk.sees(" the city", SERVER)
    desk.server.error = ServerUnreachable(URL, "reset")
    desk.server.let(1)
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.error is desk.server.error)
    assert desk.page.now[0] in (" the city", " the city of")
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)


def test_where_the_server_is_back_it_is_said(desk: Desk) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.error is not None)
    desk.failure = None
    assert desk.host.server._remote is not None
    desk.host.server._remote._rest._until = 0.0  # its time is over
    desk.page.ask("Twice,")
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.error is None)


def test_where_both_break_nothing_is_shown(desk: Desk) -> None:
    desk.failure = ServerRefused(URL)
    desk.local.error = GenerationFailed("local", "broken")
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.states[-1].phase is Phase.FAILED and desk.states[-1].server is not None)
    desk.until(lambda: desk.host.server.state is not None and desk.host.server.state.error is desk.failure)
    assert desk.page.now[0] in ("", " the")


# --- switching -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("to", ["none", "another"])
def test_a_server_that_is_switched_off_is_asked_no_more_and_the_local_model_stands(desk: Desk, to: str) -> None:
    desk.local.gate = threading.Semaphore(0)
    desk.server = Gated(name="big", words=3)
    desk.start()
    desk.page.ask()
    desk.sees(" the city", SERVER)
    other = Gated(" somewhere else.", name="other")
    opener: RemoteOpener | None = (lambda _: other) if to == "another" else None
    desk.host.use_server(opener, "https://elsewhere")
    desk.until(lambda: desk.server.closed)
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    assert not desk.local.closed
    server = desk.states[-1].server
    assert (server.url if server else "") == ("https://elsewhere" if to == "another" else "")
    desk.page.ask("Twice,")
    desk.until(lambda: desk.page.now[2] is Ended.SENTENCE)
    assert len(desk.server.requests) == 1
    assert len(other.requests) == (1 if to == "another" else 0)


def test_what_one_server_suggested_is_not_taken_for_what_another_does(desk: Desk) -> None:
    desk.local = Gated("")
    desk.start()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    other = Gated(" somewhere else.", name="other")
    desk.host.use_server(lambda _: other, "https://elsewhere")
    desk.page.ask()
    desk.sees(" somewhere else.", SERVER, Ended.SENTENCE)


def test_what_is_on_its_way_from_the_server_when_the_draft_becomes_private_is_void(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.server.iterators_open == 1)
    desk.page.controller.set_shared(False)
    late = Suggestion((Piece(" the city", 0.9),))
    desk.host.server.suggestion_grew.emit(desk.server.requests[0].id, late)
    desk.until(lambda: desk.page.now[2] is Ended.MODEL)
    assert {suggestion.text for suggestion in desk.page.shown} == {""}


@pytest.mark.parametrize("moment", ["before", "while it is sent", "while it answers"])
def test_of_what_is_private_nothing_goes_to_the_server_from_that_moment_on(desk: Desk, moment: str) -> None:
    desk.server = Gated(name="big", words=0)
    desk.local.gate = threading.Semaphore(0)
    desk.start()
    if moment == "before":
        desk.page.controller.set_shared(False)
    desk.page.ask()
    if moment == "while it answers":
        desk.until(lambda: desk.server.iterators_open == 1)
    if moment != "before":
        desk.page.controller.set_shared(False)
    desk.server.let()
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    desk.until(lambda: desk.server.iterators_open == 0)
    assert desk.server.pieces_said == 0
    desk.page.ask("Twice,")
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    desk.page.controller.look_further()
    assert len(desk.server.requests) == (1 if moment == "while it answers" else 0)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_goes_to_the_server_that_was_asked_for_while_the_draft_was_private(desk: Desk, seed: int) -> None:
    chance, shared, may_go = random.Random(seed), True, {"the first"}
    desk.start()
    desk.page.ask("the first")
    desk.until(lambda: len(desk.server.requests) == 1)
    for number in range(60):
        move = chance.randrange(4)
        if move == 0:
            shared = not shared
            desk.page.controller.set_shared(shared)
        elif move == 1:
            desk.qtbot.wait(chance.choice([0, 0, 5]))
        else:
            text = f"text {number}"
            may_go |= {text} if shared else set()
            desk.page.ask(text)
            if move == 3:
                desk.page.controller.look_further()
    desk.page.controller.set_shared(True)
    desk.page.ask("the last")
    desk.until(lambda: "the last" in {request.context.before for request in desk.server.requests})
    assert {request.context.before for request in desk.server.requests} <= {*may_go, "the last"}
    assert all(request.shared for request in desk.server.requests)


def test_one_page_is_private_and_the_other_is_not(desk: Desk) -> None:
    desk.start()
    private = Page(desk.host)
    private.controller.set_shared(False)
    private.ask("secret")
    desk.until(lambda: private.now == (CITY, LOCAL, Ended.SENTENCE))
    desk.page.ask()
    desk.until(lambda: desk.page.now[2] is Ended.SENTENCE)
    assert {request.context.before for request in desk.server.requests} == {"Once,"}
    private.controller.cancel()


@pytest.mark.usefixtures("patient")
def test_a_page_whose_request_gave_way_to_that_of_another_page_is_served_by_the_local_model(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated(name="big", words=3)
    desk.start()
    other = Page(desk.host)
    desk.page.ask()
    desk.sees(" the city", SERVER)
    other.ask("Twice,")
    desk.sees(" the city", SERVER, Ended.STOPPED)
    desk.server.let()
    desk.until(lambda: other.now == (CITY, SERVER, Ended.SENTENCE))
    other.controller.cancel()


@pytest.mark.parametrize("moment", ["opening", "writing", "retired"])
def test_leaving_ends_the_servers_thread_too(qtbot: QtBot, moment: str) -> None:
    desk, opening = Desk(qtbot), threading.Event()
    desk.server = Gated(name="big", words=0)

    def slow(watch: Watch) -> LanguageModel:
        opening.set()
        while True:
            watch.check()

    desk.host.use_server(slow if moment == "opening" else desk.open, URL)
    desk.page.ask()
    desk.until(opening.is_set if moment == "opening" else lambda: desk.server.iterators_open == 1)
    if moment == "retired":
        desk.host.use_server(None)
    assert desk.host.close(WAIT)
    assert desk.server.closed == (moment != "opening")
    assert all(thread.name != "server" for thread in threading.enumerate())


def test_sampling_is_the_same_for_both(desk: Desk) -> None:
    desk.start()
    desk.page.controller.set_sampling(Sampling(max_words=2))
    desk.page.ask()
    desk.until(lambda: len(desk.local.requests) == len(desk.server.requests) == 1)
    assert desk.local.requests[0].sampling == desk.server.requests[0].sampling == Sampling(max_words=2)
