"""Drafts to other formats."""

from afterword.export.exporting import export
from afterword.export.formats import FORMATS

__all__ = ["FORMATS", "export"]
