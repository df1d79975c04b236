"""`afterword models`: all that the models window does, without a window."""

from __future__ import annotations

from collections.abc import Callable

from afterword import paths
from afterword.command import SUCCESS, Parser, progress
from afterword.engine.catalogue import Entry
from afterword.engine.library import Library
from afterword.engine.recommended import RECOMMENDED
from afterword.engine.speeds import PROMPT, Measured
from afterword.errors import ModelNotRemoved
from afterword.settings import load_settings
from afterword.watch import Watch


def main(arguments: list[str]) -> int:
    """Run `afterword models ARGUMENTS`; the exit code. Raises what the library does."""
    parser = Parser(prog="afterword models", description="The language models on this machine, and those that it could have.")
    verbs = parser.add_subparsers(dest="verb", metavar="list | search | fetch | remove | default | measure", parser_class=Parser)
    verbs.add_parser("list", help="those on this machine, and a few that are worth a try (the default)")
    verbs.add_parser("search", help="those on the hub by name").add_argument("text", help="a part of the name")
    fetch = verbs.add_parser("fetch", help="fetch one, ready for use; what was interrupted goes on")
    fetch.add_argument("name", help="starter, or a hub id")
    remove = verbs.add_parser("remove", help="delete one from this machine")
    remove.add_argument("name", help="as in the list")
    default = verbs.add_parser("default", help="the one that the window and “complete” use; another one with NAME")
    default.add_argument("name", nargs="?", help="starter, a folder, a .gguf file, or a hub id that is on this machine")
    measure = verbs.add_parser("measure", help="how fast one is here")
    measure.add_argument("name", nargs="?", help="as in the list (default: the one that is set)")
    options = parser.parse_args(arguments)
    library = Library(paths.models_dir(), _device)
    does: dict[str | None, Callable[[], int]] = {
        None: lambda: _list(library),
        "list": lambda: _list(library),
        "search": lambda: _search(library, options.text),
        "fetch": lambda: _fetch(library, options.name),
        "remove": lambda: _remove(library, options.name),
        "default": lambda: _default(library, options.name),
        "measure": lambda: _measure(library, options.name),
    }
    return does[options.verb]()


def _list(library: Library) -> int:
    shelf = library.shelf()
    used = shelf.entry_name(_set())
    for entry in shelf.entries:
        facts = _facts(entry, shelf.speeds.get(entry.name))
        also = f"  ({entry.title})" if entry.kind == "converted" else ""
        print(f"{'*' if entry.name == used else ' '} {entry.name:36} {facts}{also}")
    for name, share in shelf.paused.items():
        print(f"  {name:36} {share * 100:.0f} % fetched; “afterword models fetch {name}” goes on")
    here = {entry.name for entry in shelf.entries if entry.installed}
    if wanted := [each for each in RECOMMENDED if each.name not in here and each.name not in shelf.paused]:
        print("\nTo try (untested by us):")
    for each in wanted:
        what = "other words in place of one" if each.masked else "continues text"
        print(f"  {each.name:36} {_millions(each.parameters)}  needs {_size(each.memory)} of memory  {each.licence}; {what}")
    return SUCCESS


def _search(library: Library, text: str) -> int:
    found = library.search(text)
    for each in found:
        weights = _millions(each.parameters) if each.parameters else " " * 9
        print(f"{each.id:48} {weights}  {each.downloads:12,} downloads  {each.licence or 'licence unknown'}")
    if not found:
        print(f"The hub has no model with “{text}” in its name that Afterword can use.")
    return SUCCESS


def _fetch(library: Library, name: str) -> int:
    folder = library.fetch(name, watch=Watch(progress()))
    print(f"“{name}” is ready in {folder}.")
    return SUCCESS


def _remove(library: Library, name: str) -> int:
    shelf = library.shelf()
    if name in shelf.paused:
        library.give_up(name)
        print(f"What was fetched of “{name}” is removed.")
        return SUCCESS
    if shelf.entry_name(name) == shelf.entry_name(_set()):
        raise ModelNotRemoved(name, "it is the one that is set; choose another one first, with “afterword models default”")
    library.remove(name)
    print(f"“{name}” is removed.")
    return SUCCESS


def _default(library: Library, name: str | None) -> int:
    if name is None:
        print(_set())
        return SUCCESS
    name = library.usable(name)
    settings, unreadable = load_settings(paths.settings_file())
    if unreadable is not None:
        raise unreadable
    settings["model.name"] = name
    settings.save()
    print(f"“{name}” is used from now on.")
    return SUCCESS


def _measure(library: Library, name: str | None) -> int:
    name = name or _set()
    found = library.measure(name, watch=Watch(progress()))
    print(
        f"“{name}” writes {found.tokens_per_second:.1f} tokens a second here, reads {PROMPT} tokens in {found.read_s:.2f} s, "
        f"and took {_size(found.memory)} of memory with all its libraries."
    )
    return SUCCESS


def _device() -> str:
    settings, _ = load_settings(paths.settings_file())
    return str(settings["model.device"])


def _set() -> str:
    settings, _ = load_settings(paths.settings_file())
    return str(settings["model.name"])


def _facts(entry: Entry, measured: Measured | None) -> str:
    parts = [f"{_size(entry.size):>8} on disk"]
    if entry.memory:
        parts.append(f"{_size(entry.memory):>8} of memory")
    parts.append("installed" if entry.installed else "not fetched yet")
    parts.append(entry.licence or "licence unknown")
    if entry.shared:
        parts.append("in the hub's own cache, which other programs use")
    if entry.kind == "masked":
        parts.append("other words in place of one")
    if measured is not None:
        parts.append(f"{measured.tokens_per_second:.0f} tokens/s here")
    return "  ".join(parts)


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _millions(count: int) -> str:
    return f"{count / 1e6:7,.0f} M"
