"""The sample texts that are shipped."""

from afterword import paths
from afterword.bench.samples import FOREIGN, REPORT, TUNE, samples
from afterword.drafts.draft import read_draft


def test_each_half_has_a_text_of_each_kind_and_no_text_is_in_both() -> None:
    kinds = ["essay.txt", "fiction.txt", "mail.txt", "report.txt"]
    assert [file.name for file in samples(TUNE)] == [file.name for file in samples(REPORT)] == kinds
    assert len({read_draft(file).text for half in (TUNE, REPORT) for file in samples(half)}) == 8


def test_their_length_is_that_of_a_page() -> None:
    for half, shortest, longest in ((TUNE, 1400, 1900), (REPORT, 1400, 1900), (FOREIGN, 650, 750)):
        lengths = {file.name: len(read_draft(file).text) for file in samples(half)}
        assert all(shortest <= length <= longest for length in lengths.values()), lengths


def test_the_reported_half_is_what_is_measured_by_default() -> None:
    assert samples() == samples(REPORT)


def test_what_they_are_and_their_licence_is_said_beside_them() -> None:
    assert "CC0" in (paths.resources_dir() / "samples" / "README.md").read_text("utf-8")
