"""Which model the writer wants, and what to say when it does not load."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from afterword import paths
from afterword.assist.types import ModelState, Phase
from afterword.sentences import sentence
from afterword.settings import Settings
from afterword.window.banner import Banner
from afterword.window.dialogs import Dialogs
from afterword.window.folders import open_folder

STARTER = "starter"


class Models(QObject):
    """The wishes of the model menu and of the banner. A model that was chosen and has loaded is the one of the next start too.

    Signals:
        model_wanted: load this one: "starter", a folder, a GGUF file, a hub id.
        load_cancelled: stop loading.
        settings_changed: another model is in the settings.
        noticed: a sentence for the status bar.
    """

    model_wanted = Signal(str)
    load_cancelled = Signal()
    settings_changed = Signal()
    noticed = Signal(str)

    def __init__(self, settings: Settings, dialogs: Dialogs, banner: Banner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._dialogs = dialogs
        self._banner = banner
        self._chosen = ""
        self._told = ""  # the failure that was told last; the same is not told again until a model is loaded
        self._wrote = False  # whether a model was asked to write since
        self._passing = False  # whether the failure is one of writing, and over when the model writes again
        banner.starter_wanted.connect(self.want_starter)
        banner.details_wanted.connect(self.show_log)

    @Slot(str)
    def want(self, name: str) -> None:
        """Ask for a model."""
        self._chosen = name
        self.model_wanted.emit(name)

    @Slot()
    def want_starter(self) -> None:
        """Ask for the starter model."""
        self.want(STARTER)

    @Slot()
    def choose_folder(self) -> None:
        """Ask the writer for a folder."""
        self._dialogs.choose_model_folder(self._path_chosen)

    @Slot()
    def choose_file(self) -> None:
        """Ask the writer for a GGUF file."""
        self._dialogs.choose_model_file(self._path_chosen)

    @Slot()
    def ask_name(self) -> None:
        """Ask the writer for a hub id."""
        self._dialogs.ask_model_name(self._name_given)

    @Slot()
    def stop_loading(self) -> None:
        """Stop loading; the model before stays."""
        self._chosen = ""
        self.load_cancelled.emit()

    @Slot()
    def show_log(self) -> None:
        """Open the folder with the log."""
        if not open_folder(paths.log_dir()):
            self.noticed.emit(self.tr("No program here shows folders. The log is in {path}.").format(path=paths.log_dir()))

    @Slot(object)
    def show_state(self, state: ModelState) -> None:
        """A failure is told above the page, once; a new attempt takes the message away, and so does a model that writes again."""
        if state.phase is Phase.LOADING:
            self._banner.dismiss()
            self._told, self._wrote = "", False
        elif state.phase is Phase.WRITING:
            self._wrote = True
        elif state.phase is Phase.FAILED and state.error is not None:
            self._chosen = ""
            self._tell(sentence(state.error, self.tr), starter_failed=state.name == STARTER)
        elif state.phase is Phase.READY:
            if self._passing:
                self._banner.dismiss()
            if self._chosen == state.name != "":
                self._settings["model.name"], self._chosen = self._chosen, ""
                self.settings_changed.emit()

    def _tell(self, message: str, *, starter_failed: bool) -> None:
        if message != self._told:
            self._banner.show_failure(message, starter_failed=starter_failed)
        self._told, self._passing = message, self._wrote

    def _path_chosen(self, path: Path | None) -> None:
        if path is not None:
            self.want(str(path))

    def _name_given(self, name: str) -> None:
        if name:
            self.want(name)
