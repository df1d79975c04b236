"""Which server is asked, with which key and model, and what it can do. Nothing is sent but by the button that tests it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from afterword.engine.server.address import Address, address
from afterword.engine.server.types import Abilities, Server
from afterword.errors import ServerError, ServerUnencrypted
from afterword.jobs import Job, Jobs
from afterword.sentences import sentence
from afterword.settings import Settings
from afterword.window import abilities
from afterword.window.button import Button
from afterword.window.field import Field
from afterword.window.key_state import Key, KeyState, key_state
from afterword.window.probing import Probe, probe_it, tested
from afterword.window.server_choice import Choice
from afterword.window.shown_text import ShownText

_OFFERED = 500  # of the server's models
_LONGEST = 200  # letters of a model's name: a longer one is none that somebody chooses from a list


class ServerDialog(QDialog):
    """Changes nothing itself.

    Args:
        settings: with the server that is set.
        jobs: test the connection.
        probe: does that.
        parent: the window that it belongs to.

    Signals:
        chosen: a Choice.
        told: what the test has found, for a screen reader.
        works: the server suggests, as it is set now.
    """

    chosen = Signal(object)
    told = Signal(str)
    works = Signal()

    def __init__(self, settings: Settings, jobs: Jobs, probe: Probe = probe_it, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Server"))
        self._settings = settings
        self._set = Server(settings["server.url"], settings["server.model"], unencrypted=settings["server.unencrypted"])
        self._forgotten: set[str] = set()  # the origins of servers, once it is saved
        self._jobs = jobs
        self._probe = probe
        self._job: Job | None = None
        self._tests_what_is_set = False
        self._complains = False  # of the address
        # Made in the order of the tab key.
        self._url = self._field(
            self.tr("Address"),
            self.tr("Where the server is; ask whoever runs it"),
            settings["server.url"],
            "https://server.example/v1",
        )
        self._unencrypted = self._box(
            self.tr("Also without encryption"),
            self.tr("Whoever is between this machine and the server can read what you write"),
            settings["server.unencrypted"],
        )
        self._key = self._field(self.tr("Key"), self.tr("Goes into the system's keyring, and into no file"), "", "")
        self._key.setEchoMode(QLineEdit.EchoMode.Password)
        self._forget = Button(
            self.tr("Forget it"), self.tr("Forget the key of this server, and take it out of the keyring"), self
        )
        self._forget.clicked.connect(self._forget_key)
        self._of_key = QLabel(self)
        self._of_key.setWordWrap(True)
        self._of_key.setObjectName("quiet")
        self._model = QComboBox(self)
        self._model.setEditable(True)
        self._model.setLineEdit(Field(self._model))
        self._model.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._model.setAccessibleName(self.tr("Model"))
        self._model.setToolTip(self.tr("Which of the server's models; the test lists them"))
        self._model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._model.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        edit = self._model.lineEdit()
        assert edit is not None
        edit.setPlaceholderText(self.tr("the server's first"))
        self._model.setEditText(settings["server.model"])
        self._test = Button(self.tr("Test connection"), self.tr("Ask the server what it can do; nothing of yours is sent"), self)
        self._test.clicked.connect(self._test_or_stop)
        found, tip = self.tr("What the server can do"), self.tr("What the test of the connection has found")
        self._found = ShownText("", found, tip, self)
        self._found.lie_flat()
        self._found.setMinimumHeight(5 * self.fontMetrics().lineSpacing())
        self._enabled = self._box(
            self.tr("Use this server"),
            self.tr("It suggests while you write, beside the model on this machine, and can be asked about the draft"),
            settings["server.enabled"],
        )
        self._alone = self._box(
            self.tr("Without a model on this machine"),
            self.tr("Only the server suggests: nothing is suggested while it is away"),
            settings["server.alone"],
        )
        self._cancel = Button(self.tr("Cancel"), self.tr("Change nothing"), self)
        self._cancel.clicked.connect(self.reject)
        self._save = Button(self.tr("Save"), self.tr("Use these from now on"), self)
        self._save.setDefault(True)
        self._save.clicked.connect(self._choose)
        self._lay_out()
        self._url.textChanged.connect(self.show_what_matters)
        self._url.textChanged.connect(self._mended)
        self._unencrypted.toggled.connect(self._mended)
        self._unencrypted.toggled.connect(self.show_what_matters)
        self._enabled.toggled.connect(self.show_what_matters)
        self._key.textChanged.connect(self.show_what_matters)
        self.finished.connect(self._stop)
        self.show_what_matters()

    @property
    def found(self) -> str:
        """What is said of the test."""
        return self._found.toPlainText()

    def _field(self, name: str, tip: str, text: str, example: str) -> QLineEdit:
        made = Field(text, self)
        made.setAccessibleName(name)
        made.setToolTip(tip)
        made.setPlaceholderText(example)
        return made

    def _box(self, text: str, tip: str, on: bool) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setToolTip(tip)
        box.setChecked(on)
        return box

    def _lay_out(self) -> None:
        key = QHBoxLayout()
        key.addWidget(self._key, 1)
        key.addWidget(self._forget)
        model = QHBoxLayout()
        model.addWidget(self._model, 1)
        model.addWidget(self._test)
        fields = QFormLayout()
        fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields.addRow(self.tr("Address:"), self._url)
        fields.addRow("", self._unencrypted)
        fields.addRow(self.tr("Key:"), key)
        fields.addRow("", self._of_key)
        fields.addRow(self.tr("Model:"), model)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._cancel)
        row.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(fields)
        column.addWidget(self._found, 1)
        column.addWidget(self._enabled)
        column.addWidget(self._alone)
        column.addLayout(row)
        self.resize(560, 460)

    # --- what is typed ----------------------------------------------------------------------------------------------

    def _place(self, *, unencrypted: bool) -> Address | None:
        try:
            return address(self._url.text(), unencrypted)
        except ServerError:
            return None

    def _is_wrong(self) -> bool:
        """Whether nothing can be asked at the address; then that is said, and the writer is where it can be mended."""
        try:
            address(self._url.text(), self._unencrypted.isChecked())
        except ServerError as error:
            self._tell(sentence(error, self.tr))
            self._complains = True
            field = self._unencrypted if isinstance(error, ServerUnencrypted) else self._url
            field.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    @Slot()
    def _mended(self) -> None:
        """Another address is typed: what was said of the one before is old news."""
        if self._complains:
            self._complains = False
            self._say("")

    @property
    def _typed_key(self) -> str:
        return self._key.text().strip()

    @property
    def _origin(self) -> str:
        """Of the server; "" where there is none at the address."""
        place = self._place(unencrypted=True)
        return "" if place is None else place.origin

    def _key_state(self) -> KeyState:
        """Of the key that was given before, where it is meant."""
        origin = self._origin
        if not origin or self._typed_key or origin in self._forgotten:
            return KeyState(Key.NONE)
        return key_state(origin, self._settings)

    def _server(self) -> Server:
        return Server(self._url.text().strip(), self._model.currentText().strip(), self._typed_key, self._unencrypted.isChecked())

    @Slot()
    def show_what_matters(self) -> None:
        """Show of the controls and of the key what is true by now."""
        place = self._place(unencrypted=True)
        self._unencrypted.setEnabled(place is not None and not place.encrypted and not place.loopback)
        self._test.setEnabled(bool(self._url.text().strip()))
        self._alone.setEnabled(self._enabled.isChecked())
        state = self._key_state()
        self._forget.setVisible(state.forgettable)
        field, text = state.told(self.tr)
        self._key.setPlaceholderText(field)
        self._of_key.setText(text)

    @Slot()
    def _forget_key(self) -> None:
        self._forgotten.add(self._origin)
        self._key.setFocus()
        self.show_what_matters()

    # --- the test ---------------------------------------------------------------------------------------------------

    @Slot()
    def _test_or_stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            return
        if self._is_wrong():
            return
        self._say(self.tr("Asking the server…"))
        self._test.setText(self.tr("Stop"))
        server = self._server()
        self._tests_what_is_set = server == self._set and self._origin not in self._forgotten
        keyed = "" if self._key_state().key is Key.NONE else self._origin
        self._job = self._jobs.start(tested, self._probe, server, keyed)
        self._job.done.connect(self._tested)
        self._job.failed.connect(self._failed)
        self._job.cancelled.connect(self._cancelled)

    @Slot(object)
    def _tested(self, able: Abilities) -> None:
        self._stand_ready()
        if self._tests_what_is_set and able.completes:
            self.works.emit()
        self._tell(abilities.told(able, self.locale(), self.tr))
        model = self._model.currentText()
        self._model.clear()
        self._model.addItems([name for name in able.models[:_OFFERED] if len(name) <= _LONGEST])
        self._model.setEditText(model)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._stand_ready()
        self._tell(sentence(error, self.tr))

    @Slot()
    def _cancelled(self) -> None:
        self._stand_ready()
        self._tell(self.tr("Stopped."))

    def _stand_ready(self) -> None:
        """The test is over, whatever is to be said of it."""
        self._job = None
        self._test.setText(self.tr("Test connection"))

    def _tell(self, text: str) -> None:
        self._say(text)
        self.told.emit(text)

    def _say(self, text: str) -> None:
        self._found.setPlainText(text)

    @Slot()
    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    # --- the choice -------------------------------------------------------------------------------------------------

    @Slot()
    def _choose(self) -> None:
        server, enabled = self._server(), self._enabled.isChecked()
        if (server.url or enabled) and self._is_wrong():
            return
        alone, unencrypted = self._alone.isChecked(), self._unencrypted.isChecked()
        choice = Choice(server.url, server.model, server.key, enabled, alone, unencrypted, frozenset(self._forgotten))
        self.accept()
        self.chosen.emit(choice)
