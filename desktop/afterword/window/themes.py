"""How everything looks, light and dark: the colours, the palette of the widgets, and a typeface for the page."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from afterword.editor.look import PageLook
from afterword.settings import Settings


@dataclass(frozen=True)
class Colours:
    """The colours of one theme, as #rrggbb.

    `text` and `ghost` on `page`, `quiet` and `strong` on `window`, and `note_text` on `note` have the contrast that WCAG 2.2 asks
    of text (success criterion 1.4.3: 4.5 to 1).
    """

    dark: bool
    page: str
    text: str
    ghost: str
    selection: str
    window: str
    field: str
    strong: str
    quiet: str
    faint: str
    border: str
    accent: str
    on_accent: str
    note: str
    note_text: str
    found: str


LIGHT = Colours(
    dark=False,
    page="#fcfbf8",
    text="#262522",
    ghost="#74716b",
    selection="#cfe2f4",
    window="#f3f1ec",
    field="#fffefc",
    strong="#2b2a27",
    quiet="#66635c",
    faint="#a5a199",
    border="#d9d5cc",
    accent="#1d6aa8",
    on_accent="#ffffff",
    note="#f8ecd0",
    note_text="#4d3a10",
    found="#ffe9a6",
)

DARK = Colours(
    dark=True,
    page="#1a1a1b",
    text="#dbd8d2",
    ghost="#8b8881",
    selection="#2c4a67",
    window="#242425",
    field="#2d2d2f",
    strong="#dedbd5",
    quiet="#a19e97",
    faint="#6c6a65",
    border="#3c3c3e",
    accent="#62a8e0",
    on_accent="#10161c",
    note="#40351c",
    note_text="#f0dfb4",
    found="#5c4a14",
)

WRITING_FACES = (
    "iA Writer Quattro S",
    "iA Writer Duo S",
    "Charter",
    "Iowan Old Style",
    "Source Serif 4",
    "Source Serif Pro",
    "Literata",
    "Georgia",
    "Cambria",
    "Noto Serif",
)
"""Typefaces made for reading long texts on a screen, best first."""


def writing_face(wanted: str) -> str:
    """The font family for the page: the one that is wanted, else a good writing face that is installed, else the system's own."""
    installed = set(QFontDatabase.families())
    for family in (wanted, *WRITING_FACES):
        if family in installed:
            return family
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def look_of(colours: Colours, settings: Settings) -> PageLook:
    """How the page looks: its colours from the theme, its font and measure from the settings."""
    return PageLook(
        font_family=writing_face(settings["page.font_family"]),
        font_size=settings["page.font_size"],
        line_spacing=settings["page.line_spacing"],
        width=settings["page.width"],
        page=colours.page,
        text=colours.text,
        ghost=colours.ghost,
        selection=colours.selection,
        shading=settings["suggestions.shading"],
    )


def palette_of(colours: Colours) -> QPalette:
    """The palette for all widgets."""
    roles = QPalette.ColorRole
    palette = QPalette(QColor(colours.window))
    chosen = {
        roles.Window: colours.window,
        roles.WindowText: colours.strong,
        roles.Base: colours.field,
        roles.AlternateBase: colours.window,
        roles.Text: colours.strong,
        roles.PlaceholderText: colours.quiet,
        roles.Button: colours.window,
        roles.ButtonText: colours.strong,
        roles.BrightText: colours.accent,
        roles.ToolTipBase: colours.field,
        roles.ToolTipText: colours.strong,
        roles.Highlight: colours.accent,
        roles.HighlightedText: colours.on_accent,
        roles.Accent: colours.accent,
        roles.Link: colours.accent,
        roles.LinkVisited: colours.accent,
        roles.Mid: colours.border,
    }
    for role, colour in chosen.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
    palette.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(colours.border))
    return palette


def style_sheet_of(colours: Colours) -> str:
    """What a palette cannot say, for the widgets around the page: flat shapes, slim scroll bars, a mark on what has the focus.

    Not for the page: a style sheet would take its palette over.
    """
    return _STYLE.format(**{name: getattr(colours, name) for name in Colours.__dataclass_fields__})


_STYLE = """
QMenuBar {{ background: {window}; border: none; }}
QMenuBar::item {{ padding: 5px 9px; background: transparent; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {border}; }}
QStatusBar {{ background: {window}; border-top: 1px solid {border}; }}
QStatusBar::item {{ border: none; }}
#panel, #panel QScrollArea, #panel_inside {{ background: {window}; border: none; }}
#quiet {{ color: {quiet}; }}
#quiet:disabled {{ color: {faint}; }}
#banner {{ background: {note}; border-bottom: 1px solid {border}; }}
#banner QLabel {{ color: {note_text}; }}
#find_bar {{ background: {window}; border-top: 1px solid {border}; }}
QPushButton {{ padding: 4px 12px; border: 1px solid {border}; border-radius: 5px; background: {field}; color: {strong}; }}
QPushButton:hover {{ border-color: {faint}; }}
QPushButton:pressed {{ background: {border}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {faint}; background: {window}; }}
#fold {{ border: 1px solid transparent; border-radius: 5px; padding: 3px 8px 3px 2px; background: transparent; }}
#fold:hover {{ background: {border}; }}
#fold:focus {{ border-color: {accent}; }}
#panel QPlainTextEdit, #panel QTextBrowser {{ border: 1px solid {border}; border-radius: 5px; background: {field}; }}
#panel QPlainTextEdit:focus, #panel QTextBrowser:focus {{ border-color: {accent}; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {border}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {accent}; }}
QSlider::sub-page:horizontal:disabled {{ background: {border}; }}
QSlider::handle:horizontal {{
    width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; border: 1px solid {accent}; background: {field};
}}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {accent}; }}
QSlider::handle:horizontal:disabled {{ border-color: {faint}; background: {window}; }}
QProgressBar {{ border: none; border-radius: 2px; background: {border}; max-height: 4px; min-height: 4px; }}
QProgressBar::chunk {{ border-radius: 2px; background: {accent}; }}
QScrollBar:vertical {{ width: 11px; background: transparent; margin: 0; }}
QScrollBar::handle:vertical {{ min-height: 36px; margin: 2px; border-radius: 3px; background: {border}; }}
QScrollBar::handle:vertical:hover {{ background: {faint}; }}
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
"""


class Themes(QObject):
    """Keeps the application in the theme of the settings, and follows the system where that is what they say.

    Signals:
        changed: the colours that are now in force.
    """

    changed = Signal(object)

    def __init__(self, app: QApplication, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._settings = settings
        self._colours = LIGHT
        app.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def colours(self) -> Colours:
        """Those in force."""
        return self._colours

    @Slot()
    def apply(self) -> None:
        """Bring the application into the theme of the setting window.theme."""
        hints = self._app.styleHints()
        theme = self._settings["window.theme"]
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        # Asked for as well, so that title bars and native dialogs follow; where the platform cannot, our own palette still does.
        hints.setColorScheme(schemes.get(theme, Qt.ColorScheme.Unknown))
        dark = theme == "dark" or (theme == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
        self._use(DARK if dark else LIGHT)

    def _use(self, colours: Colours) -> None:
        self._colours = colours
        if self._app.style().name() != "fusion":
            self._app.setStyle("Fusion")
        self._app.setPalette(palette_of(self._colours))
        self.changed.emit(self._colours)

    @Slot(Qt.ColorScheme)
    def _follow(self, scheme: Qt.ColorScheme) -> None:
        wanted = DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        if self._settings["window.theme"] == "system" and wanted is not self._colours:
            self._use(wanted)
