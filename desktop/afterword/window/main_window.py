"""The main window: builds its parts and connects them, and does nothing else."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from afterword import paths
from afterword.assist.types import ModelState, Phase
from afterword.drafts.version_store import VersionStore
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.session import OpenWindow
from afterword.settings import Settings
from afterword.window.action_offers import ActionOffers
from afterword.window.actions import Action, Menu
from afterword.window.announcer import Announcer, Sink
from afterword.window.arrangement import Arrangement
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
from afterword.window.handlers import HANDLERS
from afterword.window.held_strip import HeldStrip
from afterword.window.help_dialogs import HelpDialogs
from afterword.window.journal_strip import JournalStrip
from afterword.window.keeper import SettingsKeeper
from afterword.window.key_bindings import KeyBindings
from afterword.window.key_strip import KeyStrip
from afterword.window.likeliest_list import LikeliestList
from afterword.window.menu_focus import MenuFocus
from afterword.window.menus import Menus
from afterword.window.models import Models
from afterword.window.notes_panel import NotesPanel
from afterword.window.noting import Noting
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
from afterword.window.state_texts import explained
from afterword.window.status_bar import StatusBar
from afterword.window.themes import Colours, Themes, style_sheet_of
from afterword.window.versions_keeper import VersionsKeeper
from afterword.window.word_choices import WordChoices


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
        self.key_strip = KeyStrip(self)
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
            self.key_strip,
        )
        self.models = Models(settings, dialogs, self.banner, self)
        self.find_bar = FindBar(page, self)
        self.likeliest = LikeliestList(page)
        self.replacements = ReplacementList(page)
        self.choices = WordChoices(page, self.likeliest, self.replacements, self)
        self.notes = NotesPanel(self)
        self._noting = Noting(self.notes, page, self.documents, self)
        self.panel = SamplingPanel(settings.sampling(), self)
        self.ask_panel = AskPanel(self)
        self.asking = Asking(page, self.ask_panel, self.documents, self.sharing, self.servers, self.keeper, jobs, self)
        self.status = StatusBar(self)
        self.announcer = Announcer(page, settings, sink, parent=self)
        self.menus = Menus(self, self._do, self.keys)
        MenuFocus(self.menuBar(), page)
        ActionOffers(self.menus, page, app, self)
        self.recent_menu = RecentMenu(self.menus.menus[Menu.RECENT], self.menus.actions[Action.CLEAR_RECENT], self.recent, self)
        self.preferences = Preferences(self.keeper, self.menus, page, self.exports, self.status, self.themes, self)
        self.drop = FileDrop(self)
        self._sides: tuple[QWidget, ...] = (self.notes, self.ask_panel, self.panel)
        self._arrangement = Arrangement(page, self.find_bar, self._strips, self._sides, self.ask_panel, self)
        self._lay_out()
        self.panes = Panes((page, *self._strips, self.notes, self.ask_panel, self.panel, self.status), self)
        panes: dict[str, QWidget] = {"page": page, "notes": self.notes, "panel": self.panel, "status": self.status}
        self._session = SessionView(self, page, self.documents, panes, self._arrangement.splitter)
        self._connect()
        self._show_settings()

    # --- for app --------------------------------------------------------------------------------------------------

    @Slot(object)
    def show_model_state(self, state: ModelState) -> None:
        """What the model does."""
        self.status.show_model_state(state)
        if state.phase is Phase.READY and state.fallback and (state.name, state.fallback) != self._fell_back:
            self.status.show_notice(explained(state, self.tr))
        if state.phase is Phase.READY:
            self._fell_back = (state.name, state.fallback)
        self.models.show_state(state)
        self.asking.show_model_state(state)
        self.menus.actions[Action.STOP_LOADING].setEnabled(state.phase is Phase.LOADING)
        if state.phase in (Phase.READY, Phase.WRITING):
            self.panel.show_ignored(state.ignores, state.server.ignores if state.server is not None else frozenset())
        if state.phase is Phase.READY:
            self._noting.look()

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
            self._noting.measure()

    def _switch(self, panel: QWidget, shown: bool, key: str, action: Action) -> None:
        if not shown and panel.isAncestorOf(QApplication.focusWidget() or self):
            self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.settings[key] = shown
        panel.setVisible(shown)
        self.menus.actions[action].setChecked(shown)
        self._arrangement.share_space()
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
        self._arrangement.fit()

    # --- building -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.page.setAccessibleName(self.tr("Draft"))
        self.page.setAccessibleDescription(self.tr("The text that you write; suggestions are shown at the cursor."))
        self.setCentralWidget(self._arrangement)
        self.setStatusBar(self.status)
        self.setMinimumSize(400, 320)
        self.resize(1100, 750)
        self.drop.watch(self)
        self._arrangement.share_space()

    def _connect(self) -> None:
        page, documents, status = self.page, self.documents, self.status
        self.keys.changed.connect(self.keeper.save_soon)
        self.help.said.connect(self.announcer.announce)
        page.words_changed.connect(status.show_words)
        page.words_unknown.connect(status.hide_words)
        documents.dirty_changed.connect(self.setWindowModified)
        page.addAction(self.menus.actions[Action.REPLACE])
        documents.opened.connect(self._draft_opened)
        documents.form_changed.connect(status.show_form)
        status.form_wanted.connect(self.ask_encoding)
        documents.renamed.connect(self._show_name)
        documents.save_state_changed.connect(status.show_save_state)
        documents.noticed.connect(status.show_notice)
        documents.ledger.tally_changed.connect(status.show_tally)
        documents.left.connect(self._left)
        self.exports.noticed.connect(status.show_notice)
        self.servers.key_lost.connect(self.key_strip.tell)
        self.servers.key_kept.connect(self.key_strip.untell)
        self.servers.told.connect(self.announcer.announce)
        self.asking.told.connect(self.announcer.announce)
        self.asking.switched.connect(self._arrangement.share_space)
        self.asking.server_asked.connect(status.show_server_asked)
        self.sharing.changed.connect(self.sharing_changed)
        documents.private_changed.connect(self.menus.actions[Action.PRIVATE].setChecked)
        self.versions.noticed.connect(status.show_notice)
        self.drop.file_dropped.connect(self.take_dropped)
        self.offer_strip.wanted.connect(self.models.want)
        self.recent.changed.connect(self.keeper.save_soon)
        self.models.settings_changed.connect(self.keeper.save_soon)
        self.models.model_wanted.connect(self.model_wanted)
        self.models.load_cancelled.connect(self.load_cancelled)
        self.models.noticed.connect(status.show_notice)
        self.crash_strip.noticed.connect(status.show_notice)
        status.cancel_wanted.connect(self.models.stop_loading)
        status.suggestions_switched.connect(self.preferences.switch_suggestions)
        status.noticed.connect(self.announcer.announce)
        status.left.connect(page.setFocus)
        for strip in self._strips:
            strip.told.connect(self.announcer.announce)
            strip.left.connect(page.setFocus)
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
        self.choices.noticed.connect(status.show_notice)
        self.choices.withdrawn.connect(status.withdraw)
        self._noting.seen_wanted.connect(self.seen_wanted)
        self.notes.close_wanted.connect(self._notes_closed)
        for panel in (self.notes, self.panel):
            panel.left.connect(page.setFocus)
        self.panel.sampling_changed.connect(self.keeper.choose_sampling)
        self.keeper.sampling_changed.connect(self.panel.show_sampling)
        self.panel.close_wanted.connect(self._panel_closed)
        self.themes.changed.connect(self._colours_changed)
        self.recent_menu.chosen.connect(documents.open_draft)

    def _show_settings(self) -> None:
        self.preferences.show_all()
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
    def _left(self) -> None:
        self._safe_to_close = True
        if not self._in_close_event:
            self.close()

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
