"""Models from the Hugging Face hub: what is in its cache on this machine, and downloads that the user asked for."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import Any

from afterword.errors import HubUnreachable, ModelMissing, ModelPickled
from afterword.watch import Watch

# Weights as safetensors only; the rest is configuration and vocabulary. Never pickles, never Python files.
PATTERNS = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.model", "*.jinja"]


def snapshot(name: str, watch: Watch, download: bool) -> Path:
    """The folder of the hub model `name` on this machine.

    Args:
        name: a hub id such as "gpt2" or "HuggingFaceTB/SmolLM2-135M".
        watch: told the share of the download.
        download: whether the hub may be asked for what is missing; False touches no network.

    Raises:
        ModelMissing: it is not here (and, with `download`, the hub has no such model).
        ModelPickled: the hub has it, but without safetensors.
        HubUnreachable: it is not here and the hub does not answer.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, allow_patterns=PATTERNS, local_files_only=True))
        if not download or any(folder.glob("*.safetensors")):
            return folder  # without weights it was begun by another program, for its tokenizer perhaps
    except HFValidationError as error:
        raise ModelMissing(name) from error
    except LocalEntryNotFoundError as error:
        if not download:
            raise ModelMissing(name) from error
    return _download(name, watch)


def _download(name: str, watch: Watch) -> Path:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    watch.report(-1, "downloading")
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it would tell every retry on stderr
    try:
        files = HfApi().list_repo_files(name)
        if not any(file.endswith(".safetensors") for file in files):
            pickled = any(file.endswith((".bin", ".pt", ".pth", ".ckpt")) for file in files)
            raise ModelPickled(name) if pickled else ModelMissing(name)
        return Path(snapshot_download(name, allow_patterns=PATTERNS, tqdm_class=_reporting_bar(watch)))
    except (RepositoryNotFoundError, GatedRepoError) as error:
        raise ModelMissing(name) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, OSError) as error:
        raise HubUnreachable(name) from error
    except Exception as error:
        # The HTTP library of huggingface_hub has changed its name and its error types between releases: whatever its transport
        # raises means that the hub could not be reached.
        if type(error).__module__.partition(".")[0].startswith("httpx"):
            raise HubUnreachable(name) from error
        raise


def _reporting_bar(watch: Watch) -> type[Any]:
    """A progress bar that draws nothing and tells `watch`; a cancelled watch ends the download from within."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no thread of tqdm's own

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            super().__init__(*args, **kwargs | {"disable": False, "file": _Nowhere()})

        def update(self, n: float | None = 1) -> bool | None:
            with contextlib.suppress(TypeError):  # a total that is not known yet
                watch.report(min(1.0, (self.n + (n or 0)) / self.total) if self.total else -1, "downloading")
            return bool(super().update(n))

    return Bar


class _Nowhere:
    def write(self, text: str) -> None:
        """Drop it."""

    def flush(self) -> None:
        """Nothing to do."""
