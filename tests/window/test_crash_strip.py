"""The report of a crash is shown, or it is said where it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from afterword.crash import Crash
from afterword.window.main_window import MainWindow

from .doing import heard


@pytest.mark.parametrize("shown", [True, False])
def test_return_shows_the_folder_or_says_where_the_report_is(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shown: bool
) -> None:
    opened: list[str] = []

    def show(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return shown

    monkeypatch.setattr(QDesktopServices, "openUrl", show)
    report = tmp_path / "crash-1.txt"
    window.crash_strip.show_crash(Crash(report, "", 1e9))
    told = heard(window.status.noticed)
    [button] = [button for button in window.crash_strip.findChildren(QPushButton) if button.text() == "Show the report"]
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert opened == [str(tmp_path)]
    assert [str(report) in str(text) for text in told] == ([] if shown else [True])
