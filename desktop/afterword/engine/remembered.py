"""What was found out about this machine and its models, kept beside the models: small files of JSON, one object each."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from filelock import FileLock

from afterword import files

_LOCK_S = 10.0  # to wait for another process that remembers something

_log = logging.getLogger(__name__)


def known(file: Path) -> dict[str, Any]:
    """All that `file` holds; nothing where it cannot be read."""
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def remember(file: Path, key: str, value: Any) -> None:
    """Keep `value` under `key`, and what is there of others; where that cannot be, the log says so."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_name(f".{file.name}.lock"), timeout=_LOCK_S):
            files.write_whole(file, json.dumps(known(file) | {key: value}, indent=1).encode())
    except OSError:
        _log.warning("%s cannot be kept", file.name, exc_info=True)
