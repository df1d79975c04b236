from __future__ import annotations

import os
from pathlib import Path

import pytest
from charset_normalizer import CharsetMatches, from_bytes

from afterword.drafts.draft import LARGE_BYTES, LARGEST_BYTES, Draft, changed_outside, read_draft, write_draft
from afterword.drafts.encoding import Form
from afterword.errors import (
    Cancelled,
    DraftBinary,
    DraftEncoding,
    DraftError,
    DraftLarge,
    DraftMissing,
    DraftNotWritten,
    DraftTooLarge,
    DraftUnreadable,
)
from afterword.sentences import sentence
from afterword.text.kind import Kind, kind_of
from afterword.watch import Watch

BOM = b"\xef\xbb\xbf"


def test_a_saved_draft_is_read_back(tmp_path):
    path = tmp_path / "a.md"
    saved = write_draft(path, "Grüße, \U0001f600\n日本語\n")
    assert path.read_bytes() == "Grüße, \U0001f600\n日本語\n".encode()
    assert read_draft(path) == saved


@pytest.mark.parametrize("data", [b"", BOM, b"a\r\nb\r\n", BOM + b"a\rb", b"a\nb\r\nc\rd", "é\r\n\n\r".encode(), b"no end"])
def test_saving_what_was_opened_changes_no_byte(tmp_path, data):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    draft = read_draft(path)
    write_draft(path, draft.text, like=draft)
    assert path.read_bytes() == data


def test_an_edit_keeps_mark_and_line_endings_and_the_next_save_too(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(BOM + b"one\r\ntwo\nthree\r\n")
    draft = read_draft(path)
    assert draft.text == "one\ntwo\nthree\n"
    draft = write_draft(path, "one\ntwo\nand a half\nthree\n", like=draft)
    assert path.read_bytes() == BOM + b"one\r\ntwo\nand a half\r\nthree\r\n"
    write_draft(path, draft.text + "four\n", like=draft)
    assert path.read_bytes() == BOM + b"one\r\ntwo\nand a half\r\nthree\r\nfour\r\n"


def test_a_draft_saved_elsewhere_is_a_draft_of_that_place(tmp_path):
    draft = write_draft(tmp_path / "a.txt", "text")
    other = write_draft(tmp_path / "b.md", draft.text, like=draft)
    assert (other.path, other.kind) == (tmp_path / "b.md", Kind.MARKDOWN)
    assert (tmp_path / "a.txt").read_text() == "text"


def test_a_link_stays_one(tmp_path):
    (tmp_path / "real.md").write_text("old")
    link = tmp_path / "link.md"
    link.symlink_to("real.md")
    draft = read_draft(link)
    assert draft.path == link
    write_draft(link, "new", like=draft)
    assert link.is_symlink()
    assert (tmp_path / "real.md").read_text() == "new"


def test_what_cannot_be_opened_says_why(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "binary").write_bytes(b"\x7fELF\0")
    (tmp_path / "torn").write_bytes("Köln".encode("utf-16")[:-1])
    (tmp_path / "file").write_bytes(b"")
    cases: list[tuple[str, type[Exception], str]] = [
        ("missing", DraftMissing, "There is no file “{}”."),
        ("file/inside", DraftMissing, "There is no file “{}”."),
        ("", DraftUnreadable, "“{}” cannot be read: is a directory."),
        ("pipe", DraftUnreadable, "“{}” cannot be read: it is not an ordinary file."),
        ("circle", DraftUnreadable, "“{}” cannot be read: too many levels of symbolic links."),
        ("x" * 300, DraftUnreadable, "“{}” cannot be read: file name too long."),
        ("binary", DraftBinary, "“{}” is not a text file."),
        (
            "torn",
            DraftEncoding,
            "“{}” is damaged, or not in the encoding that it says (byte 8), so it was not opened.",
        ),
    ]
    for name, error, text in cases:
        with pytest.raises(error) as caught:
            read_draft(tmp_path / name)
        assert sentence(caught.value) == text.format(tmp_path / name)


def sparse(path: Path, size: int) -> Path:
    """A file of so many bytes, which takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_a_large_file_is_opened_where_the_writer_knows_it_and_one_that_is_too_large_never(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("its size is known before it is read"))
    for large in (False, True):
        with pytest.raises(DraftTooLarge) as most:
            read_draft(sparse(tmp_path / "b.md", LARGEST_BYTES + 1), large=large)
    assert sentence(most.value).endswith("is too large to be opened: it has 101 MB, and 100 MB are the most.")
    with pytest.raises(DraftLarge) as asked:
        read_draft(sparse(tmp_path / "a.md", LARGE_BYTES + 1))
    assert "is large (21 MB)" in sentence(asked.value)
    monkeypatch.undo()
    with pytest.raises(DraftBinary):  # it was read
        read_draft(tmp_path / "a.md", large=True)
    with pytest.raises(DraftBinary):
        read_draft(sparse(tmp_path / "c.md", LARGE_BYTES))


def test_a_file_that_grows_while_it_is_read_is_not_read_for_ever(tmp_path, monkeypatch):
    path = tmp_path / "log.txt"
    path.write_bytes(b"x" * 1000)
    monkeypatch.setattr(os, "read", lambda handle, count: b"x" * count)
    with pytest.raises(DraftLarge):
        read_draft(path)
    with pytest.raises(DraftTooLarge):
        read_draft(path, large=True)


def test_a_file_that_became_another_of_another_size_is_not_read_to_know_it(tmp_path, monkeypatch):
    draft = write_draft(tmp_path / "a.md", "text")
    sparse(tmp_path / "a.md", 10**12)
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("its size says it"))
    assert changed_outside(draft)


def test_what_cannot_be_saved_where_it_is_is_read_only(folder_without_power):
    path = folder_without_power / "a.md"
    path.write_text("old")
    link = folder_without_power / "link.md"
    link.symlink_to("a.md")
    assert not read_draft(path).read_only
    path.chmod(0o444)
    assert read_draft(path).read_only
    assert read_draft(link).read_only
    path.chmod(0o644)
    folder_without_power.chmod(0o555)
    assert read_draft(path).read_only
    with pytest.raises(DraftNotWritten):  # and so it is
        write_draft(path, "new")


def test_a_draft_is_saved_in_another_form_and_says_where_that_could_not_hold_it(tmp_path):
    path = tmp_path / "a.txt"
    draft = write_draft(path, "Käse\nund\n")
    western = draft.form.with_encoding("cp1252", bom=False).with_newline("\r\n")
    draft = write_draft(path, draft.text, like=draft, form=western)
    assert path.read_bytes() == "Käse\r\nund\r\n".encode("cp1252")
    assert (draft.form, draft.unfit) == (western, "")
    draft = write_draft(path, draft.text + "🐟ж", like=draft)
    assert path.read_bytes() == "Käse\r\nund\r\n🐟ж".encode()
    assert (draft.form, draft.unfit) == (Form("\r\n"), "🐟")


def test_a_draft_is_read_again_in_the_encoding_that_the_writer_names_and_damaged_where_need_be(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("Käse".encode("cp850"))
    assert read_draft(path, encoding="cp850").text == "Käse"
    for encoding in ("utf-8", "nonsense", "hex"):
        with pytest.raises(DraftEncoding):
            read_draft(path, encoding=encoding)
    assert read_draft(path, encoding="utf-8", damaged=True).text == "K\ufffdse"


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 5_000_000,
        b"\xe4" * 5_000_000,
        b"\0" * 5_000_000,
        b"\r" * 2_000_000,
        b"\xff\xfe" + b"\0\xd8" * 1_000_000,
        "漢".encode() * 1_000_000 + b"\xe6",
        b"\x1b$B" * 500_000,
        bytes(range(256)) * 8_000,
        bytes(range(128, 256)) * 16_000,
    ],
    ids=["one line", "one line of another", "NUL", "line ends", "halves", "cut", "escapes", "all", "high"],
)
def test_what_is_long_and_odd_is_a_draft_or_one_of_our_errors(tmp_path, data, monkeypatch):
    given: list[int] = []

    def guess(part: bytes, cp_isolation: list[str]) -> CharsetMatches:
        given.append(len(part))
        return from_bytes(part, cp_isolation=cp_isolation)

    monkeypatch.setattr("afterword.drafts.guessing.from_bytes", guess)
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    try:
        draft = read_draft(path)
    except DraftError:
        return
    write_draft(path, draft.text, like=draft)
    assert path.read_bytes() == data
    assert sum(given) <= 2 * 65536, "guessing takes time in proportion to what it is given"


def test_a_device_is_not_read_for_ever():
    with pytest.raises(DraftUnreadable):
        read_draft(Path("/dev/zero"))


def test_a_file_without_leave_says_so(folder_without_power):
    path = folder_without_power / "a.md"
    path.write_text("old")
    path.chmod(0)
    with pytest.raises(DraftUnreadable) as unread:
        read_draft(path)
    assert unread.value.reason == "permission denied"
    path.chmod(0o644)
    folder_without_power.chmod(0o555)
    with pytest.raises(DraftNotWritten) as unwritten:
        write_draft(path, "new")
    assert unwritten.value.reason == "permission denied"
    assert path.read_text() == "old"


def test_a_vanished_folder_says_so(tmp_path):
    with pytest.raises(DraftNotWritten) as caught:
        write_draft(tmp_path / "gone" / "a.md", "new")
    assert caught.value.reason == "no such file or directory"


def test_stopping_leaves_the_file(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("old")
    watch = Watch()
    watch.cancel()
    with pytest.raises(Cancelled):
        write_draft(path, "new", watch=watch)
    with pytest.raises(Cancelled):
        read_draft(path, watch=watch)
    assert path.read_text() == "old"


def test_reading_tells_how_far_it_is(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(b"x" * 9_000_000)
    told: list[tuple[float, str]] = []
    read_draft(path, watch=Watch(lambda share, stage: told.append((share, stage))))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert len(set(shares)) > 2
    assert shares[-1] == 1.0
    assert {stage for _, stage in told} == {"reading"}


def test_a_change_by_another_program_is_noticed(tmp_path):
    path = tmp_path / "a.md"
    draft = write_draft(path, "text")
    assert not changed_outside(draft)
    os.utime(path)
    assert not changed_outside(draft)  # only touched
    path.write_text("next")
    assert changed_outside(draft)
    path.unlink()
    assert changed_outside(draft)
    assert not changed_outside(Draft("never saved"))


def test_what_another_program_writes_while_a_draft_is_written_is_noticed_and_stays(tmp_path, monkeypatch):
    class Changed(Exception):
        pass

    path = tmp_path / "a.md"
    draft = write_draft(path, "text")
    really, asked = os.fsync, []

    def late(handle):
        path.write_text("theirs")
        really(handle)

    def still():
        asked.append(True)
        if changed_outside(draft):
            raise Changed

    monkeypatch.setattr(os, "fsync", late)
    with pytest.raises(Changed):
        write_draft(path, "mine", like=draft, still=still)
    assert asked
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_the_kind_is_in_the_ending():
    endings = {".md": Kind.MARKDOWN, ".MARKDOWN": Kind.MARKDOWN, ".txt": Kind.PLAIN, ".text": Kind.PLAIN, "": Kind.PLAIN}
    assert {ending: kind_of(Path(f"a{ending}")) for ending in endings} == endings
    assert kind_of(None) is Kind.MARKDOWN
    assert Draft().kind is Kind.MARKDOWN
