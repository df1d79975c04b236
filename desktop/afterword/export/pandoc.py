"""Pandoc as a child process: in its sandbox, so that it reads no file and no address that a text names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pypandoc

from afterword.export.process import ConversionFailed, run
from afterword.export.tree import Node
from afterword.paths import resources_dir
from afterword.watch import Watch


def resource(name: str) -> Path:
    """The path of one of the templates and styles of exports."""
    return resources_dir() / "export" / name


def read(text: str, reader: str, watch: Watch) -> Node:
    """The tree of `text` in the format `reader`.

    Raises:
        ConversionFailed: pandoc cannot, or the text is nested too deeply.
        Cancelled: it was asked to stop.
    """
    out = _pandoc(["--from", reader, "--to", "json"], text.encode(), watch)
    try:
        return dict(json.loads(out))
    except RecursionError as error:
        raise ConversionFailed("its parts are nested too deeply") from error


def write(document: Node, writer: str, options: Sequence[str], watch: Watch) -> bytes:
    """`document` in the format `writer`; raises as `read` does."""
    return _pandoc(["--from", "json", "--to", writer, *options], json.dumps(document).encode(), watch)


def _pandoc(options: list[str], data: bytes, watch: Watch) -> bytes:
    try:
        program = pypandoc.get_pandoc_path()
    except OSError as error:
        raise ConversionFailed("pandoc is not installed") from error
    # The data folder of pandoc may hold templates of the user's that are meant for other things; ours has none by their names.
    data_folder = f"--data-dir={resource('')}"
    heap = ["+RTS", f"-M{1024 + len(data) // 2000}m", "-RTS"]  # several times what it needs, far from all there is
    return run([program, *heap, "--sandbox", data_folder, "--wrap=preserve", *options, "--output=-"], data, watch)
