"""How many there are of something, as it is shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLocale


def shown_words(count: int, locale: QLocale, tr: Callable[[str], str]) -> str:
    """So many words.

    Args:
        count: of words.
        locale: that of the widget which shows it.
        tr: likewise.
    """
    return tr("1 word") if count == 1 else tr("{count} words").format(count=locale.toString(count))
