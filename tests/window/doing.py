"""What a writer does in the window, for tests of that."""

from __future__ import annotations

from afterword.engine.protocol import Piece
from afterword.settings import Settings
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.window.actions import Action
from afterword.window.main_window import MainWindow


def do(window: MainWindow, action: Action) -> None:
    """Choose it from its menu."""
    window.menus.actions[action].trigger()


def heard(signal: object) -> list[object]:
    """What a signal says from now on."""
    values: list[object] = []
    signal.connect(values.append)  # type: ignore[attr-defined]
    return values


def offer(window: MainWindow, text: str) -> None:
    """Have a suggestion on the page."""
    page = window.page
    page.show_suggestion(Suggestion((Piece(text, 0.9),), Ended.LENGTH), page.place())
    assert page.ghost_text == text


def saved_settings(settings: Settings) -> Settings:
    """As the next start will find them."""
    again = Settings(settings._file)
    assert again.load() == []
    return again
