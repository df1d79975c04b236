"""One value of the sampling panel: its name, a slider, a number that can be typed, a reset, and a line of help."""

from __future__ import annotations

from math import isclose

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QSlider, QWidget

from afterword.settings import Setting
from afterword.window.glyphs import Glyph, GlyphButton

_MOST_STEPS = 1000
"""A slider with more steps than this cannot be set to a wanted value by hand; such a value (the seed) has its number only."""

_SPIN_WIDTH = 74  # pixels, so that the numbers of all controls stand under each other


class WheelGuard(QObject):
    """Lets the wheel scroll the panel instead of changing a control that merely lies under the pointer."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class _Mark(QWidget):
    """A dot; its place is kept while it is not shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._on = False
        self.setFixedSize(QSize(8, 8))

    def set_on(self, on: bool) -> None:
        self._on = on
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._on:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.palette().color(QPalette.ColorRole.Accent))
            painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))


class SamplingControl(QWidget):
    """One number of Sampling.

    Args:
        setting: gives the range.
        title: its name, translated.
        help_line: one line that says what it does, translated.
        lowest: what the lowest value is called, such as "Off"; "" to show the number.
        unit: what stands behind the number, such as " %".

    Signals:
        value_changed: by the writer, to this value.
    """

    value_changed = Signal(float)

    def __init__(
        self, setting: Setting, title: str, help_line: str, lowest: str = "", unit: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        assert setting.range is not None
        self._range = setting.range
        self._help_line = help_line
        self._reference = self._value = float(self._range.low)
        self._ignored = self._ignored_there = False

        self._label = QLabel(title, self)
        self._mark = _Mark(self)
        self._help = QLabel(help_line, self)
        self._help.setObjectName("quiet")
        self._help.setWordWrap(True)
        self._spin = self._make_spin(title, lowest, unit)
        self._label.setBuddy(self._spin)
        self._reset = GlyphButton(Glyph.RESET, self.tr("Reset {title}").format(title=title), self)
        self._reset.clicked.connect(self.reset)
        steps = round((self._range.high - self._range.low) / self._range.step)
        self._slider = self._make_slider(title, steps) if steps <= _MOST_STEPS else None

        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(6)
        layout.setVerticalSpacing(3)
        layout.setColumnStretch(2, 1)
        layout.addWidget(self._label, 0, 0)
        layout.addWidget(self._mark, 0, 1)
        layout.addWidget(self._spin, 0, 3)
        layout.addWidget(self._reset, 0, 4)
        if self._slider is not None:
            layout.addWidget(self._slider, 1, 0, 1, 5)
        layout.addWidget(self._help, 2, 0, 1, 5)
        self._show()

    @property
    def value(self) -> float:
        """What it is set to."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show `value`; emits nothing."""
        self._value = float(value)
        self._show()

    def set_reference(self, value: float) -> None:
        """What the reset goes back to, and what the mark compares with."""
        self._reference = float(value)
        self._show()

    def set_ignored(self, ignored: bool, there: bool = False) -> None:
        """Whether the model does nothing with this value, and whether the server beside it does nothing."""
        if (ignored, there) != (self._ignored, self._ignored_there):
            self._ignored, self._ignored_there = ignored, there
            self._show()

    @Slot()
    def reset(self) -> None:
        """Go back to the reference."""
        self._choose(self._reference)

    def _make_spin(self, title: str, lowest: str, unit: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setDecimals(0 if self._range.whole else 2)
        spin.setRange(self._range.low, self._range.high)
        spin.setSingleStep(self._range.step)
        spin.setSpecialValueText(lowest)
        spin.setSuffix(unit)
        spin.setKeyboardTracking(False)
        spin.setMinimumSize(_SPIN_WIDTH, self.fontMetrics().height() + 8)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        spin.setAccessibleName(title)
        spin.installEventFilter(WheelGuard(spin))
        spin.valueChanged.connect(self._choose)
        return spin

    def _make_slider(self, title: str, steps: int) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(self._steps(self._range.low), self._steps(self._range.high))
        slider.setPageStep(max(1, steps // 10))
        slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        slider.setAccessibleName(self.tr("{title} slider").format(title=title))
        slider.installEventFilter(WheelGuard(slider))
        slider.valueChanged.connect(self._slide)
        return slider

    def _steps(self, value: float) -> int:
        """`value` as the slider counts: in steps from 0, so that a screen reader says whole numbers as they are."""
        return round(value / self._range.step)

    @Slot(int)
    def _slide(self, step: int) -> None:
        # Rounded, so that 0.30000000000000004 is the 0.3 of the presets.
        self._choose(round(step * self._range.step, 10))

    @Slot(float)
    def _choose(self, value: float) -> None:
        if value != self._value:
            self._value = value
            self._show()
            self.value_changed.emit(value)

    def _show(self) -> None:
        self._spin.blockSignals(True)
        self._spin.setValue(self._value)
        self._spin.blockSignals(False)
        if self._slider is not None:
            self._slider.blockSignals(True)
            self._slider.setValue(self._steps(self._value))
            self._slider.blockSignals(False)
        differs = not isclose(self._value, self._reference, abs_tol=1e-9)
        self._mark.set_on(differs and not self._ignored)
        self._mark.setToolTip(self.tr("Differs from the preset") if differs else "")
        why = self._help_line
        if self._ignored:
            why = self.tr("The model in use has no such control.")
        elif self._ignored_there:
            why = self.tr("{help} Not on the server.").format(help=self._help_line)
        self._help.setText(why)
        for widget in (self._label, self._spin, self._slider, self._help):
            if widget is not None:
                widget.setEnabled(not self._ignored)
                widget.setToolTip(why)
                widget.setAccessibleDescription(f"{why} {self._mark.toolTip()}".strip())
        self._reset.setEnabled(differs and not self._ignored)
