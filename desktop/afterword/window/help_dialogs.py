"""What the help menu shows: the keys, and what Afterword is made from."""

from __future__ import annotations

import sys
from html import escape

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from afterword import __version__
from afterword.window.actions import MENUS, TABLE, Menu, plain, translated

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
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def show_keys(self) -> QDialog:
        """All keys, menu by menu."""
        dialog, column = self._dialog(self.tr("Keys"))
        tree = QTreeWidget(dialog)
        tree.setAccessibleName(self.tr("Keys"))
        tree.setToolTip(self.tr("What each key does"))
        tree.setHeaderLabels([self.tr("Action"), self.tr("Keys")])
        tree.setRootIsDecorated(False)
        tree.setIndentation(12)
        tree.setSelectionMode(QTreeWidget.SelectionMode.SingleSelection)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        for menu, row in MENUS.items():
            items = self._key_items(menu)
            if items:
                head = QTreeWidgetItem([plain(translated(row.text))])
                font = head.font(0)
                font.setBold(True)
                head.setFont(0, font)
                head.addChildren(items)
                tree.addTopLevelItem(head)
        tree.expandAll()
        column.insertWidget(0, tree)
        dialog.resize(480, 560)
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
        buttons.rejected.connect(dialog.reject)
        column.addWidget(buttons)
        return dialog, column

    def _key_items(self, menu: Menu) -> list[QTreeWidgetItem]:
        items = []
        for row in TABLE.values():
            keys = row.keys_on(mac=sys.platform == "darwin")
            if row.menu is menu and keys:
                shown = self.tr(" or ").join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys)
                item = QTreeWidgetItem([plain(translated(row.text)), shown])
                item.setToolTip(0, translated(row.tip))
                items.append(item)
        return items
