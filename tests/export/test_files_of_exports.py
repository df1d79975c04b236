"""What holds for the file of every export: whole or not at all, valid, of any text, and stopped when nobody wants it."""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from afterword.errors import Cancelled, ExportFailed, ExportFormatUnknown
from afterword.export.exporting import export
from afterword.export.formats import FORMATS, format_of
from afterword.sentences import sentence
from afterword.text.kind import Kind
from afterword.watch import Watch
from tests.export.reading import DC, OPF, W, X, chapters, package, package_path, page, part, read, words

TROUBLE = "\x00\x01\x0b\x0c\x1b\x7f\x85\u2028\ufffe\uffff\ud83d\n *_#<>[]`&"
ARCHIVES = ("docx", "odt", "epub")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_draft_has_an_export(exported, format, kind):
    assert words(exported("\n\n \t\n", format, kind)) == ""
    assert words(exported("", format, kind)) == ""


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.one_of(st.characters(), st.sampled_from("\x00\x01\x0b\x0c\x1b\x7f\x85\u2028\ufffe\uffff\ud83d\n *_#<>[]`&")))
)
def test_any_text_has_an_export_that_can_be_read(exported, format, kind, text):
    path = exported(text, format, kind, title=text)
    read(path)
    if format in ARCHIVES:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".xhtml", ".opf", ".ncx", ".rels")):
                    ElementTree.fromstring(archive.read(name))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("format", FORMATS)
def test_a_closing_line_is_the_last_paragraph(tmp_path, format, kind):
    path = export("Note[^1]\n\n[^1]: below\n\n- a list\n\n", kind, tmp_path / f"a.{format}", closing="Half of *this* was typed.")
    lines = [line.strip() for line in read(path).splitlines() if line.strip()]
    at = next(number for number, line in enumerate(lines) if "typed." in line)
    assert lines[at] == ("Half of \\*this\\* was typed." if format == "md" else "Half of *this* was typed.")
    assert at > 0
    assert not [line for line in lines[at + 1 :] if "list" in line]


def test_a_closing_line_is_no_title(tmp_path):
    path = export("***", Kind.MARKDOWN, tmp_path / "a.epub", closing="All was typed.")
    [title] = package(path).iter(f"{DC}title")
    assert title.text == "a"


@pytest.mark.parametrize("format", [format for format in FORMATS if format != "md"])
def test_control_characters_written_as_entities_do_not_come_through(exported, format):
    assert words(exported("a&#1;b `c\x02d` &#xFFFE;e [f\x03](http://x.de/\x04g)", format)).startswith("ab cd")


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_replaces_what_was_there_and_leaves_nothing_else(tmp_path, format):
    target = tmp_path / f"a.{format.upper()}"
    target.write_text("old")
    target.chmod(0o640)
    assert export("new", Kind.MARKDOWN, target) == target
    assert target.read_bytes() != b"old"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [target.name]


@pytest.mark.parametrize("format", FORMATS)
def test_progress_goes_forward_by_stages(tmp_path, format):
    told: list[tuple[float, str]] = []
    export("text", Kind.MARKDOWN, tmp_path / f"a.{format}", watch=Watch(lambda share, stage: told.append((share, stage))))
    stages = {"md": [], "pdf": ["converting", "typesetting"]}.get(format, ["converting"])
    assert [stage for _, stage in told] == ["reading", *stages, "saving"]
    shares = [share for share, _ in told]
    assert shares == sorted(set(shares))


@pytest.mark.parametrize("stage", ["reading", "converting", "typesetting", "saving"])
def test_stopping_at_any_stage_leaves_what_was_there(tmp_path, stage):
    target = tmp_path / "a.pdf"
    target.write_text("old")
    watch = Watch(lambda _, at: watch.cancel() if at == stage else None)
    with pytest.raises(Cancelled):
        export("text", Kind.MARKDOWN, target, watch=watch)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.pdf"]


def test_an_unknown_ending_names_the_known(tmp_path):
    with pytest.raises(ExportFormatUnknown) as caught:
        export("text", Kind.MARKDOWN, tmp_path / "a.doc")
    assert sentence(caught.value).endswith("Known endings: .pdf, .docx, .odt, .epub, .html, .md, .txt.")
    assert not (tmp_path / "a.doc").exists()
    with pytest.raises(ExportFormatUnknown):
        format_of(tmp_path / "pdf")
    assert format_of(tmp_path / "a.HTM") == "html"


def test_a_missing_folder_and_a_folder_as_target_say_so(tmp_path):
    with pytest.raises(ExportFailed) as caught:
        export("text", Kind.MARKDOWN, tmp_path / "gone" / "a.html")
    assert caught.value.reason == "no such file or directory"
    (tmp_path / "a.html").mkdir()
    with pytest.raises(ExportFailed) as caught:
        export("text", Kind.MARKDOWN, tmp_path / "a.html")
    assert caught.value.reason == "is a directory"


def test_a_converter_that_is_not_there_says_so(tmp_path, monkeypatch):
    def missing() -> str:
        raise OSError("No pandoc was found: either install pandoc ...")

    monkeypatch.setattr("pypandoc.get_pandoc_path", missing)
    (tmp_path / "a.html").write_text("old")
    with pytest.raises(ExportFailed) as caught:
        export("text", Kind.MARKDOWN, tmp_path / "a.html")
    assert caught.value.reason == "pandoc is not installed"
    assert (tmp_path / "a.html").read_text() == "old"


def test_a_text_that_no_converter_can_take_says_so(tmp_path):
    with pytest.raises(ExportFailed) as caught:
        export("[" * 1500 + "*a " * 1500 + "b" + "*" * 1500, Kind.MARKDOWN, tmp_path / "a.html")
    assert caught.value.reason == "its parts are nested too deeply"


def test_a_book_is_one_by_its_standard(exported):
    path = exported("Before.\n\n# One\n\ntext[^1]\n\n# Two\n\nmore\n\n[^1]: note\n", "epub", title="Book", language="de-CH")
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        assert archive.read("mimetype") == b"application/epub+zip"
        names = set(archive.namelist())
        assert archive.testzip() is None
    root = package(path)
    folder = package_path(path).rsplit("/", 1)[0]
    items = {item.attrib["href"]: item.attrib for item in root.iter(f"{OPF}item")}
    assert {f"{folder}/{href}" for href in items} <= names
    assert [attrib for attrib in items.values() if attrib.get("properties") == "nav"]
    metadata = {name: root.findtext(f".//{DC}{name}") for name in ("title", "language", "identifier")}
    assert (metadata["title"], metadata["language"]) == ("Book", "de-CH")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", metadata["identifier"] or "")
    modified = [meta.text or "" for meta in root.iter(f"{OPF}meta") if meta.attrib.get("property") == "dcterms:modified"]
    assert modified[0] > "2025"
    assert len(chapters(path)) >= 3
    toc = part(path, f"{folder}/nav.xhtml")
    assert ["".join(a.itertext()) for a in toc.iter(f"{X}a")] == ["Book", "One", "Two"]
    for a in toc.iter(f"{X}a"):
        name, _, anchor = a.attrib["href"].partition("#")
        assert anchor in {e.attrib.get("id") for e in part(path, f"{folder}/{name}").iter()}
    assert words(path).startswith("Before. One text")


def test_two_books_are_not_taken_for_one(exported):
    identifiers = {package(exported("a", "epub")).findtext(f".//{DC}identifier") for _ in range(2)}
    assert len(identifiers) == 2


@pytest.mark.parametrize("name", ["docx", "odt"])
def test_office_documents_know_when_they_were_made(exported, name):
    root = part(exported("a", name), "docProps/core.xml" if name == "docx" else "meta.xml")
    dates = [e.text or "" for e in root.iter() if e.tag.endswith(("created", "modified", "date"))]
    assert dates
    assert all(date > "2025" for date in dates)


def test_an_odt_lists_all_its_files(exported):
    path = exported("a", "odt")
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        names = {name for name in archive.namelist() if name not in ("mimetype", "META-INF/manifest.xml")}
    listed = {value for e in part(path, "META-INF/manifest.xml") for key, value in e.attrib.items() if key.endswith("full-path")}
    assert names == listed - {"/"}


def test_pages_are_a4_and_numbered(exported):
    text = "word " * 2000
    pdf = PdfReader(exported(text, "pdf"))
    assert [round(float(length)) for length in pdf.pages[0].mediabox[2:]] == [595, 842]
    assert len(pdf.pages) > 2
    assert [page.extract_text().split()[-1] for page in pdf.pages] == [str(n + 1) for n in range(len(pdf.pages))]
    assert read(exported("one page", "pdf")) == "one page"
    docx = exported(text, "docx")
    size = part(docx, "word/document.xml").find(f".//{W}pgSz")
    assert size is not None
    assert size.attrib == {f"{W}w": "11906", f"{W}h": "16838"}
    assert part(docx, "word/document.xml").find(f".//{W}footerReference") is not None
    assert "PAGE" in "".join(part(docx, "word/footer1.xml").itertext())
    assert any(e.tag.endswith("page-number") for e in part(exported(text, "odt"), "styles.xml").iter())


def test_a_pdf_carries_its_fonts(exported):
    resources = PdfReader(exported("text *and* `code`", "pdf")).pages[0]["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    fonts = resources["/Font"].get_object()
    assert isinstance(fonts, DictionaryObject)
    descriptions = [font.get_object() for font in fonts.values()]
    names = {str(font["/BaseFont"]).split("+")[-1] for font in descriptions if isinstance(font, DictionaryObject)}
    assert {name.split("-")[0] for name in names} == {"LibertinusSerif", "DejaVuSansMono"}


def test_a_page_of_the_web_stands_alone(exported):
    path = exported("# T\n\ntext", "html", language="en-GB")
    parsed = page(path)
    assert not [tag for tag, _ in parsed.tags if tag in ("link", "script", "img", "iframe")]
    source = path.read_text()
    assert "url(" not in source
    assert "@import" not in source
    assert "prefers-color-scheme: dark" in source
    assert parsed.tags[0] == ("html", {"lang": "en-GB"})


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.long
def test_a_novel_of_a_million_characters(exported, format):
    text = "".join(f"# Chapter {n}\n\n" + "It was a *quiet* day -- nobody spoke.\nGulls slept. " * 600 for n in range(20))
    text += "x" * (1_000_000 - len(text))
    assert "Chapter 19" in read(exported(text, format))
