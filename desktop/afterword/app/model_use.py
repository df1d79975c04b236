"""The model on this machine: the one in the settings, until the writer names another one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from afterword.assist.host import ModelHost
from afterword.assist.types import ModelState, Phase
from afterword.window.keeper import SettingsKeeper
from afterword.window.main_window import MainWindow
from afterword.window.model_shelf import ModelShelf
from afterword.window.models_dialog import ModelsDialog


class ModelUse(QObject):
    """Has models loaded, and shows the window in which the writer chooses one.

    Args:
        host: loads them.
        keeper: of the settings.
        shelf: what is shown there.
        window: the one that was used last.

    Signals:
        model_set: the name of the model that is used from now on.
    """

    model_set = Signal(str)

    def __init__(
        self,
        host: ModelHost,
        keeper: SettingsKeeper,
        shelf: ModelShelf,
        window: Callable[[], MainWindow],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._host = host
        self._keeper = keeper
        self._settings = keeper.settings
        self._shelf = shelf
        self._window = window
        self._wished = ""  # a model that is being loaded since the writer named it
        self._begun = ""  # the one that was asked for last, unless that was given up or failed
        host.state_changed.connect(self._state_changed)

    @Slot()
    def load(self) -> None:
        """Load the model in the settings, if it is there."""
        self._load(self._settings["model.name"], False)

    @Slot(str)
    def want(self, name: str) -> None:
        """The writer named a model: that is the wish to download it where it is missing.

        One that is there, or is being loaded, is not begun with again.
        """
        state = self._host.state
        at_it = state is not None and (state.here or state.phase is Phase.LOADING) and state.name == name
        if not at_it or self._begun != name:
            self._wished = name
            self._load(name, True)

    @Slot()
    def forget(self) -> None:
        """What is being loaded is given up."""
        self._wished = self._begun = ""

    @Slot()
    def tell_set(self) -> None:
        """Another model is in the settings."""
        self.model_set.emit(self._settings["model.name"])

    @Slot()
    def show(self) -> None:
        """Show the window with the models."""
        window = self._window()
        open_already = window.findChild(ModelsDialog)
        if open_already is not None:
            open_already.raise_()
            open_already.activateWindow()
            return
        dialog = ModelsDialog(self._shelf, self._settings["model.name"], self._settings["model.device"], window)
        dialog.device_chosen.connect(self._device_chosen)
        dialog.model_wanted.connect(window.models.want)
        dialog.folder_wanted.connect(window.models.choose_folder)
        dialog.file_wanted.connect(window.models.choose_file)
        dialog.server_wanted.connect(window.servers.show)
        window.drop.watch(dialog)
        self.model_set.connect(dialog.show_used)
        dialog.show()

    @Slot(str)
    def _device_chosen(self, device: str) -> None:
        self._settings["model.device"] = device
        self._keeper.save_soon()
        self._load(self._wished or self._settings["model.name"], bool(self._wished))

    def _load(self, name: str, download: bool) -> None:
        self._begun = name
        self._host.load(name, download)

    @Slot(object)
    def _state_changed(self, state: ModelState) -> None:
        if state.phase in (Phase.READY, Phase.FAILED) and state.name == self._wished:
            self._wished = ""
        if state.phase is Phase.FAILED and state.name == self._begun:
            self._begun = ""
        elif state.here and not self._begun:
            self._begun = state.name
