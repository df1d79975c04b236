"""The panel that says how words are chosen: presets, and one control for each value."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from afterword.engine.sampling import Sampling, preset_of, with_preset
from afterword.settings import DECLARED
from afterword.window.button import Button, ToolButton
from afterword.window.glyphs import Glyph, GlyphButton
from afterword.window.panes import Panel
from afterword.window.sampling_control import SamplingControl
from afterword.window.sampling_texts import PRESETS, VALUES, translated

BASIC = ("temperature", "max_words", "candidates", "eagerness", "min_p", "top_p", "top_k")
ADVANCED = (
    "repetition_penalty",
    "typical_p",
    "no_repeat_ngram",
    "dry_multiplier",
    "dry_base",
    "dry_allowed_length",
    "xtc_probability",
    "xtc_threshold",
    "seed",
)


class SamplingPanel(Panel):
    """Shows a Sampling and lets the writer change it.

    Each value is compared with, and reset to, the preset chosen last; those that no preset sets (length, seed and the
    like) with the defaults.

    Args:
        sampling: what is in force at the start.

    Signals:
        sampling_changed: by the writer, to this Sampling.
        close_wanted: the panel's own button to hide it was pressed.
    """

    sampling_changed = Signal(object)
    close_wanted = Signal()

    def __init__(self, sampling: Sampling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._sampling = sampling
        self._base = preset_of(sampling) or "balanced"
        # Made in the order in which they stand, which is the order of the tab key.
        self._close = GlyphButton(Glyph.CLOSE, self.tr("Hide the sampling panel"), self)
        self._close.clicked.connect(self.close_wanted)
        self._presets = self._make_presets()
        self._about_preset = QLabel(self)
        self._about_preset.setObjectName("quiet")
        self._about_preset.setWordWrap(True)
        self._reset_all = Button(self.tr("Reset all"), self.tr("Give every value that of the preset"), self)
        self._reset_all.setAccessibleName(self.tr("Reset all values"))
        self._reset_all.clicked.connect(self.reset)
        self._controls = self._make_controls(BASIC)
        self._more = self._make_more()
        self._controls |= self._make_controls(ADVANCED)
        self._advanced = QWidget(self)
        self._lay_out()
        self._unfold(False)
        self._show()

    @property
    def sampling(self) -> Sampling:
        """What is in force."""
        return self._sampling

    @Slot(object)
    def show_sampling(self, sampling: Sampling) -> None:
        """What was chosen, maybe in another window."""
        if sampling != self._sampling:
            self._sampling = sampling
            self._show()

    def control(self, key: str) -> SamplingControl:
        """The control of a field of Sampling."""
        return self._controls[key]

    def show_ignored(self, ignores: frozenset[str], not_there: frozenset[str] = frozenset()) -> None:
        """Grey the controls that do nothing with the model in use, and mark those that do nothing on the server beside it."""
        for key, control in self._controls.items():
            control.set_ignored(key in ignores, there=key in not_there)

    @Slot(bool)
    def set_advanced(self, shown: bool) -> None:
        """Unfold or fold the values that are seldom changed."""
        self._more.setChecked(shown)

    @Slot()
    def reset(self) -> None:
        """Go back to the preset, and to the defaults of what it does not set."""
        self._change(self._reference())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._shrink_quiet()
        super().changeEvent(event)

    def _make_presets(self) -> QComboBox:
        presets = QComboBox(self)
        for name, preset in PRESETS.items():
            presets.addItem(translated(preset.title), name)
        presets.setAccessibleName(self.tr("Preset"))
        presets.setToolTip(self.tr("Sets of values that go well together"))
        presets.activated.connect(self._choose_preset)
        return presets

    def _make_more(self) -> ToolButton:
        more = ToolButton(self)
        more.setObjectName("fold")
        more.setText(self.tr("Advanced"))
        more.setToolTip(self.tr("Show the values that are seldom changed"))
        more.setAccessibleName(self.tr("Advanced values"))
        more.setCheckable(True)
        more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        more.toggled.connect(self._unfold)
        return more

    def _make_controls(self, keys: tuple[str, ...]) -> dict[str, SamplingControl]:
        settings = {setting.key: setting for setting in DECLARED}
        controls = {}
        for key in keys:
            setting = settings[f"sampling.{key}"]
            text = VALUES[key]
            lowest, unit = translated(text.lowest), translated(text.unit)
            control = SamplingControl(setting, translated(setting.title), translated(text.help), lowest, unit, self)
            control.value_changed.connect(self._collect)
            controls[key] = control
        return controls

    def _preset_help(self, name: str | None) -> str:
        if name is not None:
            return translated(PRESETS[name].help)
        return self.tr("Your own values, begun from {preset}.").format(preset=translated(PRESETS[self._base].title))

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Sampling"), self)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self._close)
        preset = QHBoxLayout()
        preset.addWidget(self._presets, 1)
        preset.addWidget(self._reset_all)

        inside = QWidget(self)
        inside.setObjectName("panel_inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(14, 10, 14, 14)
        column.setSpacing(14)
        column.addLayout(head)
        chooser = QVBoxLayout()
        chooser.setSpacing(3)
        chooser.addLayout(preset)
        chooser.addWidget(self._about_preset)
        column.addLayout(chooser)
        for key in BASIC:
            column.addWidget(self._controls[key])
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        folded = QVBoxLayout(self._advanced)
        folded.setContentsMargins(0, 0, 0, 0)
        folded.setSpacing(14)
        for key in ADVANCED:
            folded.addWidget(self._controls[key])
        column.addWidget(self._advanced)
        column.addStretch()

        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self._shrink_quiet()
        self.setMinimumWidth(inside.minimumSizeHint().width() + scroll.verticalScrollBar().sizeHint().width())

    def _shrink_quiet(self) -> None:
        font = self.font()
        if font.pointSizeF() > 0:
            font.setPointSizeF(max(7.5, font.pointSizeF() * 0.88))
            for label in self.findChildren(QLabel, "quiet"):
                label.setFont(font)

    @Slot(bool)
    def _unfold(self, shown: bool) -> None:
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._advanced.setVisible(shown)

    @Slot(int)
    def _choose_preset(self, index: int) -> None:
        name = self._presets.itemData(index)
        if name is not None:
            self._change(with_preset(self._sampling, name))

    @Slot(float)
    def _collect(self, _: float) -> None:
        values = {key: control.value for key, control in self._controls.items()}
        whole = {key: int(value) for key, value in values.items() if isinstance(getattr(self._sampling, key), int)}
        self._change(replace(self._sampling, **(values | whole)))  # type: ignore[arg-type]

    def _change(self, sampling: Sampling) -> None:
        changed = sampling != self._sampling
        self._sampling = sampling
        self._show()
        if changed:
            self.sampling_changed.emit(sampling)

    def _reference(self) -> Sampling:
        default = Sampling()
        return with_preset(replace(self._sampling, **{key: getattr(default, key) for key in self._controls}), self._base)

    def _show(self) -> None:
        name = preset_of(self._sampling)
        if name is not None:
            self._base = name
        custom = self._presets.findData(None)
        if name is None and custom < 0:
            self._presets.addItem(self.tr("Custom"), None)
        elif name is not None and custom >= 0:
            self._presets.removeItem(custom)
        self._presets.setCurrentIndex(self._presets.findData(name) if name is not None else self._presets.count() - 1)
        self._about_preset.setText(self._preset_help(name))
        reference = self._reference()
        for key, control in self._controls.items():
            control.set_value(getattr(self._sampling, key))
            control.set_reference(getattr(reference, key))
        self._reset_all.setEnabled(reference != self._sampling)
