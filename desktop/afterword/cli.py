"""The command line. Needs no display and, but for the window itself, no Qt."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from afterword import __version__, errors, logs, paths
from afterword.engine.protocol import LanguageModel, Request
from afterword.engine.sampling import LONG, RANGES, Sampling
from afterword.files import reason, same_file
from afterword.sentences import sentence
from afterword.settings import load_settings
from afterword.suggest.suggester import Suggester
from afterword.text.characters import writable
from afterword.text.context import Context
from afterword.watch import Watch

_log = logging.getLogger(__name__)

SUCCESS, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130

_HELP = {
    "temperature": "0 takes the likeliest word, higher is bolder",
    "max_words": "stop after so many words",
    "max_sentences": "stop after so many sentences, 0 for no such stop",
    "top_k": "draw from so many tokens, 0 for all",
    "top_p": "draw from the likeliest tokens with this probability together",
    "min_p": "leave out tokens less likely than this share of the likeliest",
    "repetition_penalty": "above 1, avoid what was said before",
    "seed": "the same seed gives the same text, -1 for any",
}

_STAGES = {
    "fetching": "Fetching the starter model",
    "checking": "Checking the model's file",
    "converting": "Converting the model, once",
    "downloading": "Downloading the model",
}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}. See “{self.prog} --help”.", file=sys.stderr)
        raise SystemExit(USAGE)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0, 1 for a failure, 2 for wrong usage."""
    arguments = sys.argv[1:] if arguments is None else arguments
    logs.start(paths.log_file())
    _speak_utf8()
    verb, rest = (arguments[0], arguments[1:]) if arguments and arguments[0] in _VERBS else (None, arguments)
    try:
        return _VERBS[verb](rest) if verb else _window(rest)
    except errors.AfterwordError as error:
        _log.warning("failed: %s", error, exc_info=True)
        return _fail(sentence(error), USAGE if isinstance(error, errors.OutOfRange) else FAILURE)
    except (KeyboardInterrupt, errors.Cancelled):
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SUCCESS
    except OSError as error:
        _log.warning("failed", exc_info=True)
        return _fail(f"The system says: {reason(error)}.", FAILURE)
    except Exception as error:
        _log.exception("unforeseen")
        return _fail(sentence(error), FAILURE)


def _fail(message: str, code: int) -> int:
    print(f"afterword: {message}", file=sys.stderr)
    return code


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


# --- the window -----------------------------------------------------------------------------------------------------


def _window(arguments: list[str]) -> int:
    parser = _Parser(
        prog="afterword",
        description="Write, and see in grey what could come next. Without a verb, opens the window.",
        epilog=f"Verbs: {', '.join(_VERBS)}. “afterword VERB --help” tells more.",
    )
    parser.add_argument("draft", nargs="?", type=Path, help="the draft to open")
    parser.add_argument("--version", action="version", version=f"Afterword {__version__}")
    options = parser.parse_args(arguments)
    if sys.platform == "linux" and not any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return _fail("There is no display to open a window on.", FAILURE)
    try:
        from afterword import app
    except ImportError as error:
        _log.warning("Qt cannot be imported", exc_info=True)
        return _fail(f"The window cannot open, because a part of Qt is missing: {error}.", FAILURE)
    return app.run(options.draft)


# --- complete -------------------------------------------------------------------------------------------------------


def _complete(arguments: list[str]) -> int:
    parser = _Parser(prog="afterword complete", description="Continue a text.")
    parser.add_argument("text", nargs="?", help="the text to continue; - reads it from standard input")
    parser.add_argument(
        "--jsonl",
        action="store_true",
        help='read lines {"id", "before", "after"} from standard input and answer each with what the window would show there: '
        '{"id", "shown", "probability", "ms"}, with the milliseconds to the whole suggestion',
    )
    parser.add_argument("--model", help="starter, a folder, a .gguf file, or a hub id (default: the one set in the window)")
    parser.add_argument("--exact", action="store_true", help="float32 and no shortcuts: as transformers' generate")
    for key in RANGES:
        parser.add_argument(f"--{key.replace('_', '-')}", type=_number(key), metavar="N", help=_HELP[key])
    options = parser.parse_args(arguments)
    if options.jsonl == (options.text is not None):
        parser.error("give either a TEXT or --jsonl")
    settings, unreadable = load_settings(paths.settings_file())
    if unreadable is not None:
        _fail(sentence(unreadable), FAILURE)
    given = {key: getattr(options, key) for key in RANGES if getattr(options, key) is not None}
    sampling = replace(settings.sampling() if options.jsonl else LONG, **given)
    text = "" if options.jsonl else _text_of(options.text)
    with _opened(
        settings["model.name"] if options.model is None else options.model, options.exact, download=options.model is not None
    ) as model:
        suggester = Suggester(model)
        return _answer_lines(suggester, sampling) if options.jsonl else _stream(suggester, text, sampling)


def _number(key: str) -> Callable[[str], float]:
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


def _text_of(argument: str) -> str:
    given = b"" if sys.stdin is None or argument != "-" else sys.stdin.buffer.read()
    raw = given if argument == "-" else os.fsencode(argument)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise errors.TextEncoding(error.start) from error


def _stream(suggester: Suggester, text: str, sampling: Sampling) -> int:
    written = 0
    for suggestion in suggester.suggest(Request(1, Context.around(text, len(text)), sampling)):
        print(suggestion.text[written:], end="", flush=True)
        written = len(suggestion.text)
    print()
    return SUCCESS


def _answer_lines(suggester: Suggester, sampling: Sampling) -> int:
    code = SUCCESS
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            before, after = writable(asked.get("before", "")), writable(asked.get("after", ""))
        except (ValueError, AttributeError, TypeError):
            code = _fail(f"Line {number} is not an object with “before” and “after”.", FAILURE)
            continue
        context = Context.around(before + after, len(before))
        began = time.perf_counter()
        try:
            *_, suggestion = suggester.suggest(Request(number, context, sampling))
        except errors.GenerationFailed as error:
            _log.warning("line %d failed", number, exc_info=True)
            code = _fail(sentence(error), FAILURE)
            continue
        answer = {
            "id": asked.get("id"),
            "shown": suggestion.text,
            "probability": float(f"{suggestion.probability:.4g}") if suggestion else 0.0,
            "ms": round((time.perf_counter() - began) * 1000, 1),
        }
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return code


@contextmanager
def _opened(name: str, exact: bool, download: bool) -> Iterator[LanguageModel]:
    from afterword.engine.opening import open_model

    model = open_model(name, paths.models_dir(), Watch(_progress()), exact=exact, download=download)
    try:
        yield model
    finally:
        model.close()


def _progress() -> Callable[[float, str], None]:
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


# --- export ---------------------------------------------------------------------------------------------------------


def _export(arguments: list[str]) -> int:
    from afterword.drafts.draft import read_draft
    from afterword.export import FORMATS, export
    from afterword.text.kind import kind_of

    parser = _Parser(prog="afterword export", description="Export a draft.")
    parser.add_argument("draft", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help=f"ends in {', '.join(FORMATS)}")
    options = parser.parse_args(arguments)
    draft = read_draft(options.draft)
    if same_file(options.draft, options.output):
        raise errors.ExportFailed(options.output, "it is the draft itself")
    export(draft.text, kind_of(options.draft), options.output)
    return SUCCESS


# --- models ---------------------------------------------------------------------------------------------------------


def _models(arguments: list[str]) -> int:
    parser = _Parser(prog="afterword models", description="The language models on this machine.")
    verbs = parser.add_subparsers(dest="verb", metavar="list | fetch", parser_class=_Parser)
    verbs.add_parser("list", help="list them (the default)")
    fetch = verbs.add_parser("fetch", help="fetch one, ready for use")
    fetch.add_argument("name", help="starter, or a hub id")
    options = parser.parse_args(arguments)
    return _fetch(options.name) if options.verb == "fetch" else _list()


def _list() -> int:
    from afterword.engine import catalogue

    for entry in catalogue.entries(paths.models_dir()):
        state = "installed" if entry.installed else "not fetched yet"
        print(f"{entry.name:32} {entry.size / 1e6:8.0f} MB  {state:16} {entry.licence or 'licence unknown'}")
    return SUCCESS


def _fetch(name: str) -> int:
    from afterword.engine.opening import fetch

    folder = fetch(name, paths.models_dir(), Watch(_progress()))
    print(f"“{name}” is ready in {folder}.")
    return SUCCESS


_VERBS: dict[str, Callable[[list[str]], int]] = {"complete": _complete, "export": _export, "models": _models}


if __name__ == "__main__":
    sys.exit(main())
