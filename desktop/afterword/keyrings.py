"""The child process that speaks with the system's keyring; nothing else imports the package `keyring`.

It reads one wish, a line of JSON, and writes one answer: {"key": ...} or {"reason": ...}. So no key is among the arguments or the
variables of a process, and where the keyring never answers the child can be ended.

Only what keeps a secret counts as a keyring: not a file with keys as they are (`keyrings.alt`), and not what forgets them.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING, Any

from afterword.engine.child import be_a_child

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "Afterword"

_OPEN = ("keyrings.alt", "keyring.backends.null", "keyring.backends.fail")


class Unusable(Exception):
    """The keyring cannot be used; the message is a phrase that says why."""


def keeps_secrets(backend: object) -> bool:
    """Whether what is put there stays, where nobody else can read it."""
    module = type(backend).__module__
    return not any(module == name or module.startswith(f"{name}.") for name in _OPEN)


def done(wish: dict[str, Any]) -> str:
    """Do as was wished: keep the key of `origin`, forget it where it is "", or say it where there is none in the wish.

    Raises:
        Unusable: there is no keyring, or it does not give back what it took.
    """
    keyring, origin, key = _keyring(), wish["origin"], wish.get("key")
    before = keyring.get_password(SERVICE, origin) or ""
    if key is None or key == before:
        return before
    if not key:
        keyring.delete_password(SERVICE, origin)
        return ""
    keyring.set_password(SERVICE, origin, key)
    if keyring.get_password(SERVICE, origin) != key:
        with contextlib.suppress(Exception):
            keyring.delete_password(SERVICE, origin)  # of what is not kept as it was given nothing stays
        raise Unusable("the keyring does not give it back")
    return str(key)


def _keyring() -> KeyringBackend:
    import keyring  # here, so that its faults become an answer too

    backend = keyring.get_keyring()
    for each in getattr(backend, "backends", None) or [backend]:  # several, best first, where it is keyring's "chainer"
        if keeps_secrets(each):
            return each  # type: ignore[no-any-return]
    raise Unusable("there is no keyring")


def _reason(error: Exception) -> str:
    """A phrase; never what a library says, which may quote the key."""
    if isinstance(error, Unusable):
        return str(error)
    name = type(error).__name__
    return {"KeyringLocked": "the keyring is locked", "NoKeyringError": "there is no keyring"}.get(
        name, f"the keyring failed ({name})"
    )


def main() -> int:
    """The whole of the child."""
    wish = json.loads(sys.stdin.readline())
    answers = be_a_child()
    try:
        answer = {"key": done(wish)}
    except Exception as error:
        answer = {"reason": _reason(error)}
    answers.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
