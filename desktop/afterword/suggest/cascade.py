"""One request that two models answer, the one on this machine and the server's: what of it is shown. No threads, no clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from afterword.suggest.suggestion import Ended, Suggestion, part

LOCAL, SERVER = "local", "server"

BOTH = (LOCAL, SERVER)


@dataclass
class _Voice:
    said: Suggestion = field(default_factory=Suggestion)
    open: bool = True  # more may come
    gone: bool = False  # it broke, or was let go: what it said counts only as far as it was shown


class Cascade:
    """What two models say to one request, and what is shown of it: that only ever grows.

    Before anything is shown the server's words go before the local model's. After that the server's go on where they begin with
    what is shown, and lead from there; the local model's go on where the server's are missing. Whoever says something else than
    what is shown is let go, and so is a server that keeps a whole local suggestion waiting.

    Args:
        asked: which of BOTH.
        now: in seconds.
        patience: for how many seconds the server may be silent while a whole suggestion of the local model is shown.
    """

    def __init__(self, asked: Collection[str], now: float = 0.0, patience: float = 0.3) -> None:
        self._voices = {by: _Voice(open=by in asked, gone=by not in asked) for by in BOTH}
        self._patience = patience
        self._heard = now  # the server, the last time
        self._seen = Suggestion()

    @property
    def seen(self) -> Suggestion:
        """What was shown last."""
        return self._seen

    @property
    def offer(self) -> Suggestion:
        """What is to be shown now: what was, with more at its end. Its `by` says who made it, "" while nobody said anything.

        `why_it_ended` is None while it may grow, and when nobody is left who could say anything.
        """
        leader = self._leader()
        if not leader:
            ended = [voice.said.why_it_ended for voice in self._voices.values() if not voice.open and not voice.gone]
            return Suggestion((), None if self._open(SERVER) or self._open(LOCAL) or not ended else ended[-1])
        said, shown = self._voices[leader].said, self._seen
        void = not said.text.startswith(shown.text) or (shown and self._voices[leader].gone)
        more = () if void else part(said.pieces, len(shown.text))
        grown = Suggestion(shown.pieces + more, by=leader)
        may_grow = self._open(leader) or any(self._open(by) and self._helps(by, leader, grown.text) for by in BOTH)
        why = None if may_grow else Ended.STOPPED if self._voices[leader].gone else said.why_it_ended
        return replace(grown, why_it_ended=why)

    def say(self, by: str, suggestion: Suggestion, now: float = 0.0) -> None:
        """`by` said `suggestion` so far; whoever was let go says nothing any more."""
        voice = self._voices[by]
        if voice.gone:
            return
        voice.said, voice.open = suggestion, suggestion.why_it_ended is None
        if by == SERVER:
            self._heard = now

    def lose(self, by: str) -> None:
        """Nothing more comes from `by`: it broke, or there is none."""
        voice = self._voices[by]
        voice.gone, voice.open = voice.gone or voice.open, False

    def ask_again(self, by: str) -> None:
        """`by` begins anew, after it was lost or had not ended."""
        if self._voices[by].gone or self._voices[by].open:
            self._voices[by] = _Voice()

    def show(self) -> Suggestion:
        """Show what is offered: from now on it only grows."""
        self._seen = self.offer
        return self._seen

    def due(self) -> float | None:
        """When to `spare` again, as far as time decides it; None where it does not."""
        return self._heard + self._patience if self._open(SERVER) else None

    def spare(self, now: float) -> list[str]:
        """Let go those whose further words could not be shown, and say who they are."""
        spared = [by for by in BOTH if self._open(by) and self._useless(by, now)]
        for by in spared:
            self.lose(by)
        return spared

    # ----------------------------------------------------------------------------------------------------------------

    def _open(self, by: str) -> bool:
        return self._voices[by].open

    def _goes_on(self, by: str) -> bool:
        """Whether what it said begins with what is shown."""
        said = self._voices[by].said.text
        return bool(said) and said.startswith(self._seen.text)

    def _leader(self) -> str:
        server, local, seen = self._voices[SERVER], self._voices[LOCAL], self._seen
        longer = len(server.said.text) > len(seen.text)
        if not server.gone and self._goes_on(SERVER) and (longer or seen.by == SERVER):
            return SERVER
        if not local.gone and self._goes_on(LOCAL):
            return LOCAL
        return seen.by or (LOCAL if local.said and not server.open else "")

    def _helps(self, by: str, leader: str, text: str) -> bool:
        """Whether more words of one who does not lead may be shown behind `text`."""
        if by == LOCAL and leader == SERVER and not self._voices[SERVER].gone:
            return self._open(SERVER)  # they are needed only if it breaks
        return _agree(self._voices[by].said.text, text)

    def _useless(self, by: str, now: float) -> bool:
        seen = self._seen
        if not seen:
            return False
        if not _agree(self._voices[by].said.text, seen.text):
            return True
        if by == LOCAL:
            return seen.by == SERVER and not self._open(SERVER) and not self._voices[SERVER].gone
        local = self._voices[LOCAL]
        stands = not local.open and not local.gone and self._goes_on(LOCAL)
        return stands and now - self._heard >= self._patience


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
