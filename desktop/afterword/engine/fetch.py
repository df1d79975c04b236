"""What is asked of the Hugging Face hub, in a process of its own.

A request can so be ended at any moment, and neither the libraries nor a token of the user's come into the window's process.

`python -m afterword.engine.fetch VERB JSON`, with the arguments as a JSON object:

- `about`: `name`. What the hub has under this id.
- `search`: `text`, `limit`.
- `model`: `folder`, with a marker (`hub_folders.About`) that lists what is to be fetched into it.
- `file`: `repository`, `revision`, `file`, `folder`. One file of any kind.

It tells `{"about": {...}}`, `{"found": [...]}`, `{"done": bytes}`; see `child.told`.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from afterword.engine import checking, child, weights
from afterword.engine.child import Tell
from afterword.engine.downloading import BUSY, TIMEOUT, Busy, Download, Interrupted, is_transport
from afterword.engine.hub_folders import MARKER, About, File
from afterword.errors import (
    HubBusy,
    HubUnreachable,
    ModelBroken,
    ModelError,
    ModelGated,
    ModelMissing,
    ModelNotStored,
    ModelPickled,
    ModelRunsCode,
    ModelUnsupported,
)

# Configuration and vocabulary; the weights are chosen by their names. Never pickles, never Python files.
_SMALL = (".json", ".txt", ".model", ".jinja")
_LEFT_OUT = (MARKER, "trainer_state.json", "training_args.json", "adapter_config.json", "all_results.json", "train_results.json")
_SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")
_PLAIN_NAME = re.compile(r"[\w][\w .+()-]{0,200}", re.ASCII)
_NO_TEXT = frozenset({"custom_code", "gptq", "awq", "bitsandbytes", "compressed-tensors", "mlx", "4-bit", "8-bit", "fp8"})


def about(name: str, revision: str | None = None) -> About:
    """What the hub has under `name`, and what of it is needed."""
    siblings, info = _siblings(name, revision)
    files = {file: siblings[file] for file in needed(name, siblings)}
    total = getattr(info.safetensors, "total", None)
    return About(
        id=info.id,
        revision=str(info.sha),
        size=sum(file.size for file in files.values()),
        parameters=total if isinstance(total, int) else None,
        licence=_licence(info.tags or ()),
        gated=bool(info.gated),
        files=files,
    )


def needed(name: str, files: Mapping[str, File]) -> list[str]:
    """Which of a repository's files a model is made of: its weights once, as safetensors, and what is small.

    Raises:
        ModelPickled, ModelUnsupported, ModelMissing: there are no such weights.
    """
    top = [file for file in files if _PLAIN_NAME.fullmatch(file)]
    if weights.FILE in top:
        held = [weights.FILE]
    elif weights.INDEX in top:
        held = [weights.INDEX, *sorted(file for file in top if _SHARD.fullmatch(file))]
    else:
        if any(file.endswith(checking.PICKLES) for file in top):
            raise ModelPickled(name)
        if any(file.endswith(".gguf") for file in top):
            raise ModelUnsupported(name, "the hub has it as GGUF files only; download one of them and open it")
        raise ModelMissing(name)
    small = [
        file
        for file in top
        if file.endswith(_SMALL)
        and not file.endswith(".index.json")
        and file not in _LEFT_OUT
        and files[file].size <= checking.FILE_MOST
    ]
    return [*sorted(small), *held]


def search(text: str, limit: int) -> list[dict[str, Any]]:
    """Models of the hub that continue text, by name, the most downloaded first."""
    from huggingface_hub import constants, get_session
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

    asked: dict[str, Any] = {
        "search": text,
        "pipeline_tag": "text-generation",
        "filter": ["safetensors"],
        "sort": "downloads",
        "limit": limit * 2,  # some are left out
        "expand": ["downloads", "gated", "safetensors", "tags"],
    }
    timeout: Any = TIMEOUT
    response = get_session().get(f"{constants.ENDPOINT}/api/models", params=asked, headers=build_hf_headers(), timeout=timeout)
    hf_raise_for_status(response)
    found = []
    for model in response.json():
        tags = [str(tag) for tag in model.get("tags") or ()]
        if not _NO_TEXT.isdisjoint(tags):
            continue
        total = (model.get("safetensors") or {}).get("total")
        found.append(
            {
                "id": str(model["id"]),
                "downloads": int(model.get("downloads") or 0),
                "parameters": total if isinstance(total, int) else None,
                "licence": _licence(tags),
                "gated": bool(model.get("gated")),
            }
        )
    return found[:limit]


def model(folder: Path, tell: Tell) -> None:
    """Fetch what the marker in `folder` lists and is not there yet; the weights when all else has been looked at."""
    wanted = About.of(json.loads((folder / MARKER).read_text("utf-8")))
    download = Download(wanted, folder, tell)
    held = [file for file in wanted.files if file.endswith(".safetensors")]
    for file in wanted.files:
        if file not in held:
            download.fetch(file)
    _look(wanted, folder)
    for file in held:
        download.fetch(file)


def _look(wanted: About, folder: Path) -> None:
    """Refuse what would be refused when it is opened, before its weights are fetched."""
    name = wanted.id
    if "config.json" not in wanted.files:
        raise ModelUnsupported(name, "it has no config.json")
    config = checking.read_json(name, folder / "config.json", checking.CONFIG_MOST)
    checking.check_config(name, config)
    if checking.is_other(config):
        raise ModelUnsupported(name, "it is not one that continues text")
    if "auto_map" in config:
        from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

        if config.get("model_type") not in CONFIG_MAPPING_NAMES:
            raise ModelRunsCode(name)
    if weights.INDEX in wanted.files:
        try:
            shards = weights.files_of(folder, checking.read_json(name, folder / weights.INDEX))
        except weights.WeightsBroken as error:
            raise ModelBroken(name, str(error)) from error
        missing = [shard for shard in shards if shard not in wanted.files]
        if missing:
            raise ModelBroken(name, f"the hub has no {missing[0]}")


def _licence(tags: Iterable[str]) -> str:
    return next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), "")


def _siblings(name: str, revision: str | None) -> tuple[dict[str, File], Any]:
    """The files of a repository with size and digest, and what else the hub says of it."""
    from huggingface_hub import HfApi

    timeout: Any = TIMEOUT
    info = HfApi().model_info(name, revision=revision, files_metadata=True, timeout=timeout)
    files = {}
    for sibling in info.siblings or ():
        size = sibling.lfs.size if sibling.lfs else sibling.size
        digest = f"sha256:{sibling.lfs.sha256}" if sibling.lfs else f"git:{sibling.blob_id}"
        if isinstance(size, int) and re.fullmatch(r"sha256:[0-9a-f]{64}|git:[0-9a-f]{40}", digest):
            files[sibling.rfilename] = File(size, digest)
    return files, info


def _known(error: Exception, name: str) -> ModelError | None:
    """What `error` means for whoever asked for `name`; None where nobody foresaw it."""
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    if isinstance(error, ModelError):
        return error
    if isinstance(error, GatedRepoError):
        return ModelGated(name)
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        return HubBusy(name) if status in BUSY else ModelMissing(name) if status in (401, 403, 404) else HubUnreachable(name)
    if isinstance(error, HFValidationError):
        return ModelMissing(name)
    if isinstance(error, Busy):
        return HubBusy(name)
    if isinstance(error, (OfflineModeIsEnabled, Interrupted)) or is_transport(error):
        return HubUnreachable(name)
    if isinstance(error, OSError):
        return ModelNotStored(name, error.strerror or type(error).__name__)
    if isinstance(error, (ValueError, LookupError, TypeError, AttributeError)):
        return HubUnreachable(name)  # somebody else answers in its place
    return None


def work(verb: str, asked: dict[str, Any], tell: Tell) -> None:
    """Do what is asked, and tell what comes of it. Raises ModelError, and what nobody foresaw."""
    try:
        _answer(verb, asked, tell)
    except Exception as error:
        known = _known(error, "")
        if known is None or known is error:
            raise
        raise known from error


def _answer(verb: str, asked: dict[str, Any], tell: Tell) -> None:
    if verb == "about":
        tell(about=about(asked["name"]).told())
    elif verb == "search":
        tell(found=search(asked["text"], asked["limit"]))
    elif verb == "model":
        model(Path(asked["folder"]), tell)
    else:
        siblings, info = _siblings(asked["repository"], asked["revision"])
        files = {name: file for name, file in siblings.items() if name == asked["file"]}
        wanted = About(info.id, str(info.sha), 0, None, "", False, files)
        Download(wanted, Path(asked["folder"]), tell).fetch(asked["file"])


def main() -> int:
    """Run as a child process."""
    logging.disable()  # libraries may write what they were asked for, and with which token
    # Read when huggingface_hub is imported, which would find out what else runs here, and tell.
    os.environ |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    verb, asked = sys.argv[1], json.loads(sys.argv[2])
    return child.main(lambda tell: work(verb, asked, tell))


if __name__ == "__main__":
    sys.exit(main())
