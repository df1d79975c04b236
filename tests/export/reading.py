"""Reads exports back, each with another program than the one that wrote it; lines and paragraphs as a reader sees them."""

from __future__ import annotations

import posixpath
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from pypdf import PdfReader

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
X = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"

_BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "pre", "blockquote", "td", "th", "hr", "div", "section"}
_VOID = {"br", "hr", "meta", "link", "img", "col", "input"}


def part(path: Path, name: str) -> ElementTree.Element:
    """One XML file of an archive."""
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read(name))


def read(path: Path) -> str:
    """The text of the export at `path`: a line break is a newline, paragraphs stand on lines of their own."""
    return {".pdf": _pdf, ".docx": _docx, ".odt": _odt, ".html": _html, ".epub": _epub}.get(path.suffix, _text)(path)


def words(path: Path) -> str:
    """The text of the export at `path` with every run of white space as one space."""
    return " ".join(read(path).split())


def title(path: Path) -> str:
    """The title in the metadata of the export at `path`."""
    match path.suffix:
        case ".pdf":
            metadata = PdfReader(path).metadata
            return str(metadata.title) if metadata is not None else ""
        case ".docx":
            return _found(part(path, "docProps/core.xml"), f"{DC}title")
        case ".odt":
            return _found(part(path, "meta.xml"), f".//{DC}title")
        case ".epub":
            return _found(package(path), f".//{DC}title")
    parser = _Page()
    parser.feed(path.read_text("utf-8"))
    return parser.title


def package(path: Path) -> ElementTree.Element:
    """The package document of an EPUB."""
    return part(path, package_path(path))


def package_path(path: Path) -> str:
    """Where the package document of an EPUB is, by its container."""
    root = part(path, "META-INF/container.xml").find(f".//{CONTAINER}rootfile")
    assert root is not None
    return root.attrib["full-path"]


def chapters(path: Path) -> list[str]:
    """The names of the files that an EPUB is read in, in order."""
    root = package(path)
    hrefs = {item.attrib["id"]: item.attrib["href"] for item in root.iter(f"{OPF}item")}
    folder = posixpath.dirname(package_path(path))
    return [posixpath.join(folder, hrefs[ref.attrib["idref"]]) for ref in root.iter(f"{OPF}itemref")]


def page(path: Path) -> _Page:
    """An HTML export, parsed."""
    parser = _Page()
    parser.feed(path.read_text("utf-8"))
    parser.close()
    return parser


def _found(root: ElementTree.Element, name: str) -> str:
    element = root.find(name)
    assert element is not None
    return element.text or ""


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _pdf(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def _docx(path: Path) -> str:
    notes = [note for note in part(path, "word/footnotes.xml") if f"{W}type" not in note.attrib]
    return "\n".join(_docx_paragraph(p) for root in (part(path, "word/document.xml"), *notes) for p in root.iter(f"{W}p"))


def _docx_paragraph(paragraph: ElementTree.Element) -> str:
    marks = {f"{W}br": "\n", f"{W}tab": "\t"}
    return "".join(marks.get(e.tag, (e.text or "") if e.tag == f"{W}t" else "") for e in paragraph.iter())


def _odt(path: Path) -> str:
    lines: list[str] = []
    for element in part(path, "content.xml").iter():
        if element.tag in (f"{T}p", f"{T}h"):
            lines.append(_odt_inside(element))
    return "\n".join(lines)


def _odt_inside(element: ElementTree.Element) -> str:
    out = element.text or ""
    for child in element:
        if child.tag == f"{T}line-break":
            out += "\n"
        elif child.tag == f"{T}tab":
            out += "\t"
        elif child.tag == f"{T}s":
            out += " " * int(child.attrib.get(f"{T}c", "1"))
        elif child.tag != f"{T}note":
            out += _odt_inside(child)
        out += child.tail or ""
    return out


def _html(path: Path) -> str:
    return page(path).text


def _epub(path: Path) -> str:
    out = []
    with zipfile.ZipFile(path) as archive:
        for name in chapters(path):
            body = ElementTree.fromstring(archive.read(name)).find(f"{X}body")
            assert body is not None
            out.append(_xhtml(body))
    return "\n".join(out)


def _xhtml(element: ElementTree.Element) -> str:
    name = element.tag.removeprefix(X)
    out = "\n" if name in _BLOCKS else ""
    out += _one_line(element.text, name == "pre")
    for child in element:
        out += "\n" if child.tag == f"{X}br" else _xhtml(child)
        out += _one_line(child.tail, name == "pre" or child.tag == f"{X}br")
    return out


def _one_line(text: str | None, keep: bool) -> str:
    return (text or "").removeprefix("\n") if keep else (text or "").replace("\n", " ")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.title = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._inside.append(tag)
        if tag == "br" or tag in _BLOCKS:
            self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._inside.pop() == tag, "tags are nested properly"

    def handle_data(self, data: str) -> None:
        if "title" in self._inside:
            self.title += data
        elif "body" in self._inside:
            after_break = self.text.endswith("\n")
            self.text += data.removeprefix("\n") if after_break else data
