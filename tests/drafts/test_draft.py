from __future__ import annotations

import os
from pathlib import Path

import pytest

from afterword.drafts.draft import Draft, changed_outside, read_draft, write_draft
from afterword.errors import Cancelled, DraftBinary, DraftEncoding, DraftMissing, DraftNotWritten, DraftUnreadable
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


def test_the_kind_is_in_the_ending():
    endings = {".md": Kind.MARKDOWN, ".MARKDOWN": Kind.MARKDOWN, ".txt": Kind.PLAIN, ".text": Kind.PLAIN, "": Kind.PLAIN}
    assert {ending: kind_of(Path(f"a{ending}")) for ending in endings} == endings
    assert kind_of(None) is Kind.MARKDOWN
    assert Draft().kind is Kind.MARKDOWN
