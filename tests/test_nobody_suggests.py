"""A server that is alone and suggests nothing: who asks by hand is told why, once."""

from __future__ import annotations

from afterword.errors import ServerUnreachable
from tests.test_cascade_window import URL, Writer, asks_by_hand, gated, reads_notice
from tests.test_cascade_window import alone as alone
from tests.test_cascade_window import writer as writer

AWAY = f"The server {URL} cannot be reached: no route to host."


class Notices:
    """What the status bar said for a few seconds."""

    def __init__(self, writer: Writer) -> None:
        self.said: list[str] = []
        writer.window.status.noticed.connect(self.said.append)


def keeps_it_here(writer: Writer) -> None:
    writer.window.documents.set_private(True)


def test_where_a_draft_stays_here_whose_server_is_waited_for_it_is_said_why(alone: Writer) -> None:
    alone.server = gated(words=0, name="big")
    alone.start()
    notices = Notices(alone)
    asks_by_hand(alone)
    alone.until(lambda: alone.server.iterators_open == 1)
    keeps_it_here(alone)
    alone.until(lambda: bool(notices.said) and alone.server.iterators_open == 0)
    alone.qtbot.wait(100)
    assert notices.said == ["No suggestion: this draft never leaves this machine, and there is no model here."]


def test_what_was_said_is_not_said_again_once_the_draft_stays_here(alone: Writer) -> None:
    alone.failure = ServerUnreachable(URL, "no route to host")
    alone.start()
    notices = Notices(alone)
    asks_by_hand(alone)
    reads_notice(alone, AWAY)
    keeps_it_here(alone)
    alone.reads("server not asked: private draft")
    alone.qtbot.wait(100)
    assert notices.said == [AWAY]
