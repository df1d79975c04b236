"""The questions that the window asks. None blocks: each calls back with the answer, so that tests can answer without a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QDir, QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QDialog, QFileDialog, QInputDialog, QMessageBox, QWidget

from afterword.drafts.compare import Passage
from afterword.window.boxes import warning_box
from afterword.window.changed_dialog import Changed, ChangedDialog


class Unsaved(Enum):
    """What to do with changes that are not saved."""

    SAVE = auto()
    DISCARD = auto()
    CANCEL = auto()


class Twice(Enum):
    """What to do with a draft that is open in another window."""

    GO_THERE = auto()
    READ_HERE = auto()
    CANCEL = auto()


PathAnswer = Callable[[Path | None], None]
"""Called with the path chosen, or None."""


class Dialogs(Protocol):
    """What can be asked. Every `answer` is called exactly once."""

    def ask_unsaved(self, name: str, answer: Callable[[Unsaved], None]) -> None:
        """Ask whether to save the draft `name`."""

    def ask_elsewhere(self, message: str, answer: Callable[[bool], None]) -> None:
        """Say why the draft was not saved, and ask whether to save it in another place."""

    def ask_changed(self, name: str, passages: Sequence[Passage], answer: Callable[[Changed], None]) -> None:
        """Say that another program changed the file of the draft `name`, show what is different there, and ask what to do."""

    def ask_elsewhere_open(self, name: str, answer: Callable[[Twice], None]) -> None:
        """Say that another window has the draft `name`, and ask whether to go there or to read it here too."""

    def ask_open(self, message: str, answer: Callable[[bool], None]) -> None:
        """Say what speaks against opening a file, and ask whether to open it all the same."""

    def show_error(self, message: str) -> None:
        """Say what went wrong."""

    def choose_open(self, folder: Path, answer: PathAnswer) -> None:
        """Ask for a draft to open."""

    def choose_save(self, suggested: Path, answer: PathAnswer) -> None:
        """Ask where to save; the dialog asks before a file is replaced."""

    def choose_export(self, suggested: Path, formats: Mapping[str, str], answer: PathAnswer) -> None:
        """Ask for a format and a place. `formats` gives each ending (with its dot) a name."""

    def choose_model_folder(self, answer: PathAnswer) -> None:
        """Ask for a folder that holds a model."""

    def choose_model_file(self, answer: PathAnswer) -> None:
        """Ask for a GGUF file."""

    def ask_model_name(self, answer: Callable[[str], None]) -> None:
        """Ask for a model's name on the hub; "" for none."""


class WindowDialogs(QObject):
    """The real ones: native file dialogs where the system has them, sheets on macOS.

    Args:
        window: what they belong to.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def ask_unsaved(self, name: str, answer: Callable[[Unsaved], None]) -> None:
        buttons = QMessageBox.StandardButton
        box = warning_box(
            self._window,
            self.tr("Save the changes in “{name}”?").format(name=name),
            self.tr("If you discard them, they are lost."),
        )
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answers = {buttons.Save.value: Unsaved.SAVE, buttons.Discard.value: Unsaved.DISCARD}
        box.finished.connect(lambda result: answer(answers.get(result, Unsaved.CANCEL)))
        box.open()

    def ask_elsewhere(self, message: str, answer: Callable[[bool], None]) -> None:
        box = warning_box(self._window, self.tr("The draft is not saved."), message)
        elsewhere = box.addButton(self.tr("Save in another place…"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(elsewhere)
        box.finished.connect(lambda _: answer(box.clickedButton() is elsewhere))
        box.open()

    def ask_changed(self, name: str, passages: Sequence[Passage], answer: Callable[[Changed], None]) -> None:
        dialog = ChangedDialog(name, passages, self._window)
        dialog.finished.connect(lambda _: answer(dialog.answer))
        dialog.open()

    def ask_elsewhere_open(self, name: str, answer: Callable[[Twice], None]) -> None:
        box = warning_box(
            self._window,
            self.tr("“{name}” is open in another window.").format(name=name),
            self.tr("It can be changed in one window only."),
        )
        there = box.addButton(self.tr("Go to that window"), QMessageBox.ButtonRole.AcceptRole)
        here = box.addButton(self.tr("Read it here"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(there)
        answers: dict[QAbstractButton, Twice] = {there: Twice.GO_THERE, here: Twice.READ_HERE}
        box.finished.connect(lambda _: answer(answers.get(box.clickedButton(), Twice.CANCEL)))
        box.open()

    def ask_open(self, message: str, answer: Callable[[bool], None]) -> None:
        box = warning_box(self._window, message)
        anyway = box.addButton(self.tr("Open it"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.finished.connect(lambda _: answer(box.clickedButton() is anyway))
        box.open()

    def show_error(self, message: str) -> None:
        warning_box(self._window, message).open()

    def choose_open(self, folder: Path, answer: PathAnswer) -> None:
        dialog = self._files(self.tr("Open a draft"), folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self._drafts_filter(), self._any_filter()])
        self._ask(dialog, answer)

    def choose_save(self, suggested: Path, answer: PathAnswer) -> None:
        dialog = self._files(self.tr("Save the draft"), suggested.parent)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self._drafts_filter(), self._any_filter()])
        dialog.setDefaultSuffix("md")
        dialog.selectFile(suggested.name)
        self._ask(dialog, answer)

    def choose_export(self, suggested: Path, formats: Mapping[str, str], answer: PathAnswer) -> None:
        dialog = self._files(self.tr("Export the draft"), suggested.parent)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {f"{name} (*{ending})": ending for ending, name in formats.items()}
        dialog.setNameFilters(list(filters))

        def take_ending(chosen: str) -> None:
            # The name keeps its stem and changes its ending with the format.
            ending = filters.get(chosen, "")
            dialog.setDefaultSuffix(ending.removeprefix("."))
            named = dialog.selectedFiles()
            if named and Path(named[0]).suffix in formats:
                dialog.selectFile(Path(named[0]).with_suffix(ending).name)

        dialog.filterSelected.connect(take_ending)
        dialog.setDefaultSuffix(suggested.suffix.removeprefix("."))
        dialog.selectFile(suggested.name)
        self._ask(dialog, answer)

    def choose_model_folder(self, answer: PathAnswer) -> None:
        dialog = self._files(self.tr("Open a model folder"), Path(QDir.homePath()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._ask(dialog, answer)

    def choose_model_file(self, answer: PathAnswer) -> None:
        dialog = self._files(self.tr("Open a GGUF file"), Path(QDir.homePath()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("GGUF models") + " (*.gguf)", self._any_filter()])
        self._ask(dialog, answer)

    def ask_model_name(self, answer: Callable[[str], None]) -> None:
        dialog = QInputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Model by name"))
        dialog.setLabelText(self.tr("The name of a model on the model hub, such as gpt2 or owner/name:"))
        accepted = QDialog.DialogCode.Accepted.value
        dialog.finished.connect(lambda result: answer(dialog.textValue().strip() if result == accepted else ""))
        dialog.open()

    def _files(self, title: str, folder: Path) -> QFileDialog:
        dialog = QFileDialog(self._window, title, str(folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _ask(self, dialog: QFileDialog, answer: PathAnswer) -> None:
        accepted = QDialog.DialogCode.Accepted.value

        def finish(result: int) -> None:
            files = dialog.selectedFiles() if result == accepted else []
            answer(Path(files[0]) if files else None)

        dialog.finished.connect(finish)
        dialog.open()

    def _drafts_filter(self) -> str:
        return self.tr("Markdown and text") + " (*.md *.markdown *.txt)"

    def _any_filter(self) -> str:
        return self.tr("All files") + " (*)"
