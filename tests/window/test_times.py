"""When something was, in few words that nobody has to decipher."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QDateTime, QLocale

from afterword.window.times import shown_time

NOW = "2026-11-24T18:30:00"


@pytest.mark.parametrize(
    ("then", "locale", "text"),
    [
        ("2026-11-24T00:00:59", "C", "00:00"),
        ("2026-11-24T06:05:59", "C", "06:05"),
        ("2026-11-24T06:05:59", "en_US", "6:05 AM"),
        ("2026-11-23T23:59:00", "C", "23 Nov, 23:59"),
        ("2026-01-01T00:00:00", "C", "1 Jan, 00:00"),
        ("2026-03-02T14:00:00", "de_DE", "2 März, 14:00"),
        ("2025-12-31T23:59:59", "C", "31 Dec 2025, 23:59"),
        ("2025-11-24T06:05:00", "en_US", "24 Nov 2025, 6:05 AM"),
        ("2027-01-01T06:05:00", "C", "1 Jan 2027, 06:05"),
    ],
)
def test_as_much_is_told_as_is_needed_to_know_the_day(then: str, locale: str, text: str) -> None:
    at, now = (QDateTime.fromString(moment, "yyyy-MM-ddTHH:mm:ss") for moment in (then, NOW))
    shown = shown_time(at.toSecsSinceEpoch(), QLocale(locale), str, now)
    assert shown.replace("\u202f", " ") == text


def test_it_is_told_as_seen_from_now() -> None:
    locale = QLocale("C")
    now = QDateTime.currentDateTime()
    assert "," not in shown_time(now.toSecsSinceEpoch(), locale, str)
    assert str(now.date().year() - 2) in shown_time(now.addYears(-2).toSecsSinceEpoch(), locale, str)
