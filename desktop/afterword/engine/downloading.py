"""The files of one revision on the Hugging Face hub, each fetched until it is whole, going on where it was interrupted.

huggingface_hub says where things are and signs the requests. Its own download is not used: since version 2 it begins a file anew
that was interrupted.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from afterword.engine.child import Tell
from afterword.engine.hub_folders import PARTS, About, File
from afterword.errors import ModelBroken, ModelGated, ModelNotStored

TIMEOUT = (4.0, 15.0, 15.0, 15.0)  # seconds to connect, read, write, and for a free connection
_TRIES = 4  # without a byte in between
_WAIT_S, _WAIT_MOST_S = 0.5, 30.0
_TELL_S = 0.1
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class Interrupted(Exception):
    """Worth another try."""


class Busy(Interrupted):
    """The hub is; it may say for how many seconds."""


class Download:
    """Fetches files of one revision, each under its own name only when it is whole."""

    def __init__(self, wanted: About, folder: Path, tell: Tell) -> None:
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

        self._wanted, self._folder, self._tell = wanted, folder, tell
        # As they are, not packed for the way: so the range of bytes is one of the file.
        self._headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
        self._parts = folder / PARTS
        self._parts.mkdir(exist_ok=True)
        self._done, self._told = 0, 0.0

    def fetch(self, name: str) -> None:
        """Have the file `name`, going on where it was interrupted."""
        file, target = self._wanted.files[name], self._folder / name
        if not target.is_file():
            part = self._parts / file.part
            for _ in range(2):
                self._complete(name, file, part)
                if _digest(part, file) == file.digest:
                    os.replace(part, target)
                    break
                part.unlink()
            else:
                raise ModelBroken(self._wanted.id, f"{name} is not what the hub says it is")
        self._done += file.size
        self._report(0)

    def _complete(self, name: str, file: File, part: Path) -> None:
        tries, wait, most = 0, _WAIT_S, _size(part)
        while _size(part) != file.size or not part.exists():
            try:
                self._go_on(name, file, part)
            except Exception as error:
                if not (isinstance(error, Interrupted) or is_transport(error)):
                    raise
                if _size(part) > most:
                    tries, wait, most = 0, _WAIT_S, _size(part)
                tries += 1
                if tries == _TRIES:
                    raise
                asked = error.args[0] if isinstance(error, Interrupted) and error.args else None
                time.sleep(min(asked or wait, _WAIT_MOST_S))
                wait *= 2

    def _go_on(self, name: str, file: File, part: Path) -> None:
        """Ask for the rest once. Raises Interrupted, or what the HTTP library raises, where it did not all come."""
        from huggingface_hub import get_session, hf_hub_url

        had = _size(part)
        if had > file.size:
            part.unlink()
            had = 0
        url = hf_hub_url(self._wanted.id, name, revision=self._wanted.revision)
        headers = {**self._headers, "Range": f"bytes={had}-"} if had else self._headers
        timeout: Any = TIMEOUT
        with get_session().stream("GET", url, headers=headers, timeout=timeout, follow_redirects=True) as response:
            if not self._goes_on(name, response, had):
                part.unlink(missing_ok=True)
                raise Interrupted
            with part.open("ab" if response.status_code == 206 else "wb") as out:
                self._write(response.iter_bytes(), out, name, file)
                out.flush()
                os.fsync(out.fileno())
        if _size(part) < file.size:
            raise Interrupted

    def _goes_on(self, name: str, response: Any, had: int) -> bool:
        """Whether the answer holds what comes behind the `had` bytes, or all; raises where there is no file in it."""
        status = response.status_code
        if status in BUSY:
            asked = response.headers.get("Retry-After", "")
            raise Busy(int(asked) if asked.isdigit() else None)
        if status in (401, 403):
            raise ModelGated(self._wanted.id)
        if status == 206 or (had and status == 416):
            return status == 206 and str(response.headers.get("Content-Range", "")).startswith(f"bytes {had}-")
        if status != 200:
            raise ModelNotStored(self._wanted.id, f"the hub does not give {name} ({status})")
        return True

    def _write(self, chunks: Iterable[bytes], out: BinaryIO, name: str, file: File) -> None:
        written = out.tell()
        for chunk in chunks:
            written += len(chunk)
            if written > file.size:
                raise ModelBroken(self._wanted.id, f"{name} is larger than the hub says it is")
            out.write(chunk)
            self._report(written)

    def _report(self, written: int) -> None:
        now = time.monotonic()
        if now - self._told > _TELL_S or not written:
            self._told = now
            self._tell(done=self._done + written)


def is_transport(error: BaseException) -> bool:
    """Whether the HTTP library raised it: its name and its types have changed between releases of huggingface_hub."""
    return type(error).__module__.partition(".")[0].startswith("httpx")


def _digest(path: Path, file: File) -> str:
    """The digest of what is in `path`, of the kind that `file` has."""
    with path.open("rb") as stream:
        if file.digest.startswith("sha256:"):
            return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
        # As git names the content of a file.
        content = b"blob %d\0" % file.size + stream.read()
        return f"git:{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
