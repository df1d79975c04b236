"""The main window: builds its parts and connects them, and does nothing else."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from afterword import paths
from afterword.assist.types import ModelState, Phase, Place
from afterword.drafts.version_store import VersionStore
from afterword.editor.offering import WISHES
from afterword.editor.page import Page
from afterword.engine.protocol import Piece
from afterword.jobs import Jobs
from afterword.session import OpenWindow
from afterword.settings import Settings
from afterword.text.context import Context
from afterword.window.actions import TABLE, Action, Menu
from afterword.window.announcer import Announcer, Sink
from afterword.window.ask_panel import AskPanel
from afterword.window.asking import Asking
from afterword.window.banner import Banner
from afterword.window.conflict_strip import ConflictStrip
from afterword.window.crash_strip import CrashStrip
from afterword.window.dialogs import Dialogs, WindowDialogs
from afterword.window.documents import Documents
from afterword.window.encoding_dialog import EncodingDialog
from afterword.window.exports import Exports
from afterword.window.file_drop import FileDrop
from afterword.window.find_bar import FindBar
from afterword.window.handlers import HANDLERS, edited
from afterword.window.held_strip import HeldStrip
from afterword.window.help_dialogs import HelpDialogs
from afterword.window.journal_strip import JournalStrip
from afterword.window.keeper import SettingsKeeper
from afterword.window.key_bindings import KeyBindings
from afterword.window.key_rules import GHOST_ACTIONS
from afterword.window.likeliest_list import LikeliestList
from afterword.window.menu_focus import MenuFocus
from afterword.window.menus import Menus
from afterword.window.models import Models
from afterword.window.notes_panel import NotesPanel
from afterword.window.offer_strip import OfferStrip, is_model
from afterword.window.page_keys import PageKeys
from afterword.window.panes import Panes
from afterword.window.preferences import Preferences
from afterword.window.probing import Probe, probe_it
from afterword.window.recent import RecentFiles, RecentMenu
from afterword.window.recovering import Recovering
from afterword.window.replacement_list import ReplacementList
from afterword.window.sampling_panel import SamplingPanel
from afterword.window.servers import Servers
from afterword.window.session_view import SessionView
from afterword.window.sharing import Sharing
from afterword.window.sharing_strip import SharingStrip
from afterword.window.splitter import LineSplitter
from afterword.window.status_bar import StatusBar
from afterword.window.themes import Colours, Themes, style_sheet_of
from afterword.window.versions_keeper import VersionsKeeper

_PANEL_WIDTH = 280
_SIDE_BY_SIDE = 720
"""From this width on the panel stands beside the page, below it under the page."""


class MainWindow(QMainWindow):
    """Everything around the page.

    Args:
        page: becomes part of the window.
        settings: loaded; what the writer changes is put into them and saved.
        jobs: runs what takes time.
        dialogs: asks the writer; tests pass their own.
        sink: says what a screen reader should say; tests pass their own.
        keys: those in force in all windows; without them it has its own.
        keeper: of the settings of all windows; without one it has its own.
        store: of the versions of all drafts; without one it has its own.
        probe: tests the connection to a server; tests pass their own.

    Signals:
        sharing_changed: whether what stands on the page may go to the server; `sharing.shared` says it at any time.
        model_wanted: "starter", a folder, a GGUF file, or a hub id.
        load_cancelled: the model that is loading is not wanted any more.
        window_wanted: another window, for another draft.
        quit_wanted: all windows are to be closed.
        likeliest_wanted: the Context, and what of the suggestion stands before the word that is looked at.
        seen_wanted: the Context of which the writer sees how much the model is given.
        statistics_wanted: what was counted is to be shown.
        models_wanted: the models window is to be shown.
        used: it became the active one.
        closing: nothing can be lost any more, and the window goes.
    """

    sharing_changed = Signal(bool)
    model_wanted = Signal(str)
    load_cancelled = Signal()
    window_wanted = Signal()
    quit_wanted = Signal()
    likeliest_wanted = Signal(object, str)
    seen_wanted = Signal(object)
    statistics_wanted = Signal()
    models_wanted = Signal()
    used = Signal()
    closing = Signal()

    def __init__(
        self,
        page: Page,
        settings: Settings,
        jobs: Jobs,
        dialogs: Dialogs | None = None,
        sink: Sink | None = None,
        keys: KeyBindings | None = None,
        keeper: SettingsKeeper | None = None,
        store: VersionStore | None = None,
        probe: Probe = probe_it,
    ) -> None:
        super().__init__()
        self.page = page
        self.settings = settings
        self._safe_to_close = False
        self._in_close_event = False
        self._looked: Place | None = None
        self._fell_back = ("", "")  # the model, and why it does not run where it was to
        dialogs = dialogs or WindowDialogs(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)

        self.keeper = keeper or SettingsKeeper(settings, jobs, self)
        self.themes = Themes(app, settings, self)
        self.recent = RecentFiles(settings, self)
        self.documents = Documents(page, self.recent, jobs, dialogs, self)
        self.recovering = Recovering(self.documents, jobs, self)
        store = store or VersionStore(paths.versions_file())
        self.versions = VersionsKeeper(store, page, self.documents, jobs, self)
        self.exports = Exports(page, self.documents, jobs, dialogs, self)
        self.keys = keys or KeyBindings(settings, self)
        self.page_keys = PageKeys(page, self.keys, self)
        self.help = HelpDialogs(self, self.keys)
        self.banner = Banner(self)
        self.held_strip = HeldStrip(self)
        self.conflict_strip = ConflictStrip(self)
        self.journal_strip = JournalStrip(self)
        self.crash_strip = CrashStrip(self)
        self.offer_strip = OfferStrip(self)
        self.sharing_strip = SharingStrip(self)
        self.sharing = Sharing(self.keeper, self.documents, self)
        self.servers = Servers(self.keeper, jobs, page, self.documents, self.sharing, self.sharing_strip, self, probe)
        self._strips = (
            self.banner,
            self.held_strip,
            self.conflict_strip,
            self.journal_strip,
            self.crash_strip,
            self.offer_strip,
            self.sharing_strip,
        )
        self.models = Models(settings, dialogs, self.banner, self)
        self.find_bar = FindBar(page, self)
        self.likeliest = LikeliestList(page)
        self.replacements = ReplacementList(page)
        self.notes = NotesPanel(self)
        self.panel = SamplingPanel(settings.sampling(), self)
        self.ask_panel = AskPanel(self)
        self.asking = Asking(page, self.ask_panel, self.documents, self.sharing, self.servers, settings, jobs, self)
        self.status = StatusBar(self)
        self.announcer = Announcer(page, settings, sink, parent=self)
        self.menus = Menus(self, self._do, self.keys)
        MenuFocus(self.menuBar(), page)
        self.recent_menu = RecentMenu(self.menus.menus[Menu.RECENT], self.menus.actions[Action.CLEAR_RECENT], self.recent, self)
        self.preferences = Preferences(self.keeper, self.menus, page, self.exports, self.status, self.themes, self)
        self.drop = FileDrop(self)
        self._sides: tuple[QWidget, ...] = (self.notes, self.ask_panel, self.panel)
        self._lay_out()
        self.panes = Panes((page, self.notes, self.ask_panel, self.panel, self.status), self)
        panes: dict[str, QWidget] = {"page": page, "notes": self.notes, "panel": self.panel, "status": self.status}
        self._session = SessionView(self, page, self.documents, panes, self._splitter)
        self._connect()
        app.focusChanged.connect(self._offer_undo)
        self._show_settings()

    # --- for app.py -----------------------------------------------------------------------------------------------

    @Slot(object)
    def show_model_state(self, state: ModelState) -> None:
        """What the model does."""
        self.status.show_model_state(state)
        if state.phase is Phase.READY and state.fallback and (state.name, state.fallback) != self._fell_back:
            self.status.show_notice(self.status.explain(state))
        if state.phase is Phase.READY:
            self._fell_back = (state.name, state.fallback)
        self.models.show_state(state)
        self.menus.actions[Action.STOP_LOADING].setEnabled(state.phase is Phase.LOADING)
        if state.phase in (Phase.READY, Phase.WRITING):
            self.panel.show_ignored(state.ignores)
        if state.phase is Phase.READY and self.notes.isVisible():
            self.seen_wanted.emit(self.page.context())

    @Slot(object)
    def show_likeliest(self, pieces: list[Piece]) -> None:
        """The likeliest words where the writer looked, who may be elsewhere by now."""
        if self._looked == self.page.place():
            self.likeliest.open_with(pieces)

    @Slot(object, object)
    def show_replacements(self, texts: list[str] | None, place: Place) -> None:
        """Other words for those at `place`, where the writer may no longer be; None where there is no model."""
        if place != self.page.place():
            return
        if texts:
            self.replacements.open_with(texts, self.page.below_words())
        elif texts is None:
            self.status.show_notice(self.tr("No model is loaded yet."))
        else:
            self._suggestion_missing()

    @Slot(float)
    def show_rate(self, rate: float) -> None:
        """How fast it wrote, in tokens per second."""
        self.status.show_rate(rate)

    @Slot(bool)
    def show_rest(self, resting: bool) -> None:
        """There are no suggestions for a while, since the writer passed over many; or there are again."""
        if resting:
            text = self.tr("Ten suggestions in a row were not for you: none for half a minute, unless you ask ({key}).")
            self.status.show_notice(text.format(key=self.menus.shown_keys(Action.ASK_NOW)))

    @Slot(object)
    def open_draft(self, path: Path) -> None:
        """Open a file, once the draft on the page is safe; where there is none begin it."""
        self.documents.open_draft(path, new=True)

    def come_forward(self) -> None:
        """Be seen, in front of the others."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def remembered(self) -> OpenWindow:
        """What of this window comes back at the next start."""
        return self._session.now()

    def come_back(self, was: OpenWindow) -> None:
        """Be as it was when the program ended."""
        self._switch(self.notes, was.notes, "window.notes", Action.NOTES)
        self._switch(self.panel, was.panel, "window.panel", Action.PANEL)
        self._session.come_back(was)

    @Slot(str)
    def show_notice(self, text: str) -> None:
        """Say something in the status bar for a few seconds."""
        self.status.show_notice(text)

    # --- what the handlers of the actions use ---------------------------------------------------------------------

    def switch_panel(self, shown: bool) -> None:
        """Show or hide the sampling panel."""
        self._switch(self.panel, shown, "window.panel", Action.PANEL)

    def switch_notes(self, shown: bool) -> None:
        """Show or hide the notes for the model; they get the focus where they are shown."""
        self._switch(self.notes, shown, "window.notes", Action.NOTES)
        if shown:
            self.notes.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.seen_wanted.emit(self.page.context())

    def _switch(self, panel: QWidget, shown: bool, key: str, action: Action) -> None:
        if not shown and panel.isAncestorOf(QApplication.focusWidget() or self):
            self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.settings[key] = shown
        panel.setVisible(shown)
        self.menus.actions[action].setChecked(shown)
        self._share_space()
        self.keeper.save_soon()

    def switch_full_screen(self) -> None:
        """Fill the screen, or stop."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.menus.actions[Action.FULL_SCREEN].setChecked(self.isFullScreen())

    @Slot()
    def ask_encoding(self) -> None:
        """Show how the draft is stored in its file, and let the writer change it."""
        dialog = EncodingDialog(self.documents.form, self.documents.path is not None, self)
        dialog.read_wanted.connect(self.documents.read_again)
        dialog.form_chosen.connect(self.documents.set_form)
        dialog.open()

    # --- Qt's own -------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._safe_to_close:
            self._in_close_event = True
            self.documents.leave()  # may answer at once, or after a question or a save
            self._in_close_event = False
        if not self._safe_to_close:
            event.ignore()
            return
        self._safe_to_close = False
        self.settings["window.geometry"] = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        self.keeper.save_now()
        self.closing.emit()
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self.documents.look_outside()
            self.used.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _SIDE_BY_SIDE
        orientation = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self._splitter.orientation() != orientation:
            self._splitter.setOrientation(orientation)
            self._share_space()

    # --- building -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.page.setAccessibleName(self.tr("Draft"))
        self.page.setAccessibleDescription(self.tr("The text that you write; suggestions are shown at the cursor."))
        paper = QWidget(self)
        column = QVBoxLayout(paper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.page, 1)
        column.addWidget(self.find_bar)
        self._splitter = LineSplitter(self)
        self._splitter.addWidget(paper)
        for number, side in enumerate(self._sides, 1):
            self._splitter.addWidget(side)
            self._splitter.setStretchFactor(number, 0)
        self._splitter.setStretchFactor(0, 1)
        central = QWidget(self)
        outer = QVBoxLayout(central)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        for strip in self._strips:
            outer.addWidget(strip)
        outer.addWidget(self._splitter, 1)
        self.setCentralWidget(central)
        self.setStatusBar(self.status)
        self.setMinimumSize(400, 320)
        self.resize(1100, 750)
        self.drop.watch(self)
        self._share_space()

    @Slot()
    def _share_space(self) -> None:
        shown = [side for side in self._sides if not side.isHidden()]
        if self._splitter.orientation() == Qt.Orientation.Horizontal:
            sides = [max(_PANEL_WIDTH, side.minimumWidth()) for side in shown]
            whole = self.width()
        else:
            whole = self.height()
            part = 3 if self.ask_panel in shown else 2  # of 5: there is more to be seen in it
            sides = [whole * part // 5 // max(len(shown), 1) for _ in shown]
        widths = dict(zip(shown, sides, strict=True))
        self._splitter.setSizes([max(whole - sum(sides), 1), *(widths.get(side, 0) for side in self._sides)])

    def _connect(self) -> None:
        page, documents, status = self.page, self.documents, self.status
        self.keys.changed.connect(self.keeper.save_soon)
        self.help.said.connect(self.announcer.announce)
        page.words_changed.connect(status.show_words)
        page.words_unknown.connect(status.hide_words)
        page.suggestion_missing.connect(self._suggestion_missing)
        documents.dirty_changed.connect(self.setWindowModified)
        page.ghost_looked_at.connect(self._ghost_looked_at)
        self.likeliest.chosen.connect(self._likeliest_chosen)
        page.words_missing.connect(self._words_missing)
        page.addAction(self.menus.actions[Action.REPLACE])
        self.replacements.chosen.connect(page.replace_words)
        page.undoAvailable.connect(self._offer_undo)
        page.redoAvailable.connect(self._offer_undo)
        documents.opened.connect(self._draft_opened)
        documents.form_changed.connect(status.show_form)
        status.form_wanted.connect(self.ask_encoding)
        documents.renamed.connect(self._show_name)
        documents.save_state_changed.connect(status.show_save_state)
        documents.noticed.connect(status.show_notice)
        documents.ledger.tally_changed.connect(status.show_tally)
        documents.left.connect(self._left)
        self.exports.noticed.connect(status.show_notice)
        self.servers.noticed.connect(status.show_notice)
        self.servers.told.connect(self.announcer.announce)
        self.asking.told.connect(self.announcer.announce)
        self.asking.switched.connect(self._share_space)
        self.sharing.changed.connect(self.sharing_changed)
        documents.private_changed.connect(self.menus.actions[Action.PRIVATE].setChecked)
        self.versions.noticed.connect(status.show_notice)
        self.drop.file_dropped.connect(self.take_dropped)
        self.offer_strip.wanted.connect(self.models.want)
        self.recent.changed.connect(self.keeper.save_soon)
        self.models.settings_changed.connect(self.keeper.save_soon)
        self.models.model_wanted.connect(self.model_wanted)
        self.models.load_cancelled.connect(self.load_cancelled)
        status.cancel_wanted.connect(self.models.stop_loading)
        status.suggestions_switched.connect(self.preferences.switch_suggestions)
        status.noticed.connect(self.announcer.announce)
        for strip in self._strips:
            strip.told.connect(self.announcer.announce)
        self.held_strip.write_wanted.connect(documents.write_all_the_same)
        documents.held.connect(self.held_strip.show_held)
        documents.disputed.connect(self.conflict_strip.show_conflict)
        documents.journal_failed.connect(self.journal_strip.show_failure)
        documents.journal_works.connect(self.journal_strip.dismiss)
        self.journal_strip.save_wanted.connect(documents.save)
        self.conflict_strip.compare_wanted.connect(documents.compare_outside)
        self.preferences.switched.connect(self.announcer.announce_switched)
        self.preferences.pause_ended.connect(self.announcer.announce_switched)
        self.announcer.unheard.connect(status.show_notice)
        page.cursor_rested.connect(self._cursor_rested)
        self.notes.notes_changed.connect(self._notes_changed)
        self.notes.notes_edited.connect(documents.set_notes)
        documents.notes_changed.connect(self._show_notes)
        self.notes.close_wanted.connect(self._notes_closed)
        self.panel.sampling_changed.connect(self.keeper.choose_sampling)
        self.keeper.sampling_changed.connect(self.panel.show_sampling)
        self.panel.close_wanted.connect(self._panel_closed)
        self.themes.changed.connect(self._colours_changed)
        self.recent_menu.chosen.connect(documents.open_draft)
        self.menus.menus[Menu.SUGGESTIONS].aboutToShow.connect(self._offer_editor_actions)

    def _show_settings(self) -> None:
        self.preferences.show_all()
        for action in (Action.UNDO, Action.REDO, Action.STOP_LOADING):
            self.menus.actions[action].setEnabled(False)
        for panel, key, action in ((self.panel, "window.panel", Action.PANEL), (self.notes, "window.notes", Action.NOTES)):
            panel.setVisible(self.settings[key])
            self.menus.actions[action].setChecked(self.settings[key])
        self._show_name()
        self.servers.show_leaving()
        self.restoreGeometry(QByteArray.fromBase64(self.settings["window.geometry"].encode("ascii", "ignore")))
        self.page.setFocus()

    # --- slots ----------------------------------------------------------------------------------------------------

    def _do(self, action: Action) -> None:
        HANDLERS[action](self)

    @Slot(object)
    def take_dropped(self, path: Path) -> None:
        """Open a draft that was dropped on the window; a model is offered as one."""
        if is_model(path):
            self.offer_strip.offer(path)
        else:
            self.documents.open_draft(path)

    @Slot()
    def _show_name(self) -> None:
        self.setWindowTitle(f"{self.documents.name}[*] – Afterword")
        self.setWindowFilePath(str(self.documents.path or ""))

    @Slot()
    def _draft_opened(self) -> None:
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _suggestion_missing(self) -> None:
        self.status.show_notice(self.tr("Nothing comes to mind here."))

    @Slot()
    def _words_missing(self) -> None:
        self.status.show_notice(self.tr("Put the cursor on a word, or select up to three."))

    @Slot()
    def _left(self) -> None:
        self._safe_to_close = True
        if not self._in_close_event:
            self.close()

    @Slot(object, str, QPoint)
    def _ghost_looked_at(self, context: Context, said: str, corner: QPoint) -> None:
        self.likeliest.wait_at(said, self.page.ghost_text[len(said) :], corner)
        self._looked = self.page.place()
        self.likeliest_wanted.emit(context, said)

    @Slot(str, object)
    def _likeliest_chosen(self, said: str, piece: Piece) -> None:
        if self._looked == self.page.place():
            self.page.branch(said, piece)

    @Slot(object)
    def _cursor_rested(self, context: Context) -> None:
        if self.notes.isVisible():
            self.seen_wanted.emit(context)

    @Slot(str)
    def _show_notes(self, notes: str) -> None:
        self.notes.show_notes(notes)
        self.page.notes = notes

    @Slot(str)
    def _notes_changed(self, notes: str) -> None:
        self.page.void()
        self.page.notes = notes
        self.seen_wanted.emit(self.page.context())

    @Slot()
    def _notes_closed(self) -> None:
        self.switch_notes(False)

    @Slot()
    def _panel_closed(self) -> None:
        self.switch_panel(False)

    @Slot(object)
    def _colours_changed(self, colours: Colours) -> None:
        self.find_bar.set_highlight(colours.found)
        for widget in (
            self.menuBar(),
            *self._strips,
            self.find_bar,
            self.status,
            self.page.verticalScrollBar(),
            *self._sides,
        ):
            widget.setStyleSheet(style_sheet_of(colours))

    @Slot()
    def _offer_undo(self) -> None:
        """On the page where there is something to undo; the other fields do not tell."""
        elsewhere, document = edited(self) is not self.page, self.page.document()
        self.menus.actions[Action.UNDO].setEnabled(elsewhere or document.isUndoAvailable())
        self.menus.actions[Action.REDO].setEnabled(elsewhere or document.isRedoAvailable())

    @Slot()
    def _offer_editor_actions(self) -> None:
        """What takes or dismisses a suggestion can be chosen only while there is one."""
        for action, row in TABLE.items():
            if row.editor in GHOST_ACTIONS:
                self.menus.actions[action].setEnabled(bool(self.page.ghost_text))
            elif row.editor in WISHES:
                self.menus.actions[action].setEnabled(self.page.can_offer)
