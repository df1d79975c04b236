"""What each action of the table does: one small function for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from afterword.editor.keys import EditorAction
from afterword.editor.page import Page
from afterword.window.actions import TABLE, Action

if TYPE_CHECKING:
    from afterword.window.main_window import MainWindow

Handler = Callable[["MainWindow"], None]


def edited(page: Page) -> QLineEdit | QPlainTextEdit | QTextEdit:
    """What undo, cut and the like are about: the field that has the focus, else the page."""
    focused = QApplication.focusWidget()
    field = focused.findChild(QLineEdit) if isinstance(focused, QAbstractSpinBox) else focused
    return field if isinstance(field, QLineEdit | QPlainTextEdit | QTextEdit) else page


def _editor_action(action: EditorAction, window: MainWindow) -> None:
    window.page.setFocus()
    window.page.perform(action)


def _choose(key: str, value: str, window: MainWindow) -> None:
    window.preferences.choose(key, value)


def _switch(action: Action, window: MainWindow) -> None:
    window.preferences.choose(TABLE[action].switch, window.menus.actions[action].isChecked())


HANDLERS: dict[Action, Handler] = {
    **{action: partial(_editor_action, row.editor) for action, row in TABLE.items() if row.editor is not None},
    **{action: partial(_choose, *row.choice) for action, row in TABLE.items() if row.choice is not None},
    **{action: partial(_switch, action) for action, row in TABLE.items() if row.switch},
}


def _does(action: Action) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        HANDLERS[action] = handler
        return handler

    return register


@_does(Action.NEW)
def _new(window: MainWindow) -> None:
    window.documents.new()


@_does(Action.NEW_WINDOW)
def _new_window(window: MainWindow) -> None:
    window.window_wanted.emit()


@_does(Action.OPEN)
def _open(window: MainWindow) -> None:
    window.documents.open()


@_does(Action.CLEAR_RECENT)
def _clear_recent(window: MainWindow) -> None:
    window.recent.clear()


@_does(Action.SAVE)
def _save(window: MainWindow) -> None:
    window.documents.save()


@_does(Action.SAVE_AS)
def _save_as(window: MainWindow) -> None:
    window.documents.save_as()


@_does(Action.VERSIONS)
def _versions(window: MainWindow) -> None:
    window.versions.show()


@_does(Action.ENCODING)
def _encoding(window: MainWindow) -> None:
    window.ask_encoding()


@_does(Action.EXPORT)
def _export(window: MainWindow) -> None:
    window.exports.ask()


@_does(Action.CLOSE_WINDOW)
def _close_window(window: MainWindow) -> None:
    window.close()


@_does(Action.QUIT)
def _quit(window: MainWindow) -> None:
    window.quit_wanted.emit()


@_does(Action.UNDO)
def _undo(window: MainWindow) -> None:
    edited(window.page).undo()


@_does(Action.REDO)
def _redo(window: MainWindow) -> None:
    edited(window.page).redo()


@_does(Action.CUT)
def _cut(window: MainWindow) -> None:
    edited(window.page).cut()


@_does(Action.COPY)
def _copy(window: MainWindow) -> None:
    edited(window.page).copy()


@_does(Action.PASTE)
def _paste(window: MainWindow) -> None:
    edited(window.page).paste()


@_does(Action.SELECT_ALL)
def _select_all(window: MainWindow) -> None:
    edited(window.page).selectAll()


@_does(Action.FIND)
def _find(window: MainWindow) -> None:
    window.find_bar.open_bar()


@_does(Action.FIND_NEXT)
def _find_next(window: MainWindow) -> None:
    window.find_bar.find_next()


@_does(Action.FIND_PREVIOUS)
def _find_previous(window: MainWindow) -> None:
    window.find_bar.find_previous()


@_does(Action.ZOOM_IN)
def _zoom_in(window: MainWindow) -> None:
    window.page.zoom(1)


@_does(Action.ZOOM_OUT)
def _zoom_out(window: MainWindow) -> None:
    window.page.zoom(-1)


@_does(Action.ZOOM_RESET)
def _zoom_reset(window: MainWindow) -> None:
    window.page.reset_zoom()


@_does(Action.FULL_SCREEN)
def _full_screen(window: MainWindow) -> None:
    window.switch_full_screen()


@_does(Action.STATISTICS)
def _statistics(window: MainWindow) -> None:
    window.statistics_wanted.emit()


@_does(Action.NEXT_PANE)
def _next_pane(window: MainWindow) -> None:
    window.panes.go(1)


@_does(Action.PREVIOUS_PANE)
def _previous_pane(window: MainWindow) -> None:
    window.panes.go(-1)


@_does(Action.MODELS)
def _models(window: MainWindow) -> None:
    window.models_wanted.emit()


@_does(Action.MODEL_STARTER)
def _model_starter(window: MainWindow) -> None:
    window.models.want("starter")


@_does(Action.MODEL_FOLDER)
def _model_folder(window: MainWindow) -> None:
    window.models.choose_folder()


@_does(Action.MODEL_FILE)
def _model_file(window: MainWindow) -> None:
    window.models.choose_file()


@_does(Action.MODEL_NAME)
def _model_name(window: MainWindow) -> None:
    window.models.ask_name()


@_does(Action.ASK_DRAFT)
def _ask_draft(window: MainWindow) -> None:
    window.asking.open()


@_does(Action.SERVER)
def _server(window: MainWindow) -> None:
    window.servers.show()


@_does(Action.PRIVATE)
def _private(window: MainWindow) -> None:
    window.documents.set_private(window.menus.actions[Action.PRIVATE].isChecked())


@_does(Action.STOP_LOADING)
def _stop_loading(window: MainWindow) -> None:
    window.models.stop_loading()


@_does(Action.KEYS)
def _keys(window: MainWindow) -> None:
    window.help.show_keys()


@_does(Action.ABOUT)
def _about(window: MainWindow) -> None:
    window.help.show_about()


@_does(Action.PAUSE)
def _pause(window: MainWindow) -> None:
    window.preferences.pause(window.menus.actions[Action.PAUSE].isChecked())


@_does(Action.NOTES)
def _notes(window: MainWindow) -> None:
    window.switch_notes(window.menus.actions[Action.NOTES].isChecked())


@_does(Action.PANEL)
def _panel(window: MainWindow) -> None:
    window.switch_panel(window.menus.actions[Action.PANEL].isChecked())
