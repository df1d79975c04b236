"""The last touches on documents that are ZIP archives (DOCX, ODT, EPUB)."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

UNWRITTEN = "afterword-unwritten"  # the class of a heading that is for the table of contents only

_NEVER = b"1970-01-01T00:00:00Z"  # pandoc in its sandbox does not know the time
_UNWRITTEN_HEADING = re.compile(rb"<h1[^>]*\b" + UNWRITTEN.encode() + rb"\b[^>]*>.*?</h1>\s*", re.DOTALL)
_METADATA = ("docProps/core.xml", "meta.xml", "EPUB/content.opf")


def zipped(folder: Path) -> bytes:
    """The files in `folder` as an archive, in the order of their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.writestr(file.relative_to(folder).as_posix(), file.read_bytes())
    return out.getvalue()


def retouched(data: bytes, replace: Mapping[str, bytes] | None = None) -> bytes:
    """The archive `data` with the time of its making in its metadata, and without the headings that nobody wrote.

    Order and compression of the members stay: an EPUB begins with its type, uncompressed.

    Args:
        data: the archive.
        replace: members by name, with new content.
    """
    replace = replace or {}
    now = time.gmtime()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", now).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            content = replace.get(member.filename) or old.read(member)
            if member.filename in _METADATA:
                content = content.replace(_NEVER, stamp)
            elif member.filename.startswith("EPUB/text/"):
                content = _UNWRITTEN_HEADING.sub(b"", content)
            fresh = zipfile.ZipInfo(member.filename, now[:6])
            fresh.compress_type = member.compress_type
            new.writestr(fresh, content)
    return out.getvalue()
