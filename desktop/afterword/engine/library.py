"""The models of this machine as one thing: what there is, what there could be, and how one becomes the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from afterword.engine import catalogue, hub, opening, speeds
from afterword.engine.catalogue import Entry
from afterword.engine.hub import About, Found
from afterword.engine.speeds import Measured
from afterword.errors import ModelMissing
from afterword.watch import Watch


@dataclass(frozen=True)
class Shelf:
    """What there is on this machine.

    Attributes:
        entries: the models.
        speeds: what was measured of them, by name.
        paused: the names of those that are on their way, with the share that is here, 0 to 1.
    """

    entries: tuple[Entry, ...] = ()
    speeds: dict[str, Measured] = field(default_factory=dict)
    paused: dict[str, float] = field(default_factory=dict)


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
        return Shelf(found, speeds.known(self._models_dir), hub.partials(self._models_dir))

    def find(self, name: str) -> Path:
        """The folder or file of a model that is on this machine. Raises ModelError where it is not."""
        found = catalogue.resolve(name, self._models_dir)
        if isinstance(found, Path):
            return found
        folder = self._models_dir if found == catalogue.STARTER else hub.folder_of(found, self._models_dir)
        if folder is None:
            raise ModelMissing(name)
        return folder

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
