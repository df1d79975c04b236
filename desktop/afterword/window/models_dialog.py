"""The models window: what is on this machine and what it needs, what could be, and getting, measuring and removing it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from afterword.editor.keys import RETURN
from afterword.engine.hub import Found
from afterword.sentences import sentence
from afterword.window.boxes import confirm
from afterword.window.button import Button
from afterword.window.field import Field
from afterword.window.model_list import ModelList
from afterword.window.model_shelf import ModelShelf
from afterword.window.model_texts import ModelTexts


class ModelsDialog(QDialog):
    """Stays open beside the page: models can be tried while one writes.

    Args:
        shelf: of the models.
        used: the name of the model that is set.
        device: what models are to compute on, as `opening.open_model` has it.
        parent: the window that it belongs to.

    Signals:
        model_wanted: use the model of this name, now and from now on.
        folder_wanted: the writer has a folder with a model.
        file_wanted: the writer has a GGUF file.
        device_chosen: models are to compute on this from now on.
        server_wanted: the writer wants a larger model, elsewhere.
    """

    model_wanted = Signal(str)
    folder_wanted = Signal()
    file_wanted = Signal()
    device_chosen = Signal(str)
    server_wanted = Signal()

    def __init__(self, shelf: ModelShelf, used: str, device: str = "auto", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        self.setWindowTitle(self.tr("Models"))
        self._shelf = shelf
        self._texts = ModelTexts(shelf, self)
        self._used = used
        self._found: list[Found] = []
        self._told, self._told_at = "", ""  # what was said last, and at which model
        # Made in the order of the tab key.
        self._field = Field(self)
        self._field.setPlaceholderText(self.tr("Search the model hub by name"))
        self._field.setAccessibleName(self.tr("Search the model hub"))
        self._field.setToolTip(self.tr("Models on huggingface.co that have this in their names; only what you type here is sent"))
        self._field.setClearButtonEnabled(True)
        self._field.textChanged.connect(self._field_changed)
        self._search = self._button(self.tr("Search"), self.tr("Ask the hub"), self._search_now)
        self._list = ModelList(self)
        self._list.chosen.connect(self._show_model)
        self._use = self._button(
            self.tr("Use"),
            self.tr("Write with this model, now and from now on"),
            partial(self._of_chosen, self.model_wanted.emit),
        )
        self._install = self._button(self.tr("Install"), self.tr("Fetch this model from the hub"), self._install_it)
        self._pause = self._button(
            self.tr("Pause"), self.tr("Stop here; what was fetched stays"), partial(self._of_chosen, shelf.pause)
        )
        self._cancel = self._button(
            self.tr("Cancel"), self.tr("Stop, and remove what was fetched"), partial(self._of_chosen, shelf.cancel)
        )
        self._measure = self._button(
            self.tr("Measure"), self.tr("See how fast this model is here"), partial(self._of_chosen, shelf.measure)
        )
        self._remove = self._button(self.tr("Remove…"), self.tr("Delete this model from this machine"), self._ask_remove)
        self._folder = self._button(self.tr("Open a folder…"), self.tr("Use a model in a folder"), self.folder_wanted.emit)
        self._file = self._button(self.tr("Open a GGUF file…"), self.tr("Use a model in a GGUF file"), self.file_wanted.emit)
        self._server = self._button(self.tr("Server…"), self.tr("Ask a larger model on a server too"), self.server_wanted.emit)
        self._device = QComboBox(self)
        self._device.setAccessibleName(self.tr("What models run on"))
        self._device.setToolTip(
            self.tr("Automatic measures which is faster for each model; too little memory means the processor")
        )
        for kind, text in self._devices().items():
            self._device.addItem(text, kind)
        self._device.setCurrentIndex(max(0, self._device.findData(device)))
        self._device.activated.connect(self._choose_device)
        self._close = self._button(self.tr("Close"), self.tr("Close this window; what is being fetched goes on"), self.reject)
        self._title, self._facts, self._state = QLabel(self), QLabel(self), QLabel(self)
        self._bar = QProgressBar(self)
        self._lay_out()
        shelf.changed.connect(self._show)
        shelf.found.connect(self._show_found)
        shelf.failed.connect(self._show_failure)
        self._show()
        shelf.refresh()

    def show_used(self, name: str) -> None:
        """Another model is set."""
        self._used = name
        self._show()

    def _button(self, text: str, tip: str, does: object) -> Button:
        button = Button(text, tip, self)
        button.setAutoDefault(False)
        button.clicked.connect(does)
        return button

    def _lay_out(self) -> None:
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        for label in (self._title, self._facts, self._state):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._state.setObjectName("quiet")
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Fetching the model"))
        top = QHBoxLayout()
        top.addWidget(self._field, 1)
        top.addWidget(self._search)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(12, 0, 0, 0)
        for widget in (self._title, self._facts, self._bar, self._state):
            column.addWidget(widget)
        column.addStretch(1)
        for pair in ((self._use, self._measure), (self._install, self._pause), (self._cancel, self._remove)):
            row = QHBoxLayout()
            for button in pair:
                row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
        sides = QSplitter(self)
        sides.addWidget(self._list)
        sides.addWidget(right)
        sides.setSizes([480, 320])
        sides.setChildrenCollapsible(False)
        bottom = QHBoxLayout()
        bottom.addWidget(self._folder)
        bottom.addWidget(self._file)
        bottom.addWidget(self._server)
        bottom.addStretch(1)
        runs = QLabel(self.tr("Runs on"), self)
        runs.setBuddy(self._device)
        bottom.addWidget(runs)
        bottom.addWidget(self._device)
        bottom.addWidget(self._close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 18, 20, 16)
        whole.addLayout(top)
        whole.addWidget(sides, 1)
        whole.addLayout(bottom)
        self.resize(860, 600)

    def _devices(self) -> dict[str, str]:
        graphics = {"mps": self.tr("Apple graphics")} if sys.platform == "darwin" else {"cuda": self.tr("Graphics card (CUDA)")}
        return {"auto": self.tr("Automatic"), "cpu": self.tr("Processor")} | graphics

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self._shelf.refresh()  # something else may have changed what there is

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in RETURN:
            if self._field.hasFocus():
                self._search_now()
            return  # there is no button that Return should press unseen
        super().keyPressEvent(event)

    # --- what is shown ----------------------------------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        self._list.show_models(self._texts.groups(self._found, self._used))

    @Slot()
    def _show_model(self) -> None:
        model = self._list.listed
        name = model.name if model is not None else ""
        download, doing = self._shelf.downloads.get(name), self._shelf.doing(name)
        going = doing in ("about", "fetch")
        self._title.setText(model.title if model is not None else "")
        self._facts.setText(self._texts.facts(model) if model is not None else "")
        said = ""
        self._bar.setVisible(download is not None)
        if download is not None:
            known = download.share >= 0
            self._bar.setRange(0, 100 if known or download.paused else 0)
            self._bar.setValue(round(max(download.share, 0) * 100))
            said = self._texts.progress(download)
        elif doing == "measure":
            said = self.tr("Measuring it; this takes a few seconds…")
        elif doing == "remove":
            said = self.tr("Removing it…")
        if name != self._told_at:
            self._told, self._told_at = "", name
        self._state.setText(said or self._told)
        installed = model is not None and model.installed
        self._use.setEnabled(installed and model is not None and not model.masked and not model.used and not doing)
        self._measure.setEnabled(installed and model is not None and not model.masked and not doing)
        self._install.setEnabled(model is not None and not installed and not doing)
        self._install.setText(self.tr("Resume") if download is not None and download.paused else self.tr("Install"))
        self._pause.setEnabled(going)
        self._cancel.setEnabled(going or doing == "measure" or (download is not None and download.paused))
        self._remove.setEnabled(model is not None and model.removable and not doing)

    @Slot(object)
    def _show_found(self, found: list[Found]) -> None:
        self._found = found
        self._search.setEnabled(True)
        self._show()
        self._told = ""
        if found:
            self._list.choose(found[0].id)
        else:
            self._tell(self.tr("The hub has no model of that name that Afterword can use."))

    @Slot(str, object)
    def _show_failure(self, _: str, error: Exception) -> None:
        self._search.setEnabled(True)
        self._tell(sentence(error, self.tr))  # which says which model; the writer may be at another one

    def _tell(self, text: str) -> None:
        """Say something until the writer goes to another model, or something is being done to this one."""
        self._told = text
        self._show_model()

    # --- what the writer does ---------------------------------------------------------------------------------------

    @Slot()
    def _field_changed(self) -> None:
        if not self._field.text().strip() and self._found:
            self._found = []
            self._show()

    @Slot(int)
    def _choose_device(self, row: int) -> None:
        self.device_chosen.emit(self._device.itemData(row))

    @Slot()
    def _search_now(self) -> None:
        text = self._field.text().strip()
        if text:
            self._search.setEnabled(False)
            self._tell(self.tr("Asking the hub…"))
            self._shelf.search(text)

    def _of_chosen(self, wish: Callable[[str], None]) -> None:
        if self._list.listed is not None:
            wish(self._list.listed.name)

    @Slot()
    def _install_it(self) -> None:
        if self._list.listed is not None:
            self._shelf.install(self._list.listed.name, self._list.listed.size)

    @Slot()
    def _ask_remove(self) -> None:
        model = self._list.listed
        if model is None:
            return
        text = self.tr("Remove “{name}” from this machine?").format(name=model.title)
        confirm(self, text, self._texts.loss(model.name), self.tr("Remove it"), partial(self._remove_named, model.name))

    def _remove_named(self, name: str) -> None:
        if name != self._shelf.entry_name(self._used):  # it may have become that while the question was open
            self._shelf.remove(name)
