"""From a fresh clone to a running program: what the Makefile's targets do. Needs Python alone, and on Windows no make.

    python3 packaging/bootstrap.py VERB [arguments]

run, test, test-long, test-window, test-servers, demo, check, lint, types, screenshots, bench-peers and clean are what `make help`
lists.
The first call makes `.venv` beside the sources and installs into it; later calls see by a stamp that nothing has changed and
start at once. pip takes packages from the index that the user has configured.
"""

# The first lines of work must run on Pythons that are too old for the rest, to say so.
from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PEERS = ROOT / ".venv-peers"
SERVING = ROOT / ".venv-serving"
LLAMA = ROOT / ".venv-llama"
LLAMA_CPP = "llama-cpp-python[server]==0.3.36"  # what the numbers in the README were measured beside
SERVERS = {
    "transformers": (SERVING, ["transformers[serving]"]),
    "llama-cpp-python": (PEERS, [LLAMA_CPP]),
    "llama.cpp": (LLAMA, ["cmake", "ninja"]),
}
STAMP = VENV / "afterword-installed"
VIRTUAL_DISPLAY = {"Xvfb": "xvfb", "xdotool": "xdotool"}  # program to package
OLDEST = (3, 11)
_BIN = "Scripts" if os.name == "nt" else "bin"
_LEFTOVERS = ("build", "dist", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")


class Stop(Exception):
    """Nothing more can be done; the message is the sentence that says why, and what would help."""


def main(arguments: list[str]) -> int:
    """Do what the first argument says, with the others; the exit code."""
    verb, *rest = arguments or ["help"]
    if verb not in VERBS:
        print("Usage: bootstrap.py " + " | ".join(VERBS), file=sys.stderr)
        return 2
    try:
        if sys.version_info < OLDEST:
            return subprocess.call([newer_python(), __file__, verb, *rest])
        return VERBS[verb](rest)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


# --- what can be done -----------------------------------------------------------------------------------------------


def run(rest: list[str]) -> int:
    """Open the window; without a display, the demo."""
    if not has_display():
        print("There is no display here, so the demo runs instead of the window.", flush=True)
        return demo([])
    python = ready()
    check_qt(shown=True)
    fetch_starter(python)
    return in_venv(python, "-m", "afterword", *rest)


def test(rest: list[str]) -> int:
    """The tests that take no minutes, in one process more than there are cores, since many wait; in up to four.

    Each has one thread for torch: the threads of two that wait for each other busily would hold up both.
    """
    processes = min(4, (os.cpu_count() or 1) + 1)
    beside = ["-n", str(processes), "--dist", "worksteal"]
    return tests("not long and not servers", [*beside, *rest], OMP_NUM_THREADS="1")


def test_long(rest: list[str]) -> int:
    """The tests that take minutes, and those that draw examples, with many more of them."""
    return tests("long or hypothesis", ["--hypothesis-profile=thorough", *rest])


def test_window(rest: list[str]) -> int:
    """The program on a virtual display, driven by real keys, with pictures in build/window."""
    python = ready()
    missing = [package for program, package in VIRTUAL_DISPLAY.items() if shutil.which(program) is None]
    if missing:
        raise Stop(
            f"There is no virtual display here, or no keyboard for it; on Debian and Ubuntu: sudo apt install {' '.join(missing)}"
        )
    check_qt(shown=True, screens={"DISPLAY": "virtual"})
    fetch_starter(python)
    return in_venv(python, "-m", "tests.window_real", *rest)


def test_servers(rest: list[str]) -> int:
    """The program with real servers on the loopback, pictures in build/servers; `rest` may name those that are wanted."""
    python = ready()
    check_qt(shown=False)
    fetch_starter(python)
    for name in [each for each in rest if each in SERVERS] or SERVERS:
        make_server(name)
    return in_venv(python, "-m", "pytest", "-m", "servers", "tests/servers", *(each for each in rest if each not in SERVERS))


def tests(which: str, rest: list[str], **env: str) -> int:
    """The tests with the markers `which`."""
    python = ready()
    check_qt(shown=False)
    fetch_starter(python)
    return in_venv(python, "-m", "pytest", "-m", which, *rest, **env)


def demo(rest: list[str]) -> int:
    """The main job, off-screen, with pictures in build/demo."""
    python = ready()
    check_qt(shown=False)
    fetch_starter(python)
    return in_venv(python, "-m", "tests.demo", *rest, QT_QPA_PLATFORM="offscreen")


def screenshots(rest: list[str]) -> int:
    """The demo; its pictures become those of the README."""
    code = demo(rest)
    if code == 0:
        target = ROOT / "resources" / "screenshots"
        target.mkdir(parents=True, exist_ok=True)
        for picture in sorted((ROOT / "build" / "demo").glob("*.png")):
            shutil.copy(picture, target)
            print(f"resources/screenshots/{picture.name}")
    return code


def lint(rest: list[str]) -> int:
    """Rules and layout of the code."""
    python = ready()
    return in_venv(python, "-m", "ruff", "check", *rest) or in_venv(python, "-m", "ruff", "format", "--check", *rest)


def types(rest: list[str]) -> int:
    """Types of the code."""
    return in_venv(ready(), "-m", "mypy", *rest)


def check(rest: list[str]) -> int:
    """Lint and types; both are run."""
    return max(lint(rest), types(rest))


def bench_peers(_: list[str]) -> int:
    """llama.cpp, in an environment of its own, for the latency bench to measure beside."""
    make_server("llama-cpp-python")
    return 0


def make_server(name: str) -> None:
    """Have one of SERVERS, in an environment of its own."""
    folder, needed = SERVERS[name]
    python, stamp = interpreter(folder), folder / "afterword-installed"
    pins = [ROOT / "constraints.txt", ROOT / "packaging" / "servers.txt"]
    wanted = "\0".join([LLAMA_CPP, *needed, *(file.read_text("utf-8") for file in pins)])
    if stamp.exists() and stamp.read_text("utf-8") == wanted and python.exists():
        return
    stamp.unlink(missing_ok=True)
    built = name != "transformers"
    if built and os.name != "nt" and not any(shutil.which(compiler) for compiler in ("c++", "g++", "clang++")):
        raise Stop("llama.cpp is built from source, which needs a C++ compiler; on Debian and Ubuntu: sudo apt install g++")
    if not works(python):
        make_venv(folder)
    slow = f"Building llama.cpp into {folder.name}, from source; that takes about {10 if name == 'llama.cpp' else 5} minutes."
    print(slow if built else f"Installing transformers into {folder.name}.", flush=True)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    commands = [[*pip, *(part for file in pins for part in ("-c", str(file))), *needed]]
    if name == "llama.cpp":
        commands.append([str(python), str(ROOT / "packaging" / "llama_server.py"), LLAMA_CPP.replace("[server]", "")])
    if any(subprocess.call(command, cwd=ROOT) != 0 for command in commands):
        raise Stop(f"{'llama.cpp could not be built' if built else 'pip could not install transformers'}; why is above.")
    stamp.write_text(wanted, "utf-8")


def clean(_: list[str]) -> int:
    """Remove what was built; the environments stay."""
    for name in _LEFTOVERS:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for place in ("desktop", "tests", "packaging"):
        for folder in list((ROOT / place).rglob("__pycache__")):
            shutil.rmtree(folder, ignore_errors=True)
    return 0


VERBS = {
    "run": run,
    "test": test,
    "test-long": test_long,
    "test-window": test_window,
    "test-servers": test_servers,
    "demo": demo,
    "check": check,
    "lint": lint,
    "types": types,
    "screenshots": screenshots,
    "bench-peers": bench_peers,
    "clean": clean,
}


# --- the environment ------------------------------------------------------------------------------------------------


def ready() -> Path:
    """The Python of an environment with everything installed; made or brought up to date where needed."""
    python = interpreter(VENV)
    wanted = digest()
    try:
        if STAMP.read_text("utf-8") == wanted and python.exists():
            return python
    except OSError:
        pass
    STAMP.unlink(missing_ok=True)  # an install that is interrupted from here on is not taken for whole
    if not works(python):
        make_venv(VENV)
    print("Installing what Afterword needs into .venv; the first time takes some minutes.", flush=True)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    code = subprocess.call([*pip, "-c", "constraints.txt", "-e", ".[test,lint]"], cwd=ROOT)
    if code != 0:
        raise Stop("pip could not install what Afterword needs; its own words are above, and CONTRIBUTING.md has advice.")
    STAMP.write_text(wanted, "utf-8")
    return python


def digest() -> str:
    """What an installed environment depends on, in short."""
    parts = [sys.version, str(ROOT), *((ROOT / name).read_text("utf-8") for name in ("pyproject.toml", "constraints.txt"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def works(python: Path) -> bool:
    """Whether `python` starts, has pip, and is of this Python's version."""
    code = f"import sys, pip; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    try:
        return subprocess.call([str(python), "-c", code], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def interpreter(folder: Path) -> Path:
    """The Python of the environment in `folder`."""
    return folder / _BIN / ("python.exe" if os.name == "nt" else "python")


def make_venv(folder: Path) -> None:
    """A fresh environment in `folder`."""
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        version = "" if sys.executable == "/usr/bin/python3" else f".{sys.version_info[1]}"
        raise Stop(f"This Python cannot make environments; on Debian and Ubuntu the package python3{version}-venv is missing.")
    code = subprocess.call([sys.executable, "-m", "venv", "--clear", str(folder)])
    if code != 0:
        raise Stop(f"Python could not make the environment {folder.name}; its own words are above.")


def newer_python() -> str:
    """A Python on the path that is new enough."""
    for minor in (13, 12, 11, 14):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    raise Stop(f"Afterword needs Python 3.11 or newer, and this is {sys.version_info[0]}.{sys.version_info[1]}.")


def in_venv(python: Path, *arguments: str, **env: str) -> int:
    """Run the environment's Python at the top of the sources; the exit code."""
    return subprocess.call([str(python), *arguments], cwd=ROOT, env={**os.environ, **env})


def fetch_starter(python: Path) -> None:
    """Have the starter model on this machine."""
    command = [str(python), "-m", "afterword", "models", "fetch", "starter"]
    code = subprocess.call(command, cwd=ROOT, stdout=subprocess.DEVNULL)  # progress and errors are not on the output
    if code == 130:
        raise KeyboardInterrupt
    if code != 0:
        raise Stop("Without the starter model this cannot go on; call again when there is a network.")


# --- what Qt needs from the system ----------------------------------------------------------------------------------


def has_display() -> bool:
    """Whether a window can be shown."""
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def check_qt(*, shown: bool, screens: Mapping[str, str] = os.environ) -> None:
    """Stop with the names of the packages when a library or a font that Qt needs is missing; asked again until all are there.

    Args:
        shown: whether windows will be on a screen.
        screens: environment variables that tell of what kind it will be.
    """
    if not sys.platform.startswith("linux"):
        return
    variables = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}
    plugins = [plugin for plugin, variable in variables.items() if shown and screens.get(variable)]
    stamp = VENV / "-".join(["afterword-qt", *plugins])
    if stamp.exists() and stamp.stat().st_mtime_ns >= STAMP.stat().st_mtime_ns:
        return
    folder = next(VENV.glob("lib/python*/site-packages/PySide6"), None)
    if folder is None:
        raise Stop("PySide6 is not in .venv; remove the folder .venv and call again.")
    missing = missing_libraries(folder, "offscreen")
    if plugins:
        missing |= min((missing_libraries(folder, name) for name in plugins), key=len)  # one that works is enough
    known = packages()
    wanted = {known[library] for library in missing if library in known}
    if not any_font():
        wanted.add("fonts-dejavu-core")
    if missing or wanted:
        what = ", ".join(sorted(missing)) or "a font"
        advice = f" On Debian or Ubuntu: sudo apt install {' '.join(sorted(wanted))}" if wanted else ""
        raise Stop(f"Qt needs what is not on this system: {what}.{advice}")
    stamp.touch()


def missing_libraries(folder: Path, plugin: str) -> set[str]:
    """The shared libraries that Qt in `folder` asks for and the loader does not find.

    Args:
        folder: of PySide6.
        plugin: "offscreen", "xcb" or "wayland".
    """
    files = [folder / f"{module}.abi3.so" for module in ("QtWidgets", "QtNetwork", "QtPrintSupport")]
    files += (folder / "Qt" / "plugins" / "platforms").glob(f"libq{plugin}*.so")
    if plugin == "wayland":
        files += (folder / "Qt" / "plugins" / "wayland-shell-integration").glob("libxdg-shell.so")
    try:
        listed = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=False).stdout
    except OSError:  # a system without ldd: Qt will say by itself what it misses
        return set()
    return set(re.findall(r"^\s*(\S+) => not found", listed, re.MULTILINE))


def packages() -> dict[str, str]:
    """Shared library to package, from packaging/apt.txt."""
    known = {}
    for line in (ROOT / "packaging" / "apt.txt").read_text("utf-8").splitlines():
        package, _, used = line.partition("#")
        if package.strip():
            known.update({library: package.strip() for library in re.findall(r"lib\S+\.so\.\d+", used)})
    return known


def any_font() -> bool:
    """Whether there is a font in one of the folders where fontconfig looks."""
    home = Path.home()
    places = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts")
    return any(file.suffix in {".ttf", ".otf", ".ttc", ".pfb"} for place in places for file in place.rglob("*"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
