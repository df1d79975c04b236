"""A stand-in for the Hugging Face hub, on the loopback: it answers what huggingface_hub asks of it, and can be at fault."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_PIECE = 16_384


@dataclass
class Repository:
    """A model on the hub; files that end in .safetensors are kept in large storage, as there."""

    files: dict[str, bytes]
    licence: str = "apache-2.0"
    parameters: int | None = None
    downloads: int = 0
    gated: bool = False
    tags: list[str] = field(default_factory=list)

    @property
    def revision(self) -> str:
        digest = hashlib.sha1()
        for name in sorted(self.files):
            digest.update(name.encode() + self.files[name])
        return digest.hexdigest()

    def listed(self, name: str, sizes: bool) -> dict[str, Any]:
        content = self.files[name]
        told: dict[str, Any] = {"rfilename": name}
        if sizes:
            told |= {"size": len(content), "blobId": _git(content)}
            if _is_large(name):
                told["lfs"] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "pointerSize": 134}
        return told

    def info(self, name: str, sizes: bool) -> dict[str, Any]:
        tags = ["safetensors", "text-generation", f"license:{self.licence}", *self.tags]
        told: dict[str, Any] = {
            "_id": "0",
            "id": name,
            "modelId": name,
            "sha": self.revision,
            "gated": "manual" if self.gated else False,
            "private": False,
            "downloads": self.downloads,
            "tags": tags,
            "pipeline_tag": "text-generation",
            "siblings": [self.listed(file, sizes) for file in sorted(self.files)],
        }
        if self.parameters is not None:
            told["safetensors"] = {"parameters": {"F32": self.parameters}, "total": self.parameters}
        return told


@dataclass
class Faults:
    """What goes wrong; nothing to begin with.

    Attributes:
        status: the answer to everything.
        file_status: the answer to every file of large storage.
        times: how often `file_status` and `cut_after` still happen.
        retry_after: the header beside a status.
        cut_after: bytes of a large file after which the connection is lost.
        piece_s: seconds between two pieces of a large file.
        no_ranges: a request for a part is answered with the whole.
        other_bytes: large files are sent with one byte changed.
        html: everything is answered with a page, as by the hotel's network.
    """

    status: int = 0
    file_status: int = 0
    times: int = 10**9
    retry_after: str = ""
    cut_after: int = -1
    piece_s: float = 0.0
    no_ranges: bool = False
    other_bytes: bool = False
    html: bool = False


@dataclass(frozen=True)
class Asked:
    """One request: its path, the range of bytes, and who asks."""

    method: str
    path: str
    range: str
    authorization: str


class Hub:
    """What the stand-in has and does."""

    def __init__(self) -> None:
        self.models: dict[str, Repository] = {}
        self.moved: dict[str, str] = {}  # short names of models, and their full ones
        self.faults = Faults()
        self.asked: list[Asked] = []
        self.sent = 0  # bytes of large files
        self.address = ""
        self.closing = threading.Event()

    def asked_for(self, part: str) -> list[Asked]:
        return [asked for asked in self.asked if part in asked.path]

    def add(self, name: str, folder: Path, **more: Any) -> Repository:
        """Put the files in `folder` on the hub."""
        files = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}
        self.models[name] = Repository(files, **more)
        return self.models[name]

    def large(self, sha256: str) -> bytes | None:
        contents = (content for repository in self.models.values() for content in repository.files.values())
        return next((content for content in contents if hashlib.sha256(content).hexdigest() == sha256), None)


@contextmanager
def running() -> Iterator[Hub]:
    """A hub that answers until the block ends."""
    hub = Hub()

    class Bound(_Handler):
        pass

    Bound.hub = hub
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
    server.daemon_threads = False  # those that still answer are waited for
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="hub")
    thread.start()
    try:
        yield hub
    finally:
        hub.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _git(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _is_large(name: str) -> bool:
    return name.endswith((".safetensors", ".bin", ".gguf"))


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        self.hub.asked.append(
            Asked(self.command, self.path, self.headers.get("Range", ""), self.headers.get("Authorization", ""))
        )
        try:
            if self.hub.faults.html:
                self._send(200, b"<html>Welcome to our hotel</html>", {"Content-Type": "text/html"})
            elif self.hub.faults.status:
                # A hub would not say it, but whatever it says must not get into a log.
                self._refuse(self.hub.faults.status, f"refused, {self.headers.get('Authorization')}")
            elif path == "/api/models":
                self._search(query)
            elif path.startswith("/api/models/"):
                self._api(path.removeprefix("/api/models/"), query)
            elif path.startswith("/large/"):
                self._large(path.removeprefix("/large/"))
            elif "/resolve/" in path:
                self._resolve(*path[1:].split("/resolve/", 1))
            else:
                self._refuse(404, "no such page")
        except (BrokenPipeError, ConnectionResetError):
            pass  # who asked is gone

    def _search(self, query: dict[str, list[str]]) -> None:
        [text] = query.get("search", [""])
        limit = int(query.get("limit", ["1000"])[0])
        wanted = {*query.get("filter", []), *query.get("pipeline_tag", [])}
        found = [
            info
            for name, repository in self.hub.models.items()
            if text.lower() in name.lower() and wanted <= {*(info := repository.info(name, sizes=False))["tags"]}
        ]
        found.sort(key=lambda info: -info["downloads"])
        shown = {"id", "modelId", "_id", *query.get("expand", [])}
        self._json([{key: value for key, value in info.items() if key in shown} for info in found[:limit]])

    def _api(self, path: str, query: dict[str, list[str]]) -> None:
        name, revision, tree = path, "", False
        for mark in ("/revision/", "/tree/"):
            if mark in path:
                name, revision = path.split(mark, 1)
                tree = mark == "/tree/"
        if name in self.hub.moved:
            return self._send(307, b"", {"Location": self.path.replace(name, self.hub.moved[name])})
        repository = self.hub.models.get(name)
        if repository is None:  # so that nobody learns which private ones there are
            return self._refuse(401, "Invalid username or password.", "RepoNotFound")
        if revision not in ("", "main", repository.revision):
            return self._refuse(404, "Invalid rev id", "RevisionNotFound")
        if not tree:
            return self._json(repository.info(name, sizes="blobs" in query))
        listed = [repository.listed(file, sizes=True) for file in sorted(repository.files)]
        entries = [{"type": "file", "path": f["rfilename"], "size": f["size"], "oid": f["blobId"]} for f in listed]
        for entry, each in zip(entries, listed, strict=True):
            if "lfs" in each:
                entry["lfs"] = {"oid": each["lfs"]["sha256"], "size": each["lfs"]["size"], "pointerSize": 134}
        return self._json(entries)

    def _resolve(self, name: str, rest: str) -> None:
        revision, _, file = rest.partition("/")
        repository = self.hub.models.get(name)
        if repository is None:
            return self._refuse(401, "Invalid username or password.", "RepoNotFound")
        if repository.gated and not self.headers.get("Authorization"):
            return self._refuse(401, "Access to this model is restricted.", "GatedRepo")
        content = repository.files.get(file)
        if content is None or revision not in ("main", repository.revision):
            return self._refuse(404, "Entry not found", "EntryNotFound")
        headers = {"X-Repo-Commit": repository.revision, "ETag": f'"{_git(content)}"'}
        if not _is_large(file):
            return self._send(200, content, headers)
        sha256 = hashlib.sha256(content).hexdigest()
        headers |= {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(len(content))}
        # Another host, as far as a client can tell: its name differs.
        elsewhere = self.hub.address.replace("127.0.0.1", "localhost")
        return self._send(302, b"", headers | {"Location": f"{elsewhere}/large/{sha256}"})

    def _large(self, sha256: str) -> None:
        faults = self.hub.faults
        content = self.hub.large(sha256)
        if content is None:
            return self._refuse(404, "gone")
        if faults.file_status and self._happens():
            return self._refuse(faults.file_status, "refused")
        if faults.other_bytes:
            content = content[:-1] + bytes([content[-1] ^ 1])
        begin = 0
        if (asked := self.headers.get("Range", "")) and not faults.no_ranges:
            begin = int(asked.removeprefix("bytes=").partition("-")[0])
            if begin >= len(content):
                return self._refuse(416, "no such bytes")
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", f'"{sha256}"')
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        if self.command == "HEAD":
            return None
        end = len(content)
        if faults.cut_after >= 0 and self._happens():
            end = min(end, begin + faults.cut_after)
        for start in range(begin, end, _PIECE):
            piece = content[start : min(start + _PIECE, end)]
            self.wfile.write(piece)
            self.hub.sent += len(piece)
            if faults.piece_s and self.hub.closing.wait(faults.piece_s):
                break
        return None

    def _happens(self) -> bool:
        self.hub.faults.times -= 1
        return self.hub.faults.times >= 0

    def _json(self, content: object) -> None:
        self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _refuse(self, status: int, message: str, code: str = "") -> None:
        headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
        if self.hub.faults.retry_after:
            headers["Retry-After"] = self.hub.faults.retry_after
        self._send(status, json.dumps({"error": message}).encode(), headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
