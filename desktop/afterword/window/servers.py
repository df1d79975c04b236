"""The server that the writer wants to be asked: chosen, agreed to, and told of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from afterword import secrets
from afterword.editor.page import Page
from afterword.engine.server.address import address
from afterword.errors import ServerError
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.settings import Value
from afterword.watch import Watch
from afterword.window import key_state
from afterword.window.consent_dialog import ConsentDialog, Part, Use, parts_of
from afterword.window.documents import Documents
from afterword.window.keeper import SettingsKeeper
from afterword.window.probing import Probe, probe_it
from afterword.window.server_choice import Choice
from afterword.window.server_dialog import ServerDialog
from afterword.window.sharing import Leaving, Sharing, address_of, is_agreed, is_agreed_to_ask
from afterword.window.sharing_strip import SharingStrip


class Servers(QObject):
    """Of one window.

    Args:
        keeper: of the settings of all windows.
        jobs: test a connection, and keep keys.
        page: shows what would be sent.
        documents: know whether the draft never leaves.
        sharing: of the page.
        strip: says what is to be decided.
        window: the owner of the dialogs.
        probe: tests a connection.

    Signals:
        told: what a screen reader should say.
        key_changed: the server that is set has another key.
        key_kept: the key of the server there is in the keyring, or was taken out of it, as the writer wished.
        key_lost: likewise where that did not succeed; and a sentence.
        works: the server was tested as it is set, and suggests.
    """

    told = Signal(str)
    key_changed = Signal()
    key_kept = Signal(str)
    key_lost = Signal(str, str)
    works = Signal()

    def __init__(
        self,
        keeper: SettingsKeeper,
        jobs: Jobs,
        page: Page,
        documents: Documents,
        sharing: Sharing,
        strip: SharingStrip,
        window: QWidget,
        probe: Probe = probe_it,
    ) -> None:
        super().__init__(window)
        self._keeper = keeper
        self._settings = keeper.settings
        self._jobs = jobs
        self._page = page
        self._documents = documents
        self._sharing = sharing
        self._strip = strip
        self._window = window
        self._probe = probe
        self._telling: dict[QObject, str] = {}  # the keyring, of the key of the server there
        sharing.leaving_changed.connect(self.show_leaving)
        documents.renamed.connect(self.show_leaving)
        strip.server_wanted.connect(self.show)
        strip.look_wanted.connect(self.look)
        strip.decided.connect(documents.set_private)

    @Slot()
    def show(self) -> None:
        """Show which server is set, and let the writer choose."""
        dialog = ServerDialog(self._settings, self._jobs, self._probe, self._window)
        dialog.chosen.connect(self._chosen)
        dialog.told.connect(self.told)
        dialog.works.connect(self.works)
        self.key_kept.connect(dialog.show_what_matters)
        self.key_lost.connect(dialog.show_what_matters)
        dialog.open()

    @Slot()
    def look(self) -> None:
        """Show what would be sent to the server that is set, and ask; where the writer refuses it is switched off."""
        self.ask(None, partial(self._looked, self._sharing.origin))

    def ask(self, leaves: tuple[Part, ...] | None, answer: Callable[[bool], None]) -> None:
        """See to it that the writer has agreed to the server in use, before anything is sent. To what is sent while one writes
        they agree apart from what is sent when they ask; a server that is asked may be given both.

        Args:
            leaves: what a question would send, one part behind the other; None for what is sent while one writes.
            answer: called with whether the writer agrees: at once, where that is known.
        """
        place, shown = address_of(self._settings), not self._documents.private
        uses = []
        if leaves is not None and not is_agreed_to_ask(self._settings):
            uses.append(Use(True, leaves if shown else None))
        if not is_agreed(self._settings):
            uses.append(Use(False, self._sent_now() if shown else None))
        if place is None or not uses:
            answer(place is not None)
            return
        dialog = ConsentDialog(place, uses, self._window)
        keys = ["server.agreed_asking" if use.asking else "server.agreed" for use in uses]
        dialog.accepted.connect(partial(self._agreed, place.origin, keys, answer))
        dialog.rejected.connect(partial(answer, False))
        dialog.open()

    def _sent_now(self) -> tuple[Part, ...]:
        """What would be sent while one writes."""
        notes, page = parts_of(self._page.context())
        return Part(self.tr("Your notes for the model"), notes), Part(self.tr("The draft before the cursor"), page)

    def _agreed(self, origin: str, keys: Sequence[str], answer: Callable[[bool], None]) -> None:
        """The writer agreed to the server at `origin`; by now it may be another, which another window has set."""
        same = self._sharing.origin == origin
        if same:
            self._keeper.choose_all(dict.fromkeys(keys, origin))
        answer(same)

    def _looked(self, origin: str, agreed: bool) -> None:
        if not agreed and self._sharing.origin == origin:
            self._keeper.choose("server.enabled", False)

    @Slot(object)
    def _chosen(self, choice: Choice) -> None:
        values: dict[str, Value] = {
            "server.url": choice.url,
            "server.model": choice.model,
            "server.enabled": choice.enabled,
            "server.alone": choice.alone,
            "server.unencrypted": choice.unencrypted,
        }
        wanted = dict.fromkeys(choice.forgets, "")
        if choice.url and choice.key:
            wanted[address(choice.url, choice.unencrypted).origin] = choice.key
        wishes = {origin: secrets.want(origin, key, key_state.may_hold(origin, self._settings)) for origin, key in wanted.items()}
        self._keeper.choose_all(values | key_state.keys_in_settings(self._settings))
        for origin, wish in wishes.items():
            if wish:
                job = self._jobs.start(tell_keyring, origin, wish)
                self._telling[job] = origin
                job.done.connect(self._keyring_told)
                job.failed.connect(self._keyring_refused)
        if wanted:
            self.key_changed.emit()
        if choice.enabled and not is_agreed(self._settings):
            self.look()

    @Slot(object)
    def _keyring_told(self, done: bool) -> None:
        origin = self._told_of()
        if done:
            self.key_kept.emit(origin)

    @Slot(object)
    def _keyring_refused(self, error: Exception) -> None:
        self.key_lost.emit(self._told_of(), sentence(error, self.tr))

    def _told_of(self) -> str:
        """Where the server is whose key the keyring was told of; the settings have what came of it."""
        self._keeper.choose_all(key_state.keys_in_settings(self._settings))
        job = self.sender()
        return self._telling.pop(job, "") if job is not None else ""

    @Slot()
    def show_leaving(self) -> None:
        """Say in the strip what the writer has to decide."""
        leaving, wrong = self._sharing.leaving, ""
        if leaving is Leaving.MISNAMED:
            try:
                address(self._settings["server.url"], self._settings["server.unencrypted"])
            except ServerError as error:
                wrong = sentence(error, self.tr)
        self._strip.show_leaving(leaving, self._sharing.origin, self._documents.name, wrong)


def tell_keyring(origin: str, wish: int, *, watch: Watch) -> bool:
    """A task for `Jobs`; see `secrets.tell_keyring`."""
    return secrets.tell_keyring(origin, wish, watch.stopped)
