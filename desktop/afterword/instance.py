"""One process: a second `afterword DRAFT` hands the draft to the first instead of loading a second model."""

from __future__ import annotations

import getpass
import hashlib
import json
from pathlib import Path

from PySide6.QtCore import QDir, QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_TIMEOUT_MS = 1000
_TAKEN = b"taken\n"
_LONGEST = 100_000  # bytes of a message; paths are shorter


def server_name(data_dir: Path) -> str:
    """The name of this user's server; another data directory is another Afterword."""
    return "afterword-" + hashlib.sha256(f"{getpass.getuser()}\n{data_dir}".encode()).hexdigest()[:16]


def hand_over(name: str, draft: Path | None) -> bool:
    """Give `draft` (None: only come to the front) to a running Afterword; whether there was one that took it."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_TIMEOUT_MS):
        return False
    socket.write(json.dumps({"draft": None if draft is None else str(draft.absolute())}).encode() + b"\n")
    socket.flush()
    taken = False
    while not taken and socket.waitForReadyRead(_TIMEOUT_MS):
        taken = socket.canReadLine() and bytes(socket.readLine().data()) == _TAKEN
    socket.abort()
    return taken


class Instance(QObject):
    """Takes drafts from later processes of the same user.

    Signals:
        draft_handed: a Path, or None when the window should only come to the front.
    """

    draft_handed = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)
        self._name = name
        # A name alone does not exclude: on Unix a second server takes it from the first without a word.
        self._lock = QLockFile(str(Path(QDir.tempPath()) / f"{name}.lock"))
        self._lock.setStaleLockTime(0)  # it is stale when its process is gone, however old it is

    def listen(self) -> bool:
        """Become the one that later processes talk to; False when another process is, or became so in this moment."""
        if not self._lock.tryLock(0):
            return False
        QLocalServer.removeServer(self._name)  # who holds the lock is the only one: what is there was left behind by a crash
        return self._server.listen(self._name)

    def close(self) -> None:
        """Talk to nobody any more; the next process may take the place."""
        self._server.close()
        self._lock.unlock()

    @Slot()
    def _connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setParent(self)
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(socket.deleteLater)
            if socket.bytesAvailable():
                self._take(socket)

    @Slot()
    def _read(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._take(socket)

    def _take(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            return
        try:
            draft = json.loads(bytes(socket.readLine().data()))["draft"]
            path = None if draft is None else Path(draft)
        except (ValueError, KeyError, TypeError):
            socket.abort()
            return
        socket.write(_TAKEN)
        socket.flush()
        self.draft_handed.emit(path)
