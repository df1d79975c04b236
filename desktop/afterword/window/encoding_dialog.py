"""How a draft stands in its file: the encoding in which it was read, and that in which it is saved, with its line ends."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from afterword.drafts.encoding import Form
from afterword.drafts.encodings import Encoding, encoding_of, encodings_offered
from afterword.window.button import Button

Translate = Callable[[str], str]


class EncodingDialog(QDialog):
    """Lets the writer choose.

    Args:
        form: as it is now.
        in_file: whether there is a file that can be read again.
        parent: the window that it belongs to.

    Signals:
        read_wanted: read the file again, in this encoding, by Python's name.
        form_chosen: save in this Form from now on.
    """

    read_wanted = Signal(str)
    form_chosen = Signal(object)

    def __init__(self, form: Form, in_file: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Encoding and line ends"))
        told = QLabel(
            self.tr("If letters look wrong, the file was read in the wrong encoding: choose another one and read it again."), self
        )
        told.setWordWrap(True)
        # Made in the order of the tab key.
        self._encodings = self._combo(self.tr("Encoding"), self.tr("How letters are stored in the file"))
        for encoding in self._offered():
            self._encodings.addItem(f"{encoding.name} · {self._script(encoding.script)}", encoding)
        self._encodings.setCurrentIndex(self._encodings.findText(f"{encoding_of(form).name} ·", Qt.MatchFlag.MatchStartsWith))
        self._newlines = self._combo(self.tr("Line ends"), self.tr("How a new line is stored in the file"))
        for newline, text in self._endings():
            self._newlines.addItem(text, newline)
        self._newlines.setCurrentIndex(self._newlines.findData("" if form.endings else form.newline))
        self._read = Button(
            self.tr("Read again"), self.tr("Read the file in this encoding; what is not saved is asked about"), self
        )
        self._read.setEnabled(in_file)
        self._read.clicked.connect(self._read_again)
        cancel = Button(self.tr("Cancel"), self.tr("Change nothing"), self)
        cancel.clicked.connect(self.reject)
        self._save = Button(self.tr("Save so from now on"), self.tr("The next save stores the draft in this way"), self)
        self._save.setDefault(True)
        self._save.clicked.connect(self._use)
        self._encodings.currentIndexChanged.connect(self._choose_default)
        self._newlines.currentIndexChanged.connect(self._choose_default)
        fields = QFormLayout()
        fields.addRow(self.tr("Encoding:"), self._encodings)
        fields.addRow(self.tr("Line ends:"), self._newlines)
        row = QHBoxLayout()
        row.addWidget(self._read)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(told)
        column.addLayout(fields)
        column.addLayout(row)

    def _offered(self) -> list[Encoding]:
        offered, has = list(encodings_offered()), encoding_of(self._form)
        return offered if has in offered else [has, *offered]

    @Slot()
    def _choose_default(self) -> None:
        # Reading again would forget other line ends, and shows the same letters where only the mark is another one.
        other = self._encodings.currentData().encoding != self._form.encoding and not self._other_newline()
        (self._read if other and self._read.isEnabled() else self._save).setDefault(True)

    def _other_newline(self) -> str:
        """The line end that was chosen; "" where it is as in the file."""
        newline = self._newlines.currentData()
        return newline if newline != self._form.newline or self._form.endings else ""

    @Slot()
    def _read_again(self) -> None:
        self.accept()
        self.read_wanted.emit(self._encodings.currentData().encoding)

    @Slot()
    def _use(self) -> None:
        self.accept()
        chosen, newline, form = self._encodings.currentData(), self._other_newline(), self._form
        if chosen != encoding_of(form):
            form = form.with_encoding(chosen.encoding, bom=chosen.bom)
        if newline:
            form = form.with_newline(newline)
        self.form_chosen.emit(form)

    def _endings(self) -> list[tuple[str, str]]:
        found = [
            ("\n", self.tr("LF (Linux, macOS)")),
            ("\r\n", self.tr("CR LF (Windows)")),
            ("\r", self.tr("CR (old Macintosh)")),
        ]
        return [*found, ("", self.tr("mixed, as they are"))] if self._form.endings else found

    def _script(self, script: str) -> str:
        words = {
            "unicode": self.tr("all scripts"),
            "western": self.tr("Western European"),
            "central european": self.tr("Central European"),
            "baltic": self.tr("Baltic"),
            "cyrillic": self.tr("Cyrillic"),
            "greek": self.tr("Greek"),
            "turkish": self.tr("Turkish"),
            "hebrew": self.tr("Hebrew"),
            "arabic": self.tr("Arabic"),
            "thai": self.tr("Thai"),
            "japanese": self.tr("Japanese"),
            "simplified chinese": self.tr("Simplified Chinese"),
            "traditional chinese": self.tr("Traditional Chinese"),
            "korean": self.tr("Korean"),
        }
        return words.get(script, script)

    def _combo(self, name: str, tip: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setAccessibleName(name)
        combo.setToolTip(tip)
        return combo
