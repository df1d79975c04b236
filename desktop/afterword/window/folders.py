"""Folders that the writer wants to see."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_folder(folder: Path) -> bool:
    """Show what is in `folder`, in the system's own program for that; False where there is none."""
    return bool(QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))))
