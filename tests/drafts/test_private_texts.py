"""The texts of private drafts are known again, and nothing of them can be read where that is kept."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afterword.drafts import private_texts
from afterword.drafts.private_texts import is_private, remember


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "private.txt"


texts = st.sampled_from(["Secret.", "Secret. ", "secret.", "Another\nsecret.", "\ud800"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(texts, st.booleans()), max_size=12))
def test_a_text_is_as_it_was_said_last(tmp_path: Path, steps: list[tuple[str, bool]]) -> None:
    file, said = tmp_path / "private.txt", dict[str, bool]()
    file.unlink(missing_ok=True)
    for text, private in steps:
        remember(file, text, private=private)
        said[text.strip()] = private
    for text in ("Secret.", "secret.", "Another\nsecret.", "\ud800", "never said"):
        assert is_private(file, f"{text}\n") == said.get(text, False)


def test_an_empty_page_is_no_draft_to_be_known(file: Path) -> None:
    remember(file, " \n", private=True)
    assert not is_private(file, "")
    assert not file.exists()


def test_nothing_of_a_text_can_be_read_there(file: Path) -> None:
    remember(file, "Secret.", private=True)
    assert b"ecret" not in file.read_bytes()


def test_it_does_not_grow_without_end_and_the_newest_are_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_texts, "MOST", 10)
    for number in range(30):
        remember(file, f"Draft {number}", private=True)
    remember(file, "Draft 20", private=True)
    remember(file, "Draft 99", private=True)
    assert [number for number in (19, 20, 21, 22, 29, 99) if is_private(file, f"Draft {number}")] == [20, 22, 29, 99]
    assert len(file.read_text("ascii").split()) == 10


@pytest.mark.parametrize("damaged", [b"\xff\xfe nonsense\n", b"0" * 40 + b"\n", b""])
def test_what_is_damaged_is_left_aside(file: Path, damaged: bytes) -> None:
    remember(file, "Secret.", private=True)
    file.write_bytes(damaged + file.read_bytes())
    assert is_private(file, "Secret.")
    remember(file, "Another.", private=True)
    assert is_private(file, "Secret.")
    assert is_private(file, "Another.")


def test_where_it_cannot_be_kept_or_read_the_log_says_so_and_all_works_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("a file", "utf-8")
    remember(tmp_path / "data" / "private.txt", "Secret.", private=True)
    assert not is_private(tmp_path / "data" / "private.txt", "Secret.")
    assert "not remembered" in caplog.text
    assert "Secret" not in caplog.text


def test_drafts_that_are_saved_at_once_are_all_remembered(file: Path) -> None:
    threads = [threading.Thread(target=remember, args=(file, f"Draft {n}"), kwargs={"private": True}) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(is_private(file, f"Draft {n}") for n in range(20))
