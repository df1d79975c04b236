"""The models window: what is on this machine and what it needs, what could be, and getting, measuring and removing it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QEvent, QLocale, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from afterword.engine.catalogue import Entry
from afterword.engine.hub import Found
from afterword.engine.recommended import RECOMMENDED
from afterword.engine.speeds import PROMPT, Measured
from afterword.engine.weights import memory
from afterword.sentences import sentence
from afterword.window.boxes import confirm
from afterword.window.button import Button
from afterword.window.model_list import ListedModel, ModelList
from afterword.window.model_shelf import Download, ModelShelf

_SI = QLocale.DataSizeFormat.DataSizeSIFormat


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
        self._used = used
        self._found: list[Found] = []
        self._told, self._told_at = "", ""  # what was said last, and at which model
        # Made in the order of the tab key.
        self._field = QLineEdit(self)
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
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._field.hasFocus():
                self._search_now()
            return  # there is no button that Return should press unseen
        super().keyPressEvent(event)

    # --- what is shown ----------------------------------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        entries = self._shelf.entries
        here = {entry.name for entry in entries if entry.installed}
        groups = [
            (self.tr("On this machine"), [self._of_entry(entry) for entry in entries]),
            (self.tr("On their way"), [self._of_download(name) for name in self._shelf.downloads if name not in here]),
            (self.tr("Found on the hub"), [self._of_found(found) for found in self._found if found.id not in here]),
            (self.tr("To try, smallest first (untested by us)"), self._of_recommended(here, masked=False)),
            (self.tr("To try for other words in place of one (Ctrl+;)"), self._of_recommended(here, masked=True)),
        ]
        self._list.show_models(groups)

    def _of_entry(self, entry: Entry) -> ListedModel:
        parts = [self._weights(entry.parameters), self._disk(entry.size), entry.licence or self.tr("licence unknown")]
        if not entry.installed:
            parts.append(self.tr("not fetched yet"))
        measured = self._shelf.measured(entry.name)
        if measured is not None:
            parts.append(self._rate(measured))
        used, masked = entry.name == self._shelf.entry_name(self._used), entry.kind == "masked"
        removable = entry.installed and not used
        return ListedModel(entry.name, entry.title, _told(parts), entry.installed, masked, used, entry.size, removable)

    def _of_download(self, name: str) -> ListedModel:
        download = self._shelf.downloads[name]
        return ListedModel(name, name, (self._progress(download),), size=download.size)

    def _of_found(self, found: Found) -> ListedModel:
        downloads = self.tr("{count} downloads").format(count=self.locale().toString(found.downloads))
        return self._of_hub(found.id, found.parameters or 0, found.licence, gated=found.gated, more=downloads)

    def _of_recommended(self, here: set[str], *, masked: bool) -> list[ListedModel]:
        return [
            self._of_hub(each.name, each.parameters, each.licence, gated=each.gated, masked=masked)
            for each in RECOMMENDED
            if each.masked is masked and each.name not in here
        ]

    def _of_hub(
        self, name: str, parameters: int, licence: str, *, gated: bool, masked: bool = False, more: str = ""
    ) -> ListedModel:
        parts = [
            self._weights(parameters),
            self._memory(memory(parameters)),
            licence or self.tr("licence unknown"),
            self.tr("asks for an account on the hub") if gated else "",
            more,
        ]
        return ListedModel(name, name, _told(parts), masked=masked)

    def _memory(self, size: int) -> str:
        return self.tr("needs {size} of memory").format(size=self._bytes(size)) if size else ""

    def _weights(self, count: int) -> str:
        if not count:
            return ""
        if count >= 10**9:
            return self.tr("{number} billion weights").format(number=self.locale().toString(count / 10**9, "f", 1))
        return self.tr("{number} million weights").format(number=self.locale().toString(max(1, round(count / 10**6))))

    def _disk(self, size: int) -> str:
        return self.tr("{size} on disk").format(size=self._bytes(size)) if size else ""

    def _rate(self, measured: Measured) -> str:
        rate = self.locale().toString(measured.tokens_per_second, "f", 0)
        return self.tr("{rate} tokens/s here").format(rate=rate)

    def _bytes(self, size: int) -> str:
        return str(self.locale().formattedDataSize(size, 1, _SI))

    def _progress(self, download: Download) -> str:
        stages = {"converting": self.tr("Converting it"), "checking": self.tr("Checking it"), "fetching": self.tr("Fetching it")}
        if download.paused:
            text = self.tr("Paused")
        elif download.stage == "waiting":
            return self.tr("Another Afterword is at this model…")
        elif download.share < 0:
            return self.tr("Asking for it…")
        else:
            text = stages.get(download.stage, self.tr("Fetching it"))
        text = self.tr("{what}: {percent} %").format(what=text, percent=round(max(download.share, 0.0) * 100))
        if download.size:
            text = self.tr("{text} of {size}").format(text=text, size=self._bytes(download.size))
        if download.rate:
            text = self.tr("{text}, {rate} a second").format(text=text, rate=self._bytes(round(download.rate)))
        return text

    @Slot()
    def _show_model(self) -> None:
        model = self._list.listed
        name = model.name if model is not None else ""
        download, doing = self._shelf.downloads.get(name), self._shelf.doing(name)
        going = doing in ("about", "fetch")
        self._title.setText(model.title if model is not None else "")
        self._facts.setText(self._facts_of(model) if model is not None else "")
        said = ""
        self._bar.setVisible(download is not None)
        if download is not None:
            known = download.share >= 0
            self._bar.setRange(0, 100 if known or download.paused else 0)
            self._bar.setValue(round(max(download.share, 0) * 100))
            said = self._progress(download)
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

    def _facts_of(self, model: ListedModel) -> str:
        lines = [] if model.name in self._shelf.downloads else list(model.facts)
        entry = next((each for each in self._shelf.entries if each.name == model.name), None)
        if entry is not None and entry.memory:
            lines.insert(1, self._memory(entry.memory))
        measured = self._shelf.measured(model.name)
        if measured is not None:
            text = self.tr("reads a page ({count} tokens) in {seconds} s; took {size} of memory with all its libraries")
            seconds = self.locale().toString(measured.read_s, "f", 2)
            lines.append(text.format(count=PROMPT, seconds=seconds, size=self._bytes(measured.memory)))
        if model.used:
            lines.append(self.tr("writes your suggestions"))
        if model.masked:
            lines.append(self.tr("finds other words in place of one (Ctrl+;)"))
        if not model.installed and model.name in {each.name for each in RECOMMENDED}:
            lines.append(self.tr("untested: it could not be fetched where Afterword is made"))
        return "\n".join(f"• {line}" for line in lines)

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
        confirm(self, text, self._loss(model.name), self.tr("Remove it"), partial(self._remove_named, model.name))

    def _loss(self, name: str) -> str:
        entry = next((each for each in self._shelf.entries if each.name == name), None)
        if entry is not None and entry.shared:
            return self.tr("It is in the hub's own cache: other programs on this machine may use it too.")
        if entry is not None and entry.kind == "converted":
            return self.tr("The GGUF file that it was made from stays where it is.")
        if entry is not None and entry.kind == "folder":
            return self.tr("Its folder is deleted: keep a copy where you have no other.")
        return self.tr("To use it again it has to be fetched again.")

    def _remove_named(self, name: str) -> None:
        if name != self._shelf.entry_name(self._used):  # it may have become that while the question was open
            self._shelf.remove(name)


def _told(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(part for part in parts if part)
