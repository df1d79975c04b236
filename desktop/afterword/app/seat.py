"""One window with its page, and what that wants of the model."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from afterword.assist.answers import AnswerHost, Asker
from afterword.assist.controller import Controller
from afterword.assist.host import ModelHost
from afterword.drafts.version_store import VersionStore
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.window.dialogs import Dialogs
from afterword.window.keeper import SettingsKeeper
from afterword.window.key_bindings import KeyBindings
from afterword.window.main_window import MainWindow
from afterword.window.statistics_keeper import StatisticsKeeper, SuggestionCounter


class Seat(QObject):
    """One window with its page, and what that wants of the model.

    Args:
        settings: of all windows.
        host: of the model, which all windows share.
        answers: to the questions of all windows.
        jobs: runs what takes time.
        statistics: of all windows.
        keys: of all windows.
        keeper: of the settings.
        store: of the versions of all drafts.
        dialogs: asks the writer.
    """

    def __init__(
        self,
        settings: Settings,
        host: ModelHost,
        answers: AnswerHost,
        jobs: Jobs,
        statistics: StatisticsKeeper,
        keys: KeyBindings,
        keeper: SettingsKeeper,
        store: VersionStore,
        dialogs: Dialogs | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.page = Page()
        self.window = MainWindow(self.page, settings, jobs, dialogs, keys=keys, keeper=keeper, store=store)
        self.controller = Controller(host, self)
        self.asker = Asker(answers, self)
        self._counter = SuggestionCounter(self.page, statistics, self)
        self._settings = settings
        self._connect(host)
        keeper.sampling_changed.connect(self.controller.set_sampling)
        keeper.changed.connect(self._setting_changed)
        self.controller.set_sampling(settings.sampling())
        self.controller.set_pace(settings["suggestions.pace"])

    def _connect(self, host: ModelHost) -> None:
        page, window, controller = self.page, self.window, self.controller
        page.suggestion_wanted.connect(controller.ask)
        page.suggestion_unwanted.connect(controller.cancel)
        page.typed.connect(controller.typed)
        page.suggestion_taken.connect(controller.taken)
        page.suggestion_typed.connect(controller.taken)
        page.suggestion_dropped.connect(controller.ignored)
        page.alternatives_wanted.connect(controller.look_further)
        page.branch_wanted.connect(controller.branch)
        page.replacements_wanted.connect(controller.find_replacements)
        page.cursor_rested.connect(controller.read)
        controller.suggestion_ready.connect(page.show_suggestion)
        controller.alternatives_ready.connect(page.offer_alternatives)
        controller.likeliest_found.connect(window.choices.show_likeliest)
        controller.replacements_found.connect(window.choices.show_replacements)
        controller.replacements_missed.connect(window.choices.look_no_more)
        controller.seen_measured.connect(window.notes.show_seen)
        controller.rested.connect(window.show_rest)
        controller.unanswered.connect(window.status.tell_why_nothing_comes)
        window.choices.likeliest_wanted.connect(controller.look_at)
        window.seen_wanted.connect(controller.measure_seen)
        host.state_changed.connect(window.show_model_state)
        host.rate_measured.connect(window.show_rate)
        page.suggestion_shown.connect(window.status.show_author)
        page.suggestion_settled.connect(window.status.show_author)
        page.suggestion_gone.connect(window.status.author_gone)
        window.servers.works.connect(host.server.try_again)
        window.sharing_changed.connect(controller.set_shared)
        window.sharing.leaving_changed.connect(window.status.show_leaving)
        controller.set_shared(window.sharing.shared)
        window.status.show_leaving(window.sharing.leaving)
        window.asking.ask_wished.connect(self.asker.ask)
        window.asking.stop_wished.connect(self.asker.stop)
        self.asker.answer_began.connect(window.asking.show_reading)
        self.asker.answer_grew.connect(window.asking.show_answer)
        self.asker.answer_ended.connect(window.asking.end)
        self.asker.answer_missing.connect(window.asking.miss)
        window.load_cancelled.connect(host.cancel_load)
        if host.state is not None:
            window.show_model_state(host.state)

    def leave(self) -> None:
        """The window is closed: nothing is wanted any more."""
        self.controller.cancel()
        self.asker.stop()
        self.window.deleteLater()
        self.deleteLater()

    @Slot(str)
    def _setting_changed(self, key: str) -> None:
        if key == "suggestions.pace":
            self.controller.set_pace(self._settings[key])
        elif key == "suggestions.enabled":
            self.controller.wake()
