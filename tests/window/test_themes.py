"""Light and dark: readable, and following the system."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from afterword.settings import Settings
from afterword.window.themes import DARK, LIGHT, WRITING_FACES, Colours, Themes, look_of, writing_face
from tests.colours import contrast

TEXT_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("text", "page"),
        ("ghost", "page"),
        ("text", "selection"),
        ("text", "found"),
        ("strong", "window"),
        ("strong", "field"),
        ("quiet", "window"),
        ("quiet", "field"),
        ("note_text", "note"),
        ("on_accent", "accent"),
    ],
)
def test_text_can_be_read(colours: Colours, text: str, behind: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, behind)) >= TEXT_CONTRAST


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_a_ghost_is_not_taken_for_text(colours: Colours) -> None:
    assert contrast(colours.text, colours.page) > 2 * contrast(colours.ghost, colours.page)


@pytest.fixture
def themes(qapp: QApplication, settings: Settings) -> Themes:
    return Themes(qapp, settings)


@pytest.mark.parametrize(("theme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_a_theme_colours_the_widgets_and_the_page(
    qapp: QApplication, settings: Settings, themes: Themes, theme: str, colours: Colours
) -> None:
    settings["window.theme"] = theme
    themes.apply()
    assert themes.colours is colours
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(colours.window)
    look = look_of(themes.colours, settings)
    assert (look.page, look.text, look.ghost) == (colours.page, colours.text, colours.ghost)


def test_the_systems_change_is_followed_live_unless_a_theme_was_chosen(
    qapp: QApplication, settings: Settings, themes: Themes
) -> None:
    settings["window.theme"] = "light"
    themes.apply()
    told: list[Colours] = []
    themes.changed.connect(told.append)
    hints = qapp.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert told == []
    settings["window.theme"] = "system"
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert told == [DARK]
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert told == [DARK, LIGHT]


def test_the_font_of_the_settings_comes_first(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFontDatabase, "families", lambda *_: ["Mine", "Georgia", "Charter"])
    assert writing_face("Mine") == "Mine"
    assert writing_face("") == "Charter", "of the installed writing faces the best"
    assert writing_face("Not installed") == "Charter"


def test_without_a_writing_face_the_systems_font_is_used(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFontDatabase, "families", lambda *_: ["Other"])
    family = writing_face("")
    assert family
    assert family not in WRITING_FACES
