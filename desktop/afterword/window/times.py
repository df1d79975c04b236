"""When something was, as it is shown: no more than is needed, and no month as a number."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDateTime, QLocale


def shown_time(at: float, locale: QLocale, tr: Callable[[str], str], now: QDateTime | None = None) -> str:
    """The time of a moment today, with the day of one this year, and with the year of any other.

    Args:
        at: the moment, in seconds since 1970, UTC.
        locale: that of the widget which shows it.
        tr: likewise.
        now: as seen from when; None for the present.
    """
    then, today = QDateTime.fromSecsSinceEpoch(int(at)), (now or QDateTime.currentDateTime()).date()
    time = locale.toString(then.time(), QLocale.FormatType.ShortFormat)
    if then.date() == today:
        return time
    form = tr("d MMM") if then.date().year() == today.year() else tr("d MMM yyyy")
    return tr("{day}, {time}").format(day=locale.toString(then.date(), form), time=time)
