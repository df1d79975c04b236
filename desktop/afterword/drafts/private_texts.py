"""The drafts that never leave this machine, known by what they say: also in another folder, where nothing is kept beside them."""

from __future__ import annotations

import logging
import re
import threading
from hashlib import blake2b
from pathlib import Path

from afterword.files import reason, write_whole

MOST = 2000
"""Texts that are remembered; of more the oldest are forgotten."""

_LARGEST = 1 << 20  # bytes; more is none of ours
_DIGEST = re.compile(r"[0-9a-f]{32}")
_lock = threading.Lock()  # two drafts may be saved at once

_log = logging.getLogger(__name__)


def is_private(file: Path, text: str) -> bool:
    """Whether `file` remembers just this text, blank space at its ends aside, as one of a draft that never leaves."""
    return bool(text.strip()) and _digest(text) in _read(file)


def remember(file: Path, text: str, *, private: bool) -> None:
    """Keep in `file` that a draft with this text never leaves, or that it may; where that fails the log says so.

    Nothing of the text can be read there.
    """
    if not text.strip():
        return
    digest = _digest(text)
    with _lock:
        before = _read(file)
        digests = [other for other in before if other != digest] + [digest] * private
        if digests == before:
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, "".join(f"{one}\n" for one in digests[-MOST:]).encode())
        except OSError as error:
            _log.warning("which drafts are private is not remembered: %s", reason(error))


def _digest(text: str) -> str:
    return blake2b(text.strip().encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _read(file: Path) -> list[str]:
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST)
    except FileNotFoundError:
        return []
    except OSError as error:
        _log.warning("which drafts are private cannot be read: %s", reason(error))
        return []
    return [line for line in data.decode("ascii", "replace").split("\n") if _DIGEST.fullmatch(line)]
