"""What the status bar says of a server that does not suggest: what is wrong, what mends it, and who answers until then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from afterword import secrets
from afterword.errors import (
    KeyUnread,
    ServerAddressInvalid,
    ServerBrokeOff,
    ServerBusy,
    ServerCannot,
    ServerError,
    ServerFailed,
    ServerModelMissing,
    ServerNoModels,
    ServerNotUnderstood,
    ServerOtherScheme,
    ServerRedirects,
    ServerRefused,
    ServerSilent,
    ServerUnencrypted,
    ServerUnreachable,
    ServerUntrusted,
)
from afterword.sentences import sentence
from afterword.window.sharing import Leaving
from afterword.window.status_bar import StatusBar

from .test_server_label import BOTH, THERE, URL, alone, of_server
from .test_status_bar import status as status

MENU = "“Server…” in the Model menu."
REFUSED = ServerRefused(f"{URL}/v1")


def said_of(status: StatusBar, error: BaseException, *, here: bool = True) -> tuple[str, str]:
    server = replace(THERE, error=error)
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(replace(BOTH, server=server) if here else alone(server))
    return of_server(status)


INSTEAD = "The model on this machine answers instead."
UNTIL_BACK = "Until it is back the model on this machine stands in."
UNTIL_THEN = "Until then the model on this machine stands in."


@pytest.mark.parametrize(
    ("error", "short", "mend", "stands_in"),
    [
        (ServerUnreachable(URL, "no route"), "server away", "", UNTIL_BACK),
        (ServerSilent(URL, 10.0), "server silent", "", UNTIL_BACK),
        (ServerBusy(URL), "server busy", "", UNTIL_THEN),
        (ServerCannot(URL, "/v1/completions"), "server cannot suggest", "", INSTEAD),
        (ServerModelMissing(URL, "big"), "server: no such model", f"Choose another: {MENU}", INSTEAD),
        (ServerUntrusted(URL, "expired"), "server not trusted", "", INSTEAD),
        (ServerFailed(URL, 500, "no"), "server fails", "", INSTEAD),
        (ServerNotUnderstood(URL, "a web page"), "server fails", "", INSTEAD),
        (ServerRedirects(URL, "https://elsewhere"), "server fails", "", INSTEAD),
        (ServerBrokeOff(URL), "server fails", "", INSTEAD),
        (ServerAddressInvalid(URL), "server: wrong address", f"Change it: {MENU}", INSTEAD),
        (ServerUnencrypted(URL), "server: wrong address", f"Change it: {MENU}", INSTEAD),
        (ServerOtherScheme(URL, "https", "http"), "server: wrong address", f"Change it: {MENU}", INSTEAD),
        (ServerNoModels(URL), "server: wrong address", f"Change it: {MENU}", INSTEAD),
        (REFUSED, "server: no key", f"Type its key: {MENU}", INSTEAD),
        (
            KeyUnread(URL, "the keyring is locked"),
            "server: no key",
            f"Open the keyring and test the connection, or type the key: {MENU}",
            INSTEAD,
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ServerError) else "",
)
def test_what_is_wrong_and_who_answers(status: StatusBar, error: ServerError, short: str, mend: str, stands_in: str) -> None:
    wrong = sentence(error)
    assert said_of(status, error) == (short, " ".join(filter(None, [wrong, mend, stands_in])))
    assert said_of(status, error, here=False) == (short, f"{wrong} {mend}".rstrip()), "nothing stands in for it"


ANOTHER = f"Type another key: {MENU}"


def test_a_server_that_wants_another_key_is_not_said_to_have_none(status: StatusBar) -> None:
    secrets.remember(URL, "sk-of-yesterday")
    assert said_of(status, REFUSED) == ("server refuses", f"{sentence(REFUSED)} {ANOTHER} {INSTEAD}")


def test_what_nobody_foresaw_is_not_said_to_come_back(status: StatusBar) -> None:
    short, tip = said_of(status, ValueError("odd"))
    assert (short, tip.endswith(INSTEAD)) == ("server fails", True)


# --- who asks by hand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (REFUSED, f" Type its key: {MENU}"),
        (KeyUnread(URL, "locked"), f" Open the keyring and test the connection, or type the key: {MENU}"),
        (ServerModelMissing(URL, "big"), f" Choose another: {MENU}"),
        (ServerUnreachable(URL, "no route"), ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ServerError) else "",
)
def test_who_asks_by_hand_is_told_what_mends_it(status: StatusBar, error: ServerError, mend: str) -> None:
    said_of(status, error, here=False)
    said: list[str] = []
    status.noticed.connect(said.append)
    status.tell_why_nothing_comes()
    assert said == [f"{sentence(error)}{mend}"]
