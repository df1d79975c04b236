"""The line under the page: the model and what it does, suggestions on or off, words, speed, and whether the draft is saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from afterword.assist.types import ModelState, Phase
from afterword.drafts.encoding import Form
from afterword.drafts.encodings import encoding_of
from afterword.drafts.ledger import Tally
from afterword.sentences import sentence
from afterword.suggest.suggestion import Suggestion
from afterword.window.elided_label import ElidedLabel
from afterword.window.glyphs import Glyph, GlyphButton
from afterword.window.saving import SaveState
from afterword.window.server_label import ServerLabel
from afterword.window.switch import Switch
from afterword.window.tips import plain_tip

NOTICE_MS = 6000
_ROOMY = 640
"""Below this width the speed and the progress bar give way to the rest, and the model's name to the server."""


class StatusBar(QStatusBar):
    """Passive: it shows what it is told.

    Signals:
        suggestions_switched: by the writer, on or off.
        cancel_wanted: the loading model should not be loaded.
        noticed: a sentence that is shown for a few seconds.
    """

    suggestions_switched = Signal(bool)
    cancel_wanted = Signal()
    form_wanted = Signal()
    noticed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(0, 0, 6, 0)
        self._state = ModelState(Phase.NONE)
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
        self._form = QToolButton(self)
        self._form.setAutoRaise(True)
        self._form.clicked.connect(self.form_wanted)
        self._switch = Switch(self.tr("Suggestions"), self)
        self._switch.setToolTip(self.tr("Switch suggestions on or off"))
        self._switch.clicked.connect(self.suggestions_switched)
        for widget in (self._rate, self._words, self._form, self._saved, self._switch):
            self.addPermanentWidget(widget)
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
        text = self._describe(state)
        calm = (Phase.READY, Phase.WRITING)
        self._model.widest = max(map(self._describe, _phases(state)), key=len) if state.phase in calm else ""
        self._model.setText(text)
        self._model.setAccessibleName(text)
        self._model.setToolTip(plain_tip(self.explain(state) or text))
        known = state.share >= 0
        self._progress.setRange(0, 100 if known else 0)
        self._progress.setValue(round(state.share * 100) if known else -1)
        self._progress.setVisible(loading and self.width() >= _ROOMY)
        self._cancel.setVisible(loading)
        self._server.show_state(state)
        roomy = self.width() >= _ROOMY  # else there is room for one of them
        self._server.setVisible(state.server is not None and (roomy or state.phase in calm))
        self._model.setVisible(roomy or not self._server.isVisibleTo(self))

    @Slot(object)
    def show_author(self, suggestion: Suggestion) -> None:
        """Who made the suggestion that is shown."""
        self._server.show_author(suggestion.by)

    @Slot(bool)
    def show_sharing(self, on: bool) -> None:
        """Whether what is written goes to the server."""
        self._server.show_sharing(on)

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
        number = self.locale().toString(count)
        self._words.setText(self.tr("1 word") if count == 1 else self.tr("{count} words").format(count=number))

    @Slot()
    def hide_words(self) -> None:
        """The draft is another, whose words are not counted yet."""
        self._words.clear()
        self.show_tally(Tally())

    @Slot(object)
    def show_tally(self, tally: Tally) -> None:
        """How much of the draft was typed: on pointing at the words, and to a screen reader."""
        words = self.tr("1 word") if tally.words == 1 else self.tr("{count} words")
        typed = self.tr("{percent} % typed by you") if tally.accepted_characters else self.tr("all typed by you")
        text = self.tr("{words}, {typed}").format(
            words=words.format(count=self.locale().toString(tally.words)),
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

    @Slot(str)
    def show_notice(self, text: str) -> None:
        """Say something for a few seconds."""
        self.showMessage(text, NOTICE_MS)
        self.noticed.emit(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for widget in (self._rate, self._form):
            widget.setVisible(self.width() >= _ROOMY)
        self.show_model_state(self._state)

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

    def explain(self, state: ModelState) -> str:
        """What is to be known of the model, in a sentence."""
        if state.error is not None:
            return sentence(state.error, self.tr)
        if state.small:
            return self.tr("{name}: memory is short, so it was loaded in a smaller form, and is slower.").format(name=state.name)
        if state.fallback == "missing":
            text = self.tr("{name} runs on the processor: there is no such device as was chosen for it.")
            return text.format(name=state.name)
        if state.fallback == "memory":
            return self.tr("{name} runs on the processor: the graphics memory is too small for it.").format(name=state.name)
        places = {"cpu": self.tr("processor"), "cuda": self.tr("graphics card"), "mps": self.tr("Apple graphics")}
        if state.device == "server" and state.server is not None:
            return self.tr("{name}, on {url}").format(name=state.name, url=state.server.url)
        if state.device in places:
            return self.tr("{name}, on the {device}").format(name=state.name, device=places[state.device])
        return state.name

    def _describe(self, state: ModelState) -> str:
        name = shown_name(state.name) if state.name != "starter" else self.tr("Starter model")
        narrow = self.width() < _ROOMY
        if state.phase is Phase.NONE:
            return self.tr("No model")
        if narrow and state.phase in (Phase.READY, Phase.WRITING):
            return name
        if state.phase is Phase.READY and state.small:
            return self.tr("{name} · ready, short of memory").format(name=name)
        if state.phase is Phase.READY:
            return self.tr("{name} · ready").format(name=name)
        if state.phase is Phase.WRITING:
            return self.tr("{name} · writing").format(name=name)
        if state.phase is Phase.FAILED:
            return self.tr("{name} · failed").format(name=name)
        stages = {
            "importing": self.tr("starting"),
            "fetching": self.tr("fetching"),
            "downloading": self.tr("downloading"),
            "checking": self.tr("checking"),
            "waiting": self.tr("waiting for another Afterword"),
            "converting": self.tr("converting"),
        }
        stage = stages.get(state.stage, self.tr("loading"))
        percent = self.tr("{percent} %").format(percent=round(state.share * 100)) if state.share >= 0 else ""
        if narrow:
            return percent or stage
        return f"{self.tr('{name} · {stage}').format(name=name, stage=stage)} {percent}".rstrip()

    def _fix_widths(self) -> None:
        """Give each field the width of its longest text, so that nothing moves when one changes."""
        metrics = self.fontMetrics()
        locale = self.locale()
        widest = {
            self._rate: [self.tr("{rate} tokens/s").format(rate=locale.toString(888.8, "f", 1))],
            self._words: [self.tr("{count} words").format(count=locale.toString(888888))],
            self._saved: [text for text, _ in self._save_texts().values()],
        }
        for label, texts in widest.items():
            label.setMinimumWidth(max(metrics.horizontalAdvance(text) for text in texts) + 4)


def _phases(state: ModelState) -> list[ModelState]:
    return [replace(state, phase=phase) for phase in (Phase.READY, Phase.WRITING)]


def shown_name(name: str) -> str:
    """A model's name for a narrow place: the last part of a path, a hub id whole."""
    return Path(name).name if Path(name).is_absolute() else name
