"""What is switched and chosen in the menus: in the settings, in the menus' own marks, and in force in one window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from afterword.assist.timing import PAUSE_MINUTES
from afterword.editor.page import Page
from afterword.window.actions import TABLE, Action
from afterword.window.exports import Exports
from afterword.window.keeper import SettingsKeeper
from afterword.window.menus import Menus
from afterword.window.status_bar import StatusBar
from afterword.window.themes import Colours, Themes, look_of


class Preferences(QObject):
    """Brings the settings that the menus choose into one window; a choice in one window holds in all of them.

    Args:
        keeper: of the settings.
        menus: their actions show what is chosen.
        page: looks and suggests as chosen.
        exports: end as chosen.
        status: says whether there are suggestions.
        themes: the colours around the page.

    Signals:
        switched: suggestions, by the writer in this window, on or off.
        pause_ended: suggestions, whether they are on now.
    """

    switched = Signal(bool)
    pause_ended = Signal(bool)

    def __init__(
        self,
        keeper: SettingsKeeper,
        menus: Menus,
        page: Page,
        exports: Exports,
        status: StatusBar,
        themes: Themes,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._menus = menus
        self._page = page
        self._status = status
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MINUTES * 60_000)
        self._pause.timeout.connect(self._end_pause)
        self._pausing = self.tr("No suggestions for {count} minutes.").format(count=PAUSE_MINUTES)
        self._bring_in_force: dict[str, Callable[[Any], None]] = {
            "suggestions.enabled": self._suggest,
            "suggestions.reveal": lambda on: setattr(page, "reveals", on),
            "suggestions.shading": lambda _: self._look(themes.colours),
            "page.tint_accepted": lambda on: setattr(page, "tints_accepted", on),
            "export.ledger_line": lambda on: setattr(exports, "tells_typed", on),
            "window.theme": lambda _: themes.apply(),
        }
        themes.changed.connect(self._look)
        keeper.changed.connect(self._show)

    def show_all(self) -> None:
        """Bring everything in force."""
        for key in dict.fromkeys(row.choice[0] if row.choice else row.switch for row in TABLE.values()):
            if key:
                self._show(key)

    def choose(self, key: str, value: bool | str) -> None:
        """Choose the value of a setting."""
        self._keeper.choose(key, value)
        if key == "suggestions.enabled":
            self.switched.emit(value)

    @Slot(bool)
    def switch_suggestions(self, on: bool) -> None:
        """Suggest while the writer types, or not."""
        self.choose("suggestions.enabled", on)

    def pause(self, on: bool) -> None:
        """Suggest nothing in this window for some minutes, or stop pausing."""
        if not on or not self._keeper.settings["suggestions.enabled"]:
            self._end_pause()
            return
        self._pause.start()
        self._page.suggestions_enabled = False
        self._status.show_suggestions(False)
        self._status.show_notice(self._pausing)

    @Slot()
    def _end_pause(self) -> None:
        on = self._keeper.settings["suggestions.enabled"]
        self._suggest(on)
        self.pause_ended.emit(on)

    @Slot(str)
    def _show(self, key: str) -> None:
        value = self._keeper.settings[key]
        self._menus.check(key, value)
        if key in self._bring_in_force:
            self._bring_in_force[key](value)

    def _suggest(self, on: bool) -> None:
        self._pause.stop()
        self._menus.actions[Action.PAUSE].setChecked(False)
        self._page.suggestions_enabled = on
        self._status.show_suggestions(on)
        self._status.withdraw(self._pausing)

    @Slot(object)
    def _look(self, colours: Colours) -> None:
        self._page.set_look(look_of(colours, self._keeper.settings))
