"""What was open when the program ended: windows, drafts, cursors, what is shown. Never any text of a draft."""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterword.files import put_aside, write_whole
from afterword.watch import Watch

PANES = ("page", "notes", "panel", "status")
"""Where the focus can be."""

_VERSION = 1
_LARGEST = 1 << 20  # bytes of the file
_WINDOWS = 64
_GEOMETRY = 1 << 12  # bytes; Qt writes 66
_LONGEST_PATH = 1 << 15  # characters: the most that a system takes (Windows)
_FURTHEST = (1 << 31) - 1  # Qt counts positions with an int
_ZOOM = 100  # points
_SIZES, _WIDEST = 8, 1 << 16  # pixels

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenWindow:
    """One window.

    Attributes:
        geometry: place, size, screen, and whether it fills the screen, as QWidget.saveGeometry says; b"" where not known.
        draft: the file on its page, an absolute path; None for a draft that was never saved.
        position: of the cursor, in UTF-16 units as Qt counts.
        anchor: where the selection begins; as `position` without one.
        top: of the first character in sight.
        notes: whether the notes for the model are shown.
        panel: whether the sampling panel is shown.
        sizes: of the page, the notes and the panel, in pixels; () where not known.
        zoom: by how many points the font is larger than the settings say.
        focus: one of `PANES`.
    """

    geometry: bytes = b""
    draft: Path | None = None
    position: int = 0
    anchor: int = 0
    top: int = 0
    notes: bool = False
    panel: bool = True
    sizes: tuple[int, ...] = ()
    zoom: int = 0
    focus: str = "page"


@dataclass(frozen=True)
class Session:
    """All windows.

    Attributes:
        windows: those that were open, in the order in which they were opened.
        front: which of them was used last; 0 where there is none.
    """

    windows: tuple[OpenWindow, ...] = ()
    front: int = 0


@dataclass(frozen=True)
class Found:
    """What can come back.

    Attributes:
        session: without the windows whose drafts are gone.
        missing: the files of those.
    """

    session: Session = Session()
    missing: tuple[Path, ...] = ()


def write_session(file: Path, session: Session, *, watch: Watch | None = None) -> None:
    """Write down `session`; a task for `Jobs`. Raises OSError, and Cancelled: what was written down before still is."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    windows = [_record(window) for window in session.windows[:_WINDOWS]]
    write_whole(file, json.dumps({"afterword": _VERSION, "windows": windows, "front": session.front}).encode(), watch)


def read_session(file: Path, *, watch: Watch | None = None) -> Found:
    """What `write_session` wrote, as far as it makes sense; a task for `Jobs`.

    Whatever is not as it should be is at its default. A file of which nothing makes sense is put aside and counts as none.

    Raises:
        Cancelled: it was asked to stop.
    """
    try:
        with file.open("rb") as source:
            data = source.read(_LARGEST + 1)
        session = _session(data)
    except FileNotFoundError:
        return Found()
    except OSError as error:
        _log.warning("the session cannot be read: %s", error)
        return Found()
    except (ValueError, RecursionError) as error:
        _log.warning("the session makes no sense and is put aside: %s", error)
        try:
            put_aside(file)
        except OSError as reason:
            _log.warning("it stays: %s", reason)
        return Found()
    return _without_missing(session, watch)


def _without_missing(session: Session, watch: Watch | None) -> Found:
    there: list[OpenWindow] = []
    missing: list[Path] = []
    front = 0
    for number, window in enumerate(session.windows):
        if watch is not None:
            watch.check()
        if window.draft is not None and not os.path.isfile(window.draft):
            missing.append(window.draft)
            continue
        if number <= session.front:
            front = len(there)
        there.append(window)
    return Found(Session(tuple(there), front), tuple(dict.fromkeys(missing)))


def _record(window: OpenWindow) -> dict[str, Any]:
    return {
        **vars(window),
        "geometry": base64.b64encode(window.geometry).decode("ascii"),
        "draft": None if window.draft is None else str(window.draft),
    }


def _session(data: bytes) -> Session:
    if len(data) > _LARGEST:
        raise ValueError("too large")
    record = json.loads(data)
    if not isinstance(record, dict) or record.get("afterword") != _VERSION or not isinstance(record.get("windows"), list):
        raise ValueError("not a session, or of another version")
    windows = tuple(_window(entry) for entry in record["windows"][:_WINDOWS] if isinstance(entry, dict))
    return Session(windows, _number(record.get("front"), 0, len(windows) - 1) or 0)


def _window(entry: dict[str, Any]) -> OpenWindow:
    fitting = {key: entry[key] for key, fits in _FITS.items() if key in entry and fits(entry[key])}
    sizes = tuple(fitting.pop("sizes", ()))
    return OpenWindow(**fitting, sizes=sizes, geometry=_geometry(entry.get("geometry")), draft=_path(entry.get("draft")))


def _number(value: Any, low: int, high: int) -> int | None:
    return value if type(value) is int and low <= value <= high else None


def _is_place(value: Any) -> bool:
    return _number(value, 0, _FURTHEST) is not None


def _are_sizes(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _SIZES and all(_number(size, 0, _WIDEST) is not None for size in value)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


_FITS: dict[str, Callable[[Any], bool]] = {
    "position": _is_place,
    "anchor": _is_place,
    "top": _is_place,
    "notes": _is_bool,
    "panel": _is_bool,
    "sizes": _are_sizes,
    "zoom": lambda value: _number(value, -_ZOOM, _ZOOM) is not None,
    "focus": lambda value: isinstance(value, str) and value in PANES,
}


def _geometry(value: Any) -> bytes:
    try:
        geometry = base64.b64decode(value, validate=True)
    except (ValueError, TypeError):
        return b""
    return geometry if len(geometry) <= _GEOMETRY else b""


def _path(value: Any) -> Path | None:
    if not isinstance(value, str) or not value or "\0" in value or len(value) > _LONGEST_PATH or not os.path.isabs(value):
        return None
    return Path(value)
