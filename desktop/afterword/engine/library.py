"""The models of this machine as one thing: what there is, what there could be, and how one becomes the other."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from afterword.engine import catalogue, conversion, hub, hub_folders, opening, speeds
from afterword.engine.catalogue import Entry
from afterword.engine.checking import check_folder, is_masked
from afterword.engine.hub import Found
from afterword.engine.hub_folders import About
from afterword.engine.speeds import Measured
from afterword.errors import ModelUnsupported
from afterword.watch import Watch


@dataclass(frozen=True)
class Shelf:
    """What there is on this machine.

    Attributes:
        entries: the models.
        speeds: what was measured of them, by name.
        paused: the names of those that are on their way, with the share that is here, 0 to 1.
        made_of: which entry stands for the model at a path: its own folder, or the file that it was converted from.
    """

    entries: tuple[Entry, ...] = ()
    speeds: dict[str, Measured] = field(default_factory=dict)
    paused: dict[str, float] = field(default_factory=dict)
    made_of: dict[str, str] = field(default_factory=dict)

    def entry_name(self, name: str) -> str:
        """The name of the entry that `name`, which may be a path, stands for; itself where there is none."""
        if any(entry.name == name for entry in self.entries):
            return name
        return self.made_of.get(os.path.abspath(os.path.expanduser(name)), name)


class Library:
    """Of one folder; every method is a task for `Jobs`, and what it raises is of `errors`.

    Args:
        models_dir: where models are kept.
        device: asked, when a model is measured, on which one; see `opening.open_model`.
    """

    def __init__(self, models_dir: Path, device: Callable[[], str] = lambda: "auto") -> None:
        self._models_dir = models_dir
        self._device = device

    def shelf(self, *, watch: Watch | None = None) -> Shelf:  # noqa: ARG002 -- too short to be cancelled
        """What there is; asks no network."""
        found = tuple(catalogue.entries(self._models_dir))
        made_of: dict[str, str] = {}
        for entry in found:
            if entry.folder is not None:
                marker = conversion.read_marker(entry.folder)
                made_of |= {str(entry.folder): entry.name} | ({marker.source: entry.name} if marker is not None else {})
        return Shelf(found, speeds.known(self._models_dir), hub_folders.partials(self._models_dir), made_of)

    def usable(self, name: str, *, watch: Watch | None = None) -> str:
        """The name under which a model of this machine is found from any folder.

        Raises:
            ModelError: it is not here, or cannot be written with.
        """
        if name == catalogue.STARTER:
            return name
        folder = opening.locate(name, self._models_dir, watch)
        if is_masked(check_folder(name, folder)):
            raise ModelUnsupported(name, "it does not continue text")
        path = Path(name).expanduser()
        return str(path.absolute()) if path.exists() and not (self._models_dir / name).exists() else name

    def search(self, text: str, *, watch: Watch | None = None) -> list[Found]:
        """Models of the hub that have `text` in their names."""
        return hub.search(text, watch=watch)

    def about(self, name: str, *, watch: Watch | None = None) -> About:
        """What the hub says of a model of its."""
        return hub.about(name, watch)

    def fetch(self, name: str, *, watch: Watch | None = None) -> Path:
        """Make a model ready for use here; what was fetched of it before is not fetched again."""
        return opening.fetch(name, self._models_dir, watch)

    def give_up(self, name: str, *, watch: Watch | None = None) -> None:  # noqa: ARG002
        """Remove what was fetched of a model that is not whole, and is not on its way in another process."""
        hub.drop_partial(name, self._models_dir)

    def remove(self, name: str, *, watch: Watch | None = None) -> None:  # noqa: ARG002
        """Remove a model from this machine."""
        catalogue.remove(name, self._models_dir)

    def measure(self, name: str, *, watch: Watch | None = None) -> Measured:
        """Measure how fast a model is here; asks no network."""
        return speeds.measure(name, self._models_dir, watch, self._device())
