"""A stand-in for the hub with a model on it, asked in the child process that asks the real one, or in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from afterword.engine import child, downloading, hub_folders
from afterword.engine import fetch as fetching
from afterword.watch import Watch
from tests.engine.models import model_folder
from tests.fakes import hub as stand_in
from tests.fakes.hub import Hub

LARGE = 100_000  # weights, of four bytes each


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub, which is asked in a child process as it always is."""
    with stand_in.running() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield running


class _Stopped(BaseException):
    pass


@pytest.fixture
def there(elsewhere: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The same hub, asked in this process, which takes no second to start."""
    from huggingface_hub import close_session, constants

    monkeypatch.setattr(constants, "ENDPOINT", elsewhere.address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", elsewhere.address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(downloading, "_WAIT_S", 0.01)

    def run(
        command: list[str],
        *,
        on_tick: Callable[[], None],
        on_line: Callable[[str], None],
        env: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        raised: list[BaseException] = []

        def tell(**values: object) -> None:
            try:
                on_tick()
                on_line(json.dumps(values))
            except BaseException as error:  # ends the child
                raised.append(error)
                raise _Stopped from None

        try:
            return child.ended(lambda tell: fetching.work(command[-2], json.loads(command[-1]), tell), tell), ""
        except _Stopped:
            raise raised[0] from None

    monkeypatch.setattr(child, "run", run)
    close_session()
    yield elsewhere
    close_session()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub's own cache, which has nothing."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    return tmp_path / "hf" / "hub"


@pytest.fixture
def writer(elsewhere: Hub, tmp_path: Path) -> Path:
    """The files of "zoo/writer", a model on the hub."""
    folder = model_folder(tmp_path / "writer", numbers=LARGE)
    elsewhere.add("zoo/writer", folder, parameters=LARGE, licence="mit", downloads=7)
    return folder


def weights_asked(there: Hub) -> list[str]:
    """The ranges of bytes that were asked for."""
    return [asked.range for asked in there.asked_for("/large/")]


def nothing_is_there(models_dir: Path) -> bool:
    home = hub_folders.home(models_dir)
    return not [path for path in home.iterdir() if path.is_dir()] if home.exists() else True


def stopping(share: float) -> Watch:
    """A watch that is cancelled when so much is there."""

    def on_progress(now: float, stage: str) -> None:
        if now >= share:
            watch.cancel()

    watch = Watch(on_progress)
    return watch


def same(folder: Path, original: Path) -> bool:
    return all((folder / file.name).read_bytes() == file.read_bytes() for file in original.iterdir())
