"""What the help menu shows: the keys, and what Afterword is made from."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from afterword import __version__
from afterword.window.key_bindings import KeyBindings
from afterword.window.keys_dialog import KeysDialog

LICENCES = (
    ("Qt, PySide6", "LGPL-3.0"),
    ("PyTorch", "BSD-3-Clause"),
    ("Transformers, Tokenizers, Accelerate", "Apache-2.0"),
    ("gguf, platformdirs, TOML Kit", "MIT"),
    ("pandoc", "GPL-2.0-or-later"),
    ("Typst", "Apache-2.0"),
    ("SmolLM2", "Apache-2.0"),
)


class HelpDialogs(QObject):
    """Opens them over a window.

    Args:
        window: what they belong to.
        keys: what the list of keys shows and changes.

    Signals:
        said: a sentence that the writer should hear of, also without looking.
    """

    said = Signal(str)

    def __init__(self, window: QWidget, keys: KeyBindings) -> None:
        super().__init__(window)
        self._window = window
        self._keys = keys

    def show_keys(self) -> QDialog:
        """All keys, which can be changed there."""
        dialog = KeysDialog(self._keys, self._window)
        dialog.said.connect(self.said)
        dialog.open()
        return dialog

    def show_about(self) -> QDialog:
        """The version and the licences."""
        dialog, column = self._dialog(self.tr("About Afterword"))
        title = QLabel(f"Afterword {__version__}", dialog)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        title.setFont(font)
        about = QLabel(self.tr("A writing assistant that runs on your own machine. Your text stays there."), dialog)
        about.setWordWrap(True)
        licences = QTextBrowser(dialog)
        licences.setAccessibleName(self.tr("Licences"))
        licences.setToolTip(self.tr("What Afterword is made from"))
        rows = "".join(f"<tr><td>{escape(name)}&nbsp;&nbsp;</td><td>{escape(licence)}</td></tr>" for name, licence in LICENCES)
        own = self.tr("Afterword is free software under the licence Apache-2.0. It is made from:")
        licences.setHtml(f"<p>{escape(own)}</p><table cellspacing='4'>{rows}</table>")
        for index, widget in enumerate((title, about, licences)):
            column.insertWidget(index, widget)
        dialog.resize(440, 380)
        dialog.open()
        return dialog

    def _dialog(self, title: str) -> tuple[QDialog, QVBoxLayout]:
        dialog = QDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        column = QVBoxLayout(dialog)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(12)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
        buttons.button(QDialogButtonBox.StandardButton.Close).setToolTip(self.tr("Close this window"))
        buttons.rejected.connect(dialog.reject)
        column.addWidget(buttons)
        return dialog, column
