"""The line under the page: the model and what it does, suggestions on or off, words, speed, and whether the draft is saved."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QDeadlineTimer, QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QWidget

from afterword.assist.types import ModelState, Phase
from afterword.drafts.encoding import Form
from afterword.drafts.encodings import encoding_of
from afterword.drafts.ledger import Tally
from afterword.suggest.cascade import SERVER
from afterword.suggest.suggestion import Suggestion
from afterword.window.button import ToolButton
from afterword.window.counts import shown_words
from afterword.window.elided_label import ElidedLabel
from afterword.window.glyphs import Glyph, GlyphButton
from afterword.window.passing_on import pass_on
from afterword.window.saving import SaveState
from afterword.window.server_label import ServerLabel
from afterword.window.sharing import Leaving
from afterword.window.silence import why_nothing_comes
from afterword.window.state_texts import described, explained
from afterword.window.switch import Switch
from afterword.window.tips import plain_tip

NOTICE_MS = 6000
_NOTICE_MARGIN = 12  # on both sides of a notice together, as QStatusBar has it
_ROOMY, _ROOMY_FOR_BOTH = 640, 860
"""Below this width the speed and the progress bar give way to the rest, and the model's name to the server where there is one."""


class StatusBar(QStatusBar):
    """Passive: it shows what it is told.

    Signals:
        suggestions_switched: by the writer, on or off.
        cancel_wanted: the loading model should not be loaded.
        noticed: a sentence that is shown for a few seconds.
        left: the writer, who had the focus here, types on.
    """

    suggestions_switched = Signal(bool)
    cancel_wanted = Signal()
    form_wanted = Signal()
    noticed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(0, 0, 6, 0)
        self._state = ModelState(Phase.NONE)
        self._leaving = Leaving.NOTHING
        self._asked = False
        self._model = ElidedLabel(self)
        self._server = ServerLabel(self)
        self._progress = QProgressBar(self)
        self._progress.setFixedWidth(90)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Loading the model"))
        self._cancel = GlyphButton(Glyph.CLOSE, self.tr("Stop loading the model"), self)
        self._cancel.clicked.connect(self.cancel_wanted)
        left = QWidget(self)
        row = QHBoxLayout(left)
        row.setContentsMargins(8, 2, 0, 2)
        row.setSpacing(8)
        row.addWidget(self._model)
        row.addWidget(self._server)
        row.addWidget(self._progress)
        row.addWidget(self._cancel)
        row.addStretch(1)
        left.setMinimumHeight(left.sizeHint().height())  # with all of them: the page stays where it is when they come and go
        self.addWidget(left, 1)

        self._rate = QLabel(self)
        self._words = QLabel(self)
        self._saved = QLabel(self)
        for label in (self._rate, self._words, self._saved):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._form = ToolButton(self)
        self._form.clicked.connect(self.form_wanted)
        self._switch = Switch(self.tr("Suggestions"), self)
        self._switch.setToolTip(self.tr("Switch suggestions on or off"))
        self._switch.clicked.connect(self.suggestions_switched)
        self._facts = (self._rate, self._words, self._form, self._saved)
        self._facts_give_way = False
        self._notice, self._fitted, self._until = "", "", QDeadlineTimer()
        for widget in (*self._facts, self._switch):
            self.addPermanentWidget(widget)
        self.messageChanged.connect(self._message_changed)
        self.setTabOrder(self._switch, self._form)  # the switch is what one comes for
        self._rate.setToolTip(self.tr("How fast the model wrote its last suggestion"))
        self._words.setToolTip(self.tr("Words in the draft"))
        self._fix_widths()
        self.show_model_state(self._state)
        self.show_words(0)
        self.show_form(Form())
        self.show_save_state(SaveState.NEW)
        self.show_suggestions(True)

    @Slot(object)
    def show_model_state(self, state: ModelState) -> None:
        """Which model there is, and what it does."""
        self._state = state
        loading = state.phase is Phase.LOADING
        narrow, kept = not self._roomy, self._leaving is not Leaving.TEXT
        text = described(state, self.tr, narrow=narrow, kept=kept)
        phases = (Phase.READY, Phase.WRITING) if state.phase in (Phase.READY, Phase.WRITING) else ()
        soon = [described(replace(state, phase=phase), self.tr, narrow=narrow, kept=kept) for phase in phases]
        self._model.widest = max(soon, key=len, default="")
        self._model.setText(text)
        self._model.setAccessibleName(text)
        self._model.setToolTip(plain_tip(explained(state, self.tr, kept=kept) or text))
        known = state.share >= 0
        self._progress.setRange(0, 100 if known else 0)
        self._progress.setValue(round(state.share * 100) if known else -1)
        self._progress.setVisible(loading and self._roomy)
        self._cancel.setVisible(loading)
        self._server.show_state(state, narrow=narrow)
        telling = state.phase in (Phase.LOADING, Phase.FAILED) and not self._asked  # where there is room for one of them
        self._server.setVisible(state.server is not None and (self._roomy or not telling))
        alone = self._roomy and not self._server.speaks_for_both
        self._model.setVisible(alone or not self._server.isVisibleTo(self))
        self._fit()

    @Slot(object)
    def show_author(self, suggestion: Suggestion) -> None:
        """Who made the suggestion that is shown."""
        self._server.show_author(suggestion.by)
        if suggestion.by == SERVER:
            self._rate.clear()  # it was not the model's here

    @Slot()
    def author_gone(self) -> None:
        """No suggestion is shown any more."""
        self._server.author_gone()

    @Slot(object)
    def show_leaving(self, leaving: Leaving) -> None:
        """What of the page goes to the server."""
        self._leaving = leaving
        self._server.show_leaving(leaving)
        self.show_model_state(self._state)

    @Slot(bool)
    def show_server_asked(self, asked: bool) -> None:
        """Whether a question is with the server."""
        self._asked = asked
        self._server.show_asked(asked)
        self.show_model_state(self._state)

    @Slot(float)
    def show_rate(self, rate: float) -> None:
        """Tokens per second of the last suggestion."""
        self._rate.setText(self.tr("{rate} tokens/s").format(rate=self.locale().toString(rate, "f", 1)))

    @Slot(object)
    def show_form(self, form: Form) -> None:
        """How the draft is stored in its file."""
        endings = {"\n": "LF", "\r\n": "CR LF", "\r": "CR"}
        newline = self.tr("mixed line ends") if form.endings else endings[form.newline]
        name = encoding_of(form).name
        self._form.setText(name if form.newline == "\n" and not form.endings else f"{name} · {newline}")
        text = self.tr("Encoding {name}, line ends {newline}").format(name=name, newline=newline)
        self._form.setToolTip(text)
        self._form.setAccessibleName(text)

    @Slot(int)
    def show_words(self, count: int) -> None:
        """How many words the draft has."""
        self._words.setText(shown_words(count, self.locale(), self.tr))

    @Slot()
    def hide_words(self) -> None:
        """The draft is another, whose words are not counted yet."""
        self._words.clear()
        self.show_tally(Tally())

    @Slot(object)
    def show_tally(self, tally: Tally) -> None:
        """How much of the draft was typed: on pointing at the words, and to a screen reader."""
        typed = self.tr("{percent} % typed by you") if tally.accepted_characters else self.tr("all typed by you")
        text = self.tr("{words}, {typed}").format(
            words=shown_words(tally.words, self.locale(), self.tr),
            typed=typed.format(percent=tally.percent_typed),
        )
        self._words.setToolTip(text if tally.characters else self.tr("Words in the draft"))
        self._words.setAccessibleDescription(self._words.toolTip())

    @Slot(object)
    def show_save_state(self, state: SaveState) -> None:
        """Whether the draft is saved."""
        text, tip = self._save_texts()[state]
        self._saved.setText(text)
        self._saved.setToolTip(tip)

    def show_suggestions(self, on: bool) -> None:
        """Whether suggestions are on."""
        self._switch.setChecked(on)
        self._server.show_suggestions(on)

    @Slot(str)
    def show_notice(self, text: str) -> None:
        """Say something for a few seconds. Where it is long the facts give way; what is still cut off can be pointed at."""
        self._notice, self._until = text, QDeadlineTimer(NOTICE_MS)
        self._fit_notice()
        self.setToolTip(plain_tip(text))
        self.noticed.emit(text)

    @Slot(str)
    def withdraw(self, text: str) -> None:
        """Say a notice no longer, if it is still there."""
        if text == self._notice:
            self.clearMessage()

    @Slot()
    def tell_why_nothing_comes(self) -> None:
        """The writer asked for a suggestion that nobody can make."""
        if text := why_nothing_comes(self._state, self._leaving, self.tr):
            self.show_notice(text)

    def _fit_notice(self) -> None:
        metrics = self.fontMetrics()
        for self._facts_give_way in (False, True):
            self._fit()
            if metrics.horizontalAdvance(self._notice) <= self._room():
                break
        self._fitted = metrics.elidedText(self._notice, Qt.TextElideMode.ElideRight, self._room())
        self.showMessage(self._fitted, max(1, self._until.remainingTime()))

    @Slot(str)
    def _message_changed(self, text: str) -> None:
        if text != self._fitted:  # it is over, or another has its place
            self._notice = ""
            self._facts_give_way = False
            self.setToolTip("")
            self._fit()

    def _room(self) -> int:
        """How wide a notice may be."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        return min(widget.x() for widget in (*self._facts, self._switch) if not widget.isHidden()) - _NOTICE_MARGIN

    @property
    def _roomy(self) -> bool:
        return self.width() >= (_ROOMY if self._state.server is None else _ROOMY_FOR_BOTH)

    def _fit(self) -> None:
        """Show those facts for which there is room."""
        for widget in self._facts:
            fits = self._roomy or widget not in (self._rate, self._form)
            widget.setVisible(fits and (widget.hasFocus() or not self._facts_give_way))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What its buttons did not want: what is written is for the page."""
        if not pass_on(event, self.left.emit):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_model_state(self._state)
        if self._notice and not self._until.hasExpired():
            self._fit_notice()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_saved"):
            self._fix_widths()

    def _save_texts(self) -> dict[SaveState, tuple[str, str]]:
        return {
            SaveState.NEW: (self.tr("Not saved"), self.tr("This draft is in no file yet.")),
            SaveState.SAVED: (self.tr("Saved"), self.tr("Everything is in the file.")),
            SaveState.SAVING: (self.tr("Saving…"), self.tr("The draft is being written.")),
            SaveState.READ_ONLY: (
                self.tr("Read only"),
                self.tr("What you write here could not be saved here: save it elsewhere."),
            ),
            SaveState.UNSAVED: (self.tr("Not saved"), self.tr("There are changes that are not in the file yet.")),
        }

    def _fix_widths(self) -> None:
        """Give each field the width of its longest text, so that nothing moves when one changes."""
        metrics = self.fontMetrics()
        locale = self.locale()
        widest = {
            self._rate: [self.tr("{rate} tokens/s").format(rate=locale.toString(888.8, "f", 1))],
            self._words: [shown_words(888888, locale, self.tr)],
            self._saved: [text for text, _ in self._save_texts().values()],
        }
        for label, texts in widest.items():
            label.setMinimumWidth(max(metrics.horizontalAdvance(text) for text in texts) + 4)
