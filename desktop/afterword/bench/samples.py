"""The sample texts that come with Afterword; what they are is said in the README beside them."""

from __future__ import annotations

from pathlib import Path

from afterword import paths

TUNE, REPORT, FOREIGN = "tune", "report", "foreign"
"""The half to choose defaults on, the half to report numbers on, and texts in languages that the starter model does not know."""


def samples(half: str = REPORT) -> list[Path]:
    """The texts of `half`, in a fixed order."""
    return sorted((paths.resources_dir() / "samples" / half).glob("*.txt"))
