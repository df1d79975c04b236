"""The versions of a draft, newest first, under the days on which they were kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from afterword.drafts.versions import Occasion, Version
from afterword.window.counts import shown_words
from afterword.window.times import shown_time

_VERSION = Qt.ItemDataRole.UserRole


class VersionList(QListWidget):
    """Lets the writer choose a version.

    Signals:
        chosen: another version is, see `version`.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Versions"))
        self.setToolTip(self.tr("Choose a version to see what was different then"))
        self.setSpacing(1)
        self.currentItemChanged.connect(self._tell)

    @property
    def version(self) -> Version | None:
        """The one that is chosen."""
        return _version_of(self.currentItem())

    def show_versions(self, versions: Sequence[Version], words: int, wanted: int | None = None) -> None:
        """Show these.

        Args:
            versions: at least one, by rising number.
            words: that the page has now.
            wanted: the number of the one to choose; the newest where it is not there.
        """
        with QSignalBlocker(self):
            self.clear()
            day, current = "", None
            for version in reversed(versions):
                if (named := self._day(version)) != day:
                    day = named
                    self.addItem(self._heading(day))
                item = QListWidgetItem(self._about(version, words))
                item.setData(_VERSION, version)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{day}, {item.text()}".replace("\n", ", "))
                self.addItem(item)
                if current is None or version.number == wanted:
                    current = item
            if current is not None:
                self.setCurrentItem(current)
        self.chosen.emit()

    def when(self, version: Version) -> str:
        """Day and time, in short."""
        return shown_time(version.at, self.locale(), self.tr)

    @Slot()
    def _tell(self) -> None:
        self.chosen.emit()

    def _heading(self, day: str) -> QListWidgetItem:
        item = QListWidgetItem(day)
        item.setFlags(Qt.ItemFlag.NoItemFlags)  # the arrow keys pass over it
        item.setForeground(self.palette().color(QPalette.ColorRole.PlaceholderText))
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        return item

    def _about(self, version: Version, words: int) -> str:
        time = self.locale().toString(_time(version).time(), QLocale.FormatType.ShortFormat)
        name = version.name or self._occasion(version.occasion)
        return self.tr("{time} · {name}\n{words}").format(time=time, name=name, words=self._size(version, words))

    def _size(self, version: Version, now: int) -> str:
        words = shown_words(version.words, self.locale(), self.tr)
        if version.words == now:
            return words
        told = self.tr("{words}, {count} more than now") if version.words > now else self.tr("{words}, {count} fewer than now")
        return told.format(words=words, count=self.locale().toString(abs(version.words - now)))

    def _occasion(self, occasion: Occasion) -> str:
        return {
            Occasion.WRITING: self.tr("While writing"),
            Occasion.SAVED: self.tr("Saved"),
            Occasion.NAMED: self.tr("Kept"),
            Occasion.BEFORE_RESTORING: self.tr("Before restoring"),
            Occasion.RECOVERED: self.tr("Recovered"),
            Occasion.OVERRULED: self.tr("Replaced"),
        }[occasion]

    def _day(self, version: Version) -> str:
        today, date = QDateTime.currentDateTime().date(), _time(version).date()
        if date == today:
            return self.tr("Today")
        if date == today.addDays(-1):
            return self.tr("Yesterday")
        return self.locale().toString(date, QLocale.FormatType.LongFormat)


def _version_of(item: QListWidgetItem | None) -> Version | None:
    version = item.data(_VERSION) if item is not None else None
    return version if isinstance(version, Version) else None


def _time(version: Version) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(version.at)
