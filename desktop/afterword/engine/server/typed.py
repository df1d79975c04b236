"""Half-typed words without access to logits: what a server says must begin with what the writer typed.

The server is given the text up to the last boundary of words. Where the token that it draws does not agree with the letters
behind that boundary, one of the alternatives that it names may: the stream is closed, and it is asked to go on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from afterword.engine.protocol import Piece
from afterword.engine.sampling import Sampling
from afterword.engine.server.said import Token

_HOPS = 3


class TokenStream(Protocol):
    """Tokens as they come; closing it ends them."""

    def __iter__(self) -> Iterator[Token]: ...

    def close(self) -> None: ...


@dataclass
class Known:
    """The first token that a server said behind the last prompt: one draw serves all letters of a word.

    That it was drawn before does not make it likelier: of all that could have been drawn, it is what it would be now. Where the
    same is asked for again it is drawn again, as for a writer who wants other words.
    """

    prompt: str = ""
    sampling: Sampling | None = None
    typed: str = ""
    token: Token | None = None

    def of(self, prompt: str, sampling: Sampling, typed: str) -> Token | None:
        """The token, where nothing new need be drawn for `typed`."""
        if self.token is None or (prompt, sampling) != (self.prompt, self.sampling) or typed in ("", self.typed):
            return None
        return self.token if sampling.temperature == 0 or agreeing(self.token, typed) else None


def healed(
    ask: Callable[[str, str], TokenStream],
    prompt: str,
    typed: str,
    known: Token | None = None,
    heard: Callable[[Token], None] = lambda _: None,
) -> Iterator[Piece]:
    """The pieces behind `typed`; none where nothing that the server says agrees with it.

    Args:
        ask: streams what comes after a prompt; with alternatives, where it must begin with something.
        prompt: all that stands before `typed`.
        typed: by the writer.
        known: the token behind `prompt`, where it need not be asked for.
        heard: told of the token behind `prompt`, where it was asked for.
    """
    sure = 1.0
    for hop in range(_HOPS + 1):
        answer = ask(prompt, typed) if known is None else _Alone(known)
        try:
            for number, token in enumerate(answer):
                if hop == number == 0 and known is None:
                    heard(token)
                if not typed:
                    yield Piece(token.text, _known(token) * sure)
                    sure = 1.0
                    continue
                found = agreeing(token, typed)
                if found is None:
                    return
                text, share = found
                sure *= share
                prompt += text
                said, typed = text[len(typed) :], typed[len(text) :]
                if said:
                    yield Piece(said, sure)
                    sure = 1.0
                if text != token.text or known is not None:
                    break
            else:
                return
        finally:
            answer.close()
            known = None


class _Alone:
    """A stream of one token."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def __iter__(self) -> Iterator[Token]:
        return iter((self._token,))

    def close(self) -> None:
        pass


def agreeing(token: Token, typed: str) -> tuple[str, float] | None:
    """The token itself where it agrees with what was typed, else the best alternative that does.

    That is the likeliest that spells all of it, or else the one that spells most of it. With it comes its probability given what
    was typed, as far as the alternatives tell.
    """
    options = dict(token.alternatives)
    options.setdefault(token.text, _known(token))
    fitting = {text: p for text, p in options.items() if text and _agree(text, typed)}
    if not fitting:
        return None
    covering = {text: p for text, p in fitting.items() if len(text) >= len(typed)}
    if token.text in fitting:
        text = token.text
    elif covering:
        text = max(covering, key=covering.__getitem__)
    else:
        text = max(fitting, key=len)
    together = sum(fitting.values())
    return text, min(1.0, fitting[text] / together) if len(options) > 1 and together > 0 else fitting[text]


def kept(texts: Iterable[str], typed: str) -> Iterator[str]:
    """`texts`, one behind the other, as long as they agree with `typed`."""
    for text in texts:
        if not _agree(text, typed):
            return
        typed = typed[len(text) :]
        yield text


def behind(texts: Iterable[str], typed: str) -> Iterator[str]:
    """What of `texts`, one behind the other, stands behind `typed`; nothing where they do not begin with it."""
    for text in kept(texts, typed):
        said, typed = text[len(typed) :], typed[len(text) :]
        if said:
            yield said


def _agree(text: str, typed: str) -> bool:
    return text.startswith(typed) or typed.startswith(text)


def _known(token: Token) -> float:
    return 1.0 if token.probability is None else token.probability
