"""One page's request to the model on this machine and to the server, and what of their answers is offered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from afterword.assist.host import ModelHost
from afterword.assist.timing import SERVER_WITHIN
from afterword.engine.protocol import Request
from afterword.suggest.cascade import BOTH, LOCAL, SERVER, Cascade
from afterword.suggest.remote import Reply
from afterword.suggest.suggester import first_word
from afterword.suggest.suggestion import Suggestion


class Cascading(QObject):
    """Sends one request at a time, and hears who answers. Lives on the main thread, and waits for nobody.

    Args:
        host: of the model and the server.
        clock: seconds, rising.

    Signals:
        grew: there is more to offer.
        alternatives_made: a list of other Suggestions.
        unanswered: nobody is left who could say anything to what the writer asked for; once, whoever is there later.
    """

    grew = Signal()
    alternatives_made = Signal(object)
    unanswered = Signal()
    _completion_wished = Signal(object)
    _alternatives_wished = Signal(int, object)

    def __init__(self, host: ModelHost, clock: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = host
        self._clock = clock
        self._request: Request | None = None
        self._cascade: Cascade | None = None
        self._reply: Reply | None = None
        self._others: Reply | None = None
        self._offered = Suggestion()
        self._left: set[str] = set()  # who may still say something
        self._missed = False  # whether it was said that nobody can
        self._lateness = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._lateness.timeout.connect(self._settle)
        worker, server = host.worker, host.server
        self._completion_wished.connect(worker.complete)
        self._alternatives_wished.connect(worker.find_alternatives)
        worker.suggestion_grew.connect(self._local_said)
        worker.unanswered.connect(self._local_lost)
        worker.alternatives_made.connect(self._alternatives_arrived)
        server.suggestion_grew.connect(self._server_said)
        # Later: it may be known at once, and before it is known here which reply that is about.
        server.unanswered.connect(self._server_lost, Qt.ConnectionType.QueuedConnection)
        server.alternatives_made.connect(self._alternatives_arrived)

    @property
    def offer(self) -> Suggestion:
        """What is to be shown, as far as it has arrived."""
        return self._offered

    def send(self, request: Request) -> None:
        """Have `request` answered, by the server too where it may be shared; sent once more, it is done once."""
        first = self._request is None or self._cascade is None
        self._request = request
        if first:
            self._begin(request)
        elif self._cascade is not None and not self._offered:
            self._cascade.ask_again(LOCAL)
            self._left.add(LOCAL)
            self._ask_local(request)

    def start_anew(self) -> None:
        """Another model takes the place of the local one: what that has not ended is void."""
        self._drop_others()
        if self._cascade is None or self._offered.why_it_ended:
            return
        if self._reply is None or self._reply.ended:
            self._forget()
        else:
            self._lose(LOCAL)

    def show(self) -> Suggestion:
        """What is offered, which is shown from now on. Those who have nothing to add to it are let go."""
        if self._cascade is not None:
            self._cascade.show()
            self._spare()
            self._offered = self._cascade.show()
            self._remember()
        return self._offered

    def look_further(self, request: Request) -> None:
        """Other suggestions for the request that was sent are wanted."""
        self._drop_others()
        self._alternatives_wished.emit(self._host.worker.turn, request)
        if self._host.alone:
            self._others = self._host.server.alternatives(request)

    def keep_here(self) -> None:
        """Nothing that is written may leave this machine any more."""
        self._drop_others()
        if self._reply is not None and self._cascade is not None:
            self._reply.cancel()
            self._lose(SERVER)

    def cancel(self) -> None:
        """Nothing is wanted any more."""
        self._drop_others()
        self._missed = False
        self._forget()

    # ----------------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        if self._reply is not None:
            self._reply.cancel()
        self._request = self._cascade = self._reply = None
        self._offered = Suggestion()
        self._lateness.stop()

    def _drop_others(self) -> None:
        if self._others is not None:
            self._others.cancel()
            self._others = None

    def _begin(self, request: Request) -> None:
        server = self._host.server
        shared = request.shared and server.state is not None
        kept = server.memory.recall(request.context, request.sampling) if shared else None
        if kept is not None:
            by = kept.by or LOCAL
            self._cascade = Cascade((by,))
            self._cascade.say(by, kept)
            self._settle()
            return
        self._left = set(BOTH if shared else (LOCAL,))
        self._cascade = Cascade(self._left, self._clock(), SERVER_WITHIN)
        self._ask_local(request)
        if shared:
            self._reply = server.begin(request)

    def _ask_local(self, request: Request) -> None:
        self._completion_wished.emit(request)
        self._host.worker.next_turn()  # behind that, so that what gives way comes behind it too

    @Slot(int, object)
    def _local_said(self, request_id: int, suggestion: Suggestion) -> None:
        self._said(LOCAL, request_id, suggestion)

    @Slot(int, object)
    def _server_said(self, request_id: int, suggestion: Suggestion) -> None:
        self._said(SERVER, request_id, suggestion)

    def _said(self, by: str, request_id: int, suggestion: Suggestion) -> None:
        if self._cascade is not None and request_id == self._number(by):
            self._cascade.say(by, suggestion, self._clock())
            self._settle()

    @Slot(int)
    def _local_lost(self, request_id: int) -> None:
        self._lost(LOCAL, request_id)

    @Slot(int)
    def _server_lost(self, request_id: int) -> None:
        self._lost(SERVER, request_id)

    def _lost(self, by: str, request_id: int) -> None:
        if request_id == self._number(by):
            self._lose(by)

    def _lose(self, by: str) -> None:
        if self._cascade is None or self._request is None:
            return
        self._cascade.lose(by)
        self._left.discard(by)
        self._settle()
        said = self._offered or self._offered.why_it_ended
        if self._request.asked and not (self._left or said or self._missed):
            self._missed = True
            self.unanswered.emit()

    def _number(self, by: str) -> int | None:
        """Of the request as `by` knows it: it is another one for another local model."""
        if by == LOCAL:
            return self._request.id if self._request is not None else None
        return self._reply.request.id if self._reply is not None else None

    @Slot()
    def _settle(self) -> None:
        """Tell what is new."""
        if self._cascade is None:
            return
        self._spare()
        offer = self._cascade.offer
        if offer != self._offered:
            self._offered = offer
            self._remember()
            if offer or offer.why_it_ended:
                self.grew.emit()

    def _spare(self) -> None:
        """Let those go whose words would not be shown; see again when a silent server will have been silent for too long."""
        cascade, request, now = self._cascade, self._request, self._clock()
        assert cascade is not None
        assert request is not None
        for by in cascade.spare(now):
            if by == LOCAL:
                self._host.worker.spare(request.id)
            elif self._reply is not None:
                self._reply.cancel()
        due = cascade.due()
        if due is None:
            self._lateness.stop()
        elif due > now:
            self._lateness.start(int((due - now) * 1000) + 1)

    def _remember(self) -> None:
        request = self._request
        if request is not None and self._offered.why_it_ended and self._reply is not None:
            self._host.server.memory.keep(request.context, request.sampling, self._offered)

    @Slot(int, object)
    def _alternatives_arrived(self, request_id: int, found: list[Suggestion]) -> None:
        if self._request is not None and request_id == self._request.id:
            shown = first_word(self._offered.text)
            self.alternatives_made.emit([one for one in found if first_word(one.text) != shown])
