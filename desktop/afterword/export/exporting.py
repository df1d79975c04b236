"""A text to a file in another format."""

from __future__ import annotations

import sys
import tempfile
import uuid
from pathlib import Path

from afterword.errors import ExportFailed
from afterword.export import pandoc
from afterword.export.archive import UNWRITTEN, retouched, zipped
from afterword.export.formats import format_of
from afterword.export.markdown import READER, source, tame
from afterword.export.pandoc import resource
from afterword.export.plain import escape_markdown, paragraphs, tree_of_plain
from afterword.export.process import ConversionFailed, run
from afterword.export.shaping import for_odt, for_typst, for_word
from afterword.export.tree import Node, nodes, string, text_of
from afterword.files import reason, write_whole
from afterword.text.characters import printable, writable
from afterword.text.kind import Kind
from afterword.watch import Watch

_LONGEST_TITLE = 120  # characters


def export(
    text: str, kind: Kind, target: Path, *, title: str = "", language: str = "", closing: str = "", watch: Watch | None = None
) -> Path:
    """Write `text` to `target` in the format of its ending (one of `formats.FORMATS`), whole or not at all.

    Markdown is read as the module `markdown` says: HTML comes out as text, pictures as their descriptions. Nothing is fetched
    and no other file is read. Plain text is never parsed; its runs of spaces and empty lines survive as far as the format
    allows. A text goes to a file of its own kind as it is. Control characters are left out of all other formats.

    Args:
        text: all of it.
        kind: how to read it.
        target: where to; its folder must exist. A file that is there is replaced by a whole new one only.
        title: for the metadata; else the first heading, else the first line, else the name of `target`. It never appears on
            the page.
        language: of the text, as a BCP 47 tag such as "en-GB"; "" when it is not known.
        closing: plain words for a last paragraph that is not in the text.
        watch: told the stages "reading", "converting", "typesetting" and "saving"; may stop it before the file is in place.

    Returns:
        `target`.

    Raises:
        ExportFormatUnknown: no format has this ending.
        ExportFailed: it could not be made or written; what was at `target` is untouched.
        Cancelled: it was asked to stop, likewise.
    """
    format = format_of(target)
    watch = watch or Watch()
    try:
        data = _converted(text, kind, format, title, target.stem, language, closing, watch)
        watch.report(0.95, "saving")
        write_whole(target, data, watch)
    except ConversionFailed as error:
        raise ExportFailed(target, str(error)) from error
    except RecursionError as error:
        raise ExportFailed(target, "its parts are nested too deeply") from error
    except OSError as error:
        raise ExportFailed(target, reason(error)) from error
    return target


def _converted(text: str, kind: Kind, format: str, title: str, stem: str, language: str, closing: str, watch: Watch) -> bytes:
    watch.report(0.0, "reading")
    if format == ("md" if kind is Kind.MARKDOWN else "txt"):
        return writable(_closed(text, escape_markdown(closing) if format == "md" else closing)).encode()
    if format == "md":
        return _closed(escape_markdown(text), escape_markdown(closing)).encode()
    if kind is Kind.PLAIN:
        document = tree_of_plain(text, exact_spaces=format in ("docx", "odt"))
    else:
        document = tame(pandoc.read(source(text), READER, watch), links_as_text=format == "txt")
    title = _one_line(title) or _title_of(document) or _one_line(stem)
    document["meta"] = {"title": {"t": "MetaInlines", "c": [string(title)]}}
    if language or format == "epub":  # an EPUB must name a language; "und" says that it is not known
        document["meta"]["lang"] = {"t": "MetaString", "c": language or "und"}
    if closing:
        document["blocks"] = [*document["blocks"], *paragraphs(closing)]
    watch.report(0.3, "converting")
    match format:
        case "txt":
            return pandoc.write(document, "plain", [], watch)
        case "html":
            return pandoc.write(document, "html5", [f"--template={resource('page.html')}"], watch)
        case "epub":
            options = ["--epub-title-page=false", "--split-level=1"]
            # In its sandbox pandoc draws the same number for every book, and readers take all of them for one.
            document["meta"]["identifier"] = {"t": "MetaString", "c": f"urn:uuid:{uuid.uuid4()}"}
            book = pandoc.write(_beginning_with_a_heading(document), "epub3", options, watch)
            return retouched(book, {"EPUB/styles/stylesheet1.css": resource("book.css").read_bytes()})
        case "docx" | "odt":
            with tempfile.TemporaryDirectory() as folder:
                styles = Path(folder) / f"styles.{format}"
                styles.write_bytes(zipped(resource(format)))
                options = [f"--template={resource(f'page.{format}.xml')}", f"--reference-doc={styles}"]
                shaped = for_word(document) if format == "docx" else for_odt(document)
                return retouched(pandoc.write(shaped, format, options, watch))
    page = pandoc.write(for_typst(document), "typst", [f"--template={resource('page.typ')}"], watch)
    watch.report(0.6, "typesetting")
    return run([sys.executable, "-P", "-m", "afterword.export.typeset"], page, watch)


def _closed(text: str, closing: str) -> str:
    return f"{text.rstrip()}\n\n{closing}\n" if closing else text


def _beginning_with_a_heading(document: Node) -> Node:
    """`document` for an EPUB: where no heading of the first level begins it, pandoc would print the title there."""
    blocks = document["blocks"]
    if blocks and blocks[0]["t"] == "Header" and blocks[0]["c"][0] == 1:
        return document
    title = document["meta"]["title"]["c"]
    return {**document, "blocks": [{"t": "Header", "c": [1, ["", [UNWRITTEN], []], title]}, *blocks]}


def _title_of(document: Node) -> str:
    for tag in ("Header", "Para", "Plain"):
        for node in nodes(document["blocks"], tag):
            inlines = node["c"][2] if tag == "Header" else _first_line(node["c"])
            if title := _one_line(text_of(inlines)):
                return title
    return ""


def _first_line(inlines: list[Node]) -> list[Node]:
    return inlines[: next((i for i, inline in enumerate(inlines) if inline["t"] == "LineBreak"), len(inlines))]


def _one_line(title: str) -> str:
    title = " ".join(printable(title).split())
    return title if len(title) <= _LONGEST_TITLE else title[:_LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
