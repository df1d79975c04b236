"""`afterword bench keystrokes`: how many keys a writer is saved, and how often suggestions are right, on given texts."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from afterword import paths
from afterword.bench import machine
from afterword.bench.keystrokes_tables import middle_table, parts_table, tables
from afterword.bench.middle import measure_middle
from afterword.bench.modes import MODES, PLAIN, Text, measure
from afterword.bench.parts import measure_parts
from afterword.bench.plain import PlainSnippet
from afterword.bench.samples import samples
from afterword.bench.table import rounded
from afterword.command import SUCCESS, Parser, number_of, opened
from afterword.drafts.draft import read_draft
from afterword.engine.sampling import RANGES, Sampling
from afterword.settings import load_settings
from afterword.suggest.suggester import Suggester


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code.

    Raises:
        AfterwordError: a file cannot be read, a model cannot be opened, or it broke.
    """
    options = _parser().parse_args(arguments)
    texts = _texts(options)
    modes = options.modes or ([] if options.middle or options.parts else list(MODES))
    if options.no_plain:
        modes = [mode for mode in modes if mode != PLAIN]
    sampling = replace(Sampling(), **{"seed": 1, **dict(options.set)})
    name = load_settings(paths.settings_file())[0]["model.name"] if options.model is None else options.model
    found: dict[str, Any] = {}
    helped = [mode for mode in modes if mode != PLAIN]
    if helped or options.middle or options.parts:
        with opened(name, exact=False, download=options.model is not None) as model:
            suggester = Suggester(model)
            found.update(measure(suggester, texts, helped, sampling, _progress))
            if options.middle:
                contents = [text.content for text in texts]
                found["middle"] = measure_middle(suggester, contents, sampling, lambda share: _progress("middle", "", share))
            if options.parts:
                found["parts"] = measure_parts(model, texts, sampling, _progress)
    if PLAIN in modes:
        with opened(name, exact=True, download=options.model is not None) as model:
            found.update(measure(PlainSnippet(model), texts, [PLAIN], sampling, _progress))
    _clear()
    about = {"model": name, "machine": machine.describe()}
    if options.json:
        print(json.dumps(rounded({**found, **about}), ensure_ascii=False, indent=2))
    else:
        _print_tables(found, [text.name for text in texts], sum(len(text.content) for text in texts), about)
    return SUCCESS


# --- what is asked for ----------------------------------------------------------------------------------------------


def _parser() -> Parser:
    parser = Parser(
        prog="afterword bench keystrokes",
        description="Let a simulated writer type each file and take what is suggested where it is right, one key each: "
        "how many keys are saved, and how often suggestions are right. Run it on your own drafts to choose a model.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a draft (default: texts that come with Afterword)")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.add_argument("--model", help="starter, a folder, a .gguf file, or a hub id (default: the one set in the window)")
    parser.add_argument("--modes", type=_modes, metavar="MODE,...", help=f"of {', '.join(MODES)} (default: all)")
    parser.add_argument("--no-plain", action="store_true", help="leave out the plain snippet, which is slow")
    parser.add_argument("--middle", action="store_true", help="measure amid paragraphs; alone unless --modes is given")
    parser.add_argument("--parts", action="store_true", help="measure without each part of what suggests; alone, too; takes long")
    parser.add_argument("--limit", type=_limit, metavar="CHARS", help="write only the first so many characters of each file")
    parser.add_argument(
        "--set", action="append", default=[], type=_value, metavar="KEY=VALUE", help=f"for every suggestion; {', '.join(RANGES)}"
    )
    parser.add_argument(
        "--eagerness",
        action="append",
        dest="set",
        type=lambda given: _value(f"eagerness={given}"),
        metavar="N",
        help="how readily the modes called balanced show a suggestion: 0 only what is nearly certain, 100 everything",
    )
    return parser


def _modes(given: str) -> list[str]:
    modes = given.split(",")
    for mode in modes:
        if mode not in MODES:
            raise argparse.ArgumentTypeError(f"“{mode}” is none of {', '.join(MODES)}")
    return list(dict.fromkeys(modes))


def _value(given: str) -> tuple[str, float]:
    key, equals, value = given.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"“{given}” is not KEY=VALUE")
    if key not in RANGES:
        raise argparse.ArgumentTypeError(f"“{key}” is none of {', '.join(RANGES)}")
    return key, number_of(key)(value)


def _limit(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise argparse.ArgumentTypeError(f"“{given}” is not a number of characters")
    return int(given)


def _texts(options: argparse.Namespace) -> list[Text]:
    """What to write, without the white space around it, which nobody types."""
    texts = []
    for file in options.files or samples():
        content = read_draft(file).text.strip()[: options.limit]
        if not content:
            _parser().error(f"there is no text in “{file}”")
        texts.append(Text(str(file) if options.files else file.name, content))
    return texts


# --- what is said ---------------------------------------------------------------------------------------------------


def _print_tables(found: Mapping[str, Any], names: Sequence[str], characters: int, about: Mapping[str, Any]) -> None:
    where = about["machine"]
    texts = "one text" if len(names) == 1 else f"{len(names)} texts"
    length = "1 character" if characters == 1 else f"{characters:,} characters"
    print(f"Model {about['model']}; {texts} of {length}; {where['processor']}, {where['cores']} cores.\n")
    if "middle" in found:
        print(middle_table(found["middle"]), end="\n\n")
    if "parts" in found:
        print(parts_table(found["parts"]), end="\n\n")
    modes = {mode: found[mode] for mode in MODES if mode in found}
    if modes:
        print(tables(modes), end="\n\n")
    print(
        "To choose a model, run this on your own drafts with each: `afterword bench keystrokes --model M DRAFT...` "
        "The one that saves the most keys helps you most; if wrong suggestions disturb you, take one that is right more often."
    )


def _progress(mode: str, name: str, share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{mode} {name} … {share * 100:3.0f} %", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
