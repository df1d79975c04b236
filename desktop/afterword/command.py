"""What the verbs of the command line share: how they read arguments, say how far they are, and open a model."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from afterword import errors, paths, secrets
from afterword.engine.protocol import LanguageModel
from afterword.engine.sampling import RANGES
from afterword.engine.server.types import Server
from afterword.sentences import sentence
from afterword.settings import load_settings
from afterword.watch import Watch

SUCCESS, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130

SERVER_KEY = "AFTERWORD_SERVER_KEY"
"""The environment variable that may hold the key of a server that is named on the command line."""

LONGEST_WAIT_S = 600.0
"""For how long a server may be silent, at most."""

_STAGES = {
    "fetching": "Fetching the starter model",
    "checking": "Checking the model's file",
    "converting": "Converting the model, once",
    "downloading": "Downloading the model",
    "waiting": "Another Afterword is at this model: waiting for it",
    "measuring": "Measuring the model",
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}. See “{self.prog} --help”.", file=sys.stderr)
        raise SystemExit(USAGE)


def number_of(key: str) -> Callable[[str], float]:
    """A converter for argparse: of the values that `RANGES` allows for `key`."""
    allowed = RANGES[key]
    kind = int if allowed.whole else float

    def convert(given: str) -> float:
        try:
            value = kind(given)
            allowed.check(key.replace("_", " "), value)
        except errors.OutOfRange as error:
            raise argparse.ArgumentTypeError(sentence(error).rstrip(".")) from error
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"“{given}” is not a {'whole ' if allowed.whole else ''}number") from error
        return value

    return convert


def between(low: float, high: float) -> Callable[[str], float]:
    """A converter for argparse: of numbers from `low` to `high`."""

    def convert(given: str) -> float:
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"“{given}” is no number from {low:g} to {high:g}")
        return value

    return convert


@contextmanager
def opened(name: str, exact: bool, download: bool, device: str = "auto") -> Iterator[LanguageModel]:
    """The model `name`, given back when the block ends; what takes long while it is opened is said on stderr."""
    from afterword.engine.opening import open_model

    model = open_model(name, paths.models_dir(), Watch(progress()), exact=exact, download=download, device=device)
    try:
        yield model
    finally:
        model.close()


def server_key(origin: str) -> str:
    """The key of the server at `origin`: from the environment, else from the system's keyring; "" where there is none.

    One that the user wanted to be forgotten, and that the keyring did not let go, is none.
    """
    if given := os.environ.get(SERVER_KEY):
        return given
    settings, _ = load_settings(paths.settings_file())
    return "" if origin in settings["server.unwanted"] else secrets.key_of(origin)


@contextmanager
def served(url: str, model: str, unencrypted: bool, whole: bool, wait_s: float) -> Iterator[LanguageModel]:
    """The model of a server, given back when the block ends.

    Args:
        url: of the server.
        model: which of its models; "" for its first.
        unencrypted: see Server.
        whole: see ServerModel.
        wait_s: for how long it may be silent, in seconds.
    """
    from afterword.engine.server.address import address
    from afterword.engine.server.model import open_server
    from afterword.engine.server.wire import Patience

    server = Server(url, model, server_key(address(url, unencrypted).origin), unencrypted)
    asked = open_server(server, whole=whole, patience=Patience(first=wait_s, between=wait_s))
    try:
        yield asked
    finally:
        asked.close()


def progress() -> Callable[[float, str], None]:
    """A reporter on stderr: on a terminal a line that counts up, else a line for each stage that takes long."""
    told: set[str] = set()
    drawn = sys.stderr.isatty()

    def report(share: float, stage: str) -> None:
        title = _STAGES.get(stage)
        if title is None:
            if drawn and told:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
                told.clear()
            return
        if drawn:
            percent = f" {share * 100:3.0f} %" if share >= 0 else ""
            print(f"\r\033[K{title} …{percent}", end="", file=sys.stderr, flush=True)
        elif stage not in told:
            print(f"{title} …", file=sys.stderr, flush=True)
        told.add(stage)

    return report
