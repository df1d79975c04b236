"""What the models window says of the models: their rows, how far a download is, and all that is known about one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QWidget

from afterword.engine.catalogue import Entry
from afterword.engine.hub import Found
from afterword.engine.recommended import RECOMMENDED
from afterword.engine.speeds import PROMPT, Measured
from afterword.engine.weights import memory
from afterword.window.model_list import ListedModel
from afterword.window.model_shelf import Download, ModelShelf

_SI = QLocale.DataSizeFormat.DataSizeSIFormat


class ModelTexts:
    """Puts what a shelf knows into words.

    Args:
        shelf: of the models.
        widget: shows it, in its own language.
    """

    def __init__(self, shelf: ModelShelf, widget: QWidget) -> None:
        self._shelf = shelf
        self._locale = widget.locale()
        self._tr = widget.tr

    def groups(self, found: Sequence[Found], used: str) -> list[tuple[str, list[ListedModel]]]:
        """All models by what they are to the writer, each group with its heading.

        Args:
            found: those that a search has found.
            used: the name of the one that is set.
        """
        entries = self._shelf.entries
        here = {entry.name for entry in entries if entry.installed}
        return [
            (self._tr("On this machine"), [self._of_entry(entry, used) for entry in entries]),
            (self._tr("On their way"), [self._of_download(name) for name in self._shelf.downloads if name not in here]),
            (self._tr("Found on the hub"), [self._of_found(each) for each in found if each.id not in here]),
            (self._tr("To try, smallest first (untested by us)"), self._of_recommended(here, masked=False)),
            (self._tr("To try for other words in place of one (Ctrl+;)"), self._of_recommended(here, masked=True)),
        ]

    def progress(self, download: Download) -> str:
        """How far a download is."""
        stages = {
            "converting": self._tr("Converting it"),
            "checking": self._tr("Checking it"),
            "fetching": self._tr("Fetching it"),
        }
        if download.paused:
            text = self._tr("Paused")
        elif download.stage == "waiting":
            return self._tr("Another Afterword is at this model…")
        elif download.share < 0:
            return self._tr("Asking for it…")
        else:
            text = stages.get(download.stage, self._tr("Fetching it"))
        text = self._tr("{what}: {percent} %").format(what=text, percent=round(max(download.share, 0.0) * 100))
        if download.size:
            text = self._tr("{text} of {size}").format(text=text, size=self._bytes(download.size))
        if download.rate:
            text = self._tr("{text}, {rate} a second").format(text=text, rate=self._bytes(round(download.rate)))
        return text

    def facts(self, model: ListedModel) -> str:
        """All that is known about one model, a fact a line."""
        lines = [] if model.name in self._shelf.downloads else list(model.facts)
        entry = next((each for each in self._shelf.entries if each.name == model.name), None)
        if entry is not None and entry.memory:
            lines.insert(1, self._memory(entry.memory))
        measured = self._shelf.measured(model.name)
        if measured is not None:
            text = self._tr("reads a page ({count} tokens) in {seconds} s; took {size} of memory with all its libraries")
            seconds = self._locale.toString(measured.read_s, "f", 2)
            lines.append(text.format(count=PROMPT, seconds=seconds, size=self._bytes(measured.memory)))
        if model.used:
            lines.append(self._tr("writes your suggestions"))
        if model.masked:
            lines.append(self._tr("finds other words in place of one (Ctrl+;)"))
        if not model.installed and model.name in {each.name for each in RECOMMENDED}:
            lines.append(self._tr("untested: it could not be fetched where Afterword is made"))
        return "\n".join(f"• {line}" for line in lines)

    def loss(self, name: str) -> str:
        """What the writer loses with a model that is removed."""
        entry = next((each for each in self._shelf.entries if each.name == name), None)
        if entry is not None and entry.shared:
            return self._tr("It is in the hub's own cache: other programs on this machine may use it too.")
        if entry is not None and entry.kind == "converted":
            return self._tr("The GGUF file that it was made from stays where it is.")
        if entry is not None and entry.kind == "folder":
            return self._tr("Its folder is deleted: keep a copy where you have no other.")
        return self._tr("To use it again it has to be fetched again.")

    def _of_entry(self, entry: Entry, used_name: str) -> ListedModel:
        parts = [self._weights(entry.parameters), self._disk(entry.size), entry.licence or self._tr("licence unknown")]
        if not entry.installed:
            parts.append(self._tr("not fetched yet"))
        measured = self._shelf.measured(entry.name)
        if measured is not None:
            parts.append(self._rate(measured))
        used, masked = entry.name == self._shelf.entry_name(used_name), entry.kind == "masked"
        removable = entry.installed and not used
        return ListedModel(entry.name, entry.title, _told(parts), entry.installed, masked, used, entry.size, removable)

    def _of_download(self, name: str) -> ListedModel:
        download = self._shelf.downloads[name]
        return ListedModel(name, name, (self.progress(download),), size=download.size)

    def _of_found(self, found: Found) -> ListedModel:
        downloads = self._tr("{count} downloads").format(count=self._locale.toString(found.downloads))
        return self._of_hub(found.id, found.parameters or 0, found.licence, gated=found.gated, more=downloads)

    def _of_recommended(self, here: set[str], *, masked: bool) -> list[ListedModel]:
        return [
            self._of_hub(each.name, each.parameters, each.licence, gated=each.gated, masked=masked)
            for each in RECOMMENDED
            if each.masked is masked and each.name not in here
        ]

    def _of_hub(
        self, name: str, parameters: int, licence: str, *, gated: bool, masked: bool = False, more: str = ""
    ) -> ListedModel:
        parts = [
            self._weights(parameters),
            self._memory(memory(parameters)),
            licence or self._tr("licence unknown"),
            self._tr("asks for an account on the hub") if gated else "",
            more,
        ]
        return ListedModel(name, name, _told(parts), masked=masked)

    def _memory(self, size: int) -> str:
        return self._tr("needs {size} of memory").format(size=self._bytes(size)) if size else ""

    def _weights(self, count: int) -> str:
        if not count:
            return ""
        if count >= 10**9:
            return self._tr("{number} billion weights").format(number=self._locale.toString(count / 10**9, "f", 1))
        return self._tr("{number} million weights").format(number=self._locale.toString(max(1, round(count / 10**6))))

    def _disk(self, size: int) -> str:
        return self._tr("{size} on disk").format(size=self._bytes(size)) if size else ""

    def _rate(self, measured: Measured) -> str:
        rate = self._locale.toString(measured.tokens_per_second, "f", 0)
        return self._tr("{rate} tokens/s here").format(rate=rate)

    def _bytes(self, size: int) -> str:
        return str(self._locale.formattedDataSize(size, 1, _SI))


def _told(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(part for part in parts if part)
