"""The command line. Needs no display and, but for the window itself, no Qt."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from afterword import __version__, errors, logs, model_verbs, paths
from afterword.command import (
    FAILURE,
    INTERRUPTED,
    LONGEST_WAIT_S,
    SERVER_KEY,
    SUCCESS,
    USAGE,
    Parser,
    between,
    number_of,
    opened,
    served,
)
from afterword.engine.protocol import Request
from afterword.engine.sampling import LONG, RANGES, Sampling
from afterword.files import reason, same_file
from afterword.sentences import closing_line, sentence
from afterword.settings import load_settings
from afterword.suggest.rules import RULES
from afterword.suggest.suggester import Suggester
from afterword.text.characters import writable
from afterword.text.context import Context

_log = logging.getLogger(__name__)

_ADVICE: dict[type[errors.AfterwordError], str] = {
    errors.ServerUnencrypted: " “--unencrypted” allows it.",
    errors.ServerRefused: f" It is read from {SERVER_KEY}, or from the keyring.",
}

_WAIT_S = 120.0  # for a server that loads its model first, as in the connection test, or is slow to read a long text

_HELP = {
    "temperature": "0 takes the likeliest word, higher is bolder",
    "max_words": "stop after so many words",
    "max_sentences": "stop after so many sentences, 0 for no such stop",
    "top_k": "draw from so many tokens, 0 for all",
    "top_p": "draw from the likeliest tokens with this probability together",
    "min_p": "leave out tokens less likely than this share of the likeliest",
    "repetition_penalty": "above 1, avoid what was said before",
    "typical_p": "draw from the tokens nearest to the expected surprise with this probability together, 1 for all",
    "no_repeat_ngram": "never say the same so many tokens twice, 0 for no such ban",
    "dry_multiplier": "above 0, avoid going on with a repetition (DRY)",
    "dry_base": "how fast DRY grows with the length of the repetition",
    "dry_allowed_length": "the shortest repetition that DRY acts on, in tokens",
    "xtc_probability": "how often to leave out the likeliest tokens (XTC), 0 for never",
    "xtc_threshold": "how likely a token must be for XTC to leave it out",
    "candidates": "how many suggestions to have at hand where they can be cycled through",
    "eagerness": "how readily to show a suggestion in percent: 100 shows everything, 0 only what is nearly certain",
    "seed": "the same seed gives the same text, -1 for any",
}


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
        return _fail(sentence(error) + _ADVICE.get(type(error), ""), USAGE if isinstance(error, errors.OutOfRange) else FAILURE)
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
    _say(message)
    return code


def _say(message: str) -> None:
    print(f"afterword: {message}", file=sys.stderr)


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


# --- the window -----------------------------------------------------------------------------------------------------


def _window(arguments: list[str]) -> int:
    parser = Parser(
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
        from afterword import program
    except ImportError as error:
        _log.warning("Qt cannot be imported", exc_info=True)
        return _fail(f"The window cannot open, because a part of Qt is missing: {error}.", FAILURE)
    return program.run(options.draft)


# --- complete -------------------------------------------------------------------------------------------------------


def _complete(arguments: list[str]) -> int:
    parser = Parser(prog="afterword complete", description="Continue a text.")
    parser.add_argument("text", nargs="?", help="the text to continue; - reads it from standard input")
    parser.add_argument(
        "--jsonl",
        action="store_true",
        help='read lines {"id", "before", "after"} from standard input and answer each with what the window would show there: '
        '{"id", "shown", "probability", "ms"}, with the milliseconds to the whole suggestion',
    )
    parser.add_argument(
        "--model",
        help="starter, a folder, a .gguf file, or a hub id (default: the one set in the window); with --server one of its models "
        "(default: its first)",
    )
    parser.add_argument(
        "--server",
        metavar="URL",
        help=f"ask this server, which is given the text; its key is read from {SERVER_KEY} or the keyring",
    )
    parser.add_argument("--unencrypted", action="store_true", help="also where the connection to the server is not encrypted")
    parser.add_argument(
        "--wait",
        type=between(1, LONGEST_WAIT_S),
        metavar="SECONDS",
        help=f"for how long the server may be silent (default: {_WAIT_S:g})",
    )
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps"), help="what it runs on (default: as set in the window)"
    )
    parser.add_argument("--exact", action="store_true", help="float32 and no shortcuts: as transformers' generate")
    for key in RANGES:
        parser.add_argument(f"--{key.replace('_', '-')}", type=number_of(key), metavar="N", help=_HELP[key])
    options = parser.parse_args(arguments)
    if options.jsonl == (options.text is not None):
        parser.error("give either a TEXT or --jsonl")
    if options.server is not None and (options.exact or options.device):
        parser.error("--exact and --device are for models on this machine, not for --server")
    if options.server is None and (options.unencrypted or options.wait):
        parser.error("--unencrypted and --wait go with --server")
    settings, unreadable = load_settings(paths.settings_file())
    if unreadable is not None:
        _fail(sentence(unreadable), FAILURE)
    given = {key: getattr(options, key) for key in RANGES if getattr(options, key) is not None}
    sampling = replace(settings.sampling() if options.jsonl else LONG, **given)
    text = "" if options.jsonl else _text_of(options.text)
    if options.server is not None:
        wait_s = options.wait or _WAIT_S
        opening = served(options.server, options.model or "", options.unencrypted, whole=not options.jsonl, wait_s=wait_s)
    else:
        opening = opened(
            settings["model.name"] if options.model is None else options.model,
            options.exact,
            download=options.model is not None,
            device=options.device or settings["model.device"],
        )
    with opening as model:
        suggester = Suggester(model, without=RULES if options.exact else ())
        shared = options.server is not None
        return _answer_lines(suggester, sampling, shared) if options.jsonl else _stream(suggester, text, sampling, shared)


def _text_of(argument: str) -> str:
    given = b"" if sys.stdin is None or argument != "-" else sys.stdin.buffer.read()
    raw = given if argument == "-" else os.fsencode(argument)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise errors.TextEncoding(error.start) from error


def _stream(suggester: Suggester, text: str, sampling: Sampling, shared: bool) -> int:
    written = 0
    request = Request(1, Context.around(text, len(text)), sampling, asked=bool(text.strip()), shared=shared)
    for suggestion in suggester.suggest(request):
        print(suggestion.text[written:], end="", flush=True)
        written = len(suggestion.text)
    if written:
        print()
    else:
        _say("The model has nothing to say here." if text else "There is no text to continue.")
    return SUCCESS


def _answer_lines(suggester: Suggester, sampling: Sampling, shared: bool) -> int:
    code = SUCCESS
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            before, after = writable(asked.get("before", "")), writable(asked.get("after", ""))
            json.dumps(asked.get("id"), allow_nan=False)
        except (ValueError, AttributeError, TypeError, RecursionError):
            code = _fail(f"Line {number} is not a JSON object with “before” and “after”.", FAILURE)
            continue
        context = Context.around(before + after, len(before))
        began = time.perf_counter()
        try:
            *_, suggestion = suggester.suggest(Request(number, context, sampling, shared=shared))
        except (errors.GenerationFailed, errors.ServerError) as error:
            _log.warning("line %d failed", number, exc_info=True)
            code = _fail(sentence(error), FAILURE)
            continue
        answer = {
            "id": asked.get("id"),
            "shown": suggestion.text,
            "probability": float(f"{suggestion.probability:.4g}") if suggestion else 0.0,
            "ms": round((time.perf_counter() - began) * 1000, 1),
        }
        told = json.dumps(answer, ensure_ascii=False)
        print(told.encode("utf-8", "backslashreplace").decode(), flush=True)  # half a character in an id is spelled as JSON does
    return code


# --- export ---------------------------------------------------------------------------------------------------------


def _export(arguments: list[str]) -> int:
    from afterword.drafts.beside import read_beside
    from afterword.drafts.draft import read_draft
    from afterword.drafts.ledger import tally
    from afterword.export import FORMATS, export
    from afterword.text.kind import kind_of

    parser = Parser(prog="afterword export", description="Export a draft.")
    parser.add_argument("draft", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help=f"ends in {', '.join(FORMATS)}")
    parser.add_argument("--ledger-line", action="store_true", help="say in a last line how much of the text was typed")
    options = parser.parse_args(arguments)
    draft = read_draft(options.draft, large=True)
    if same_file(options.draft, options.output):
        raise errors.ExportFailed(options.output, "it is the draft itself")
    closing = ""
    if options.ledger_line:
        closing = closing_line(tally(draft.text, read_beside(options.draft, draft.text).accepted))
    export(draft.text, kind_of(options.draft), options.output, closing=closing)
    return SUCCESS


# --- bench ----------------------------------------------------------------------------------------------------------


def _bench(arguments: list[str]) -> int:
    from afterword.bench import alternatives, drafts, editor, keystrokes, latency, server

    verbs = {
        "latency": latency.main,
        "keystrokes": keystrokes.main,
        "alternatives": alternatives.main,
        "editor": editor.main,
        "drafts": drafts.main,
        "server": server.main,
    }
    parser = Parser(
        prog="afterword bench",
        description="Measure how soon suggestions are there and what they cost (latency), the keys they save (keystrokes), "
        "how often other words for one are right (alternatives), how soon the page shows what was typed (editor), how soon "
        "drafts are opened and safe (drafts), or how soon a server answers many writers (server).",
    )
    parser.add_argument("verb", choices=verbs, help="“afterword bench VERB --help” tells more")
    return verbs[parser.parse_args(arguments[:1]).verb](arguments[1:])


_VERBS: dict[str, Callable[[list[str]], int]] = {
    "complete": _complete,
    "export": _export,
    "models": model_verbs.main,
    "bench": _bench,
}


if __name__ == "__main__":
    sys.exit(main())
