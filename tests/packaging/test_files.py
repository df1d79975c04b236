from __future__ import annotations

import configparser
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from afterword import __version__

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
ICONS = ROOT / "resources" / "icons"


# --- constraints ----------------------------------------------------------------------------------------------------


def _constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def _needed(name: str, extras: frozenset[str], seen: dict[str, str]) -> dict[str, str]:
    """The installed version of everything that `name` asks for here."""
    for text in importlib.metadata.requires(name) or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            key = canonicalize_name(requirement.name)
            known = key in seen
            seen[key] = importlib.metadata.version(key)
            if not known or requirement.extras:
                _needed(key, frozenset(requirement.extras), seen)
    return seen


def test_every_package_that_is_needed_is_constrained_to_what_is_installed() -> None:
    needed = _needed("afterword", frozenset({"test", "lint"}), {})
    # What a CUDA build of torch brings along is pinned by torch itself, and is not there with a build for the processor alone.
    needed = {name: version for name, version in needed.items() if not name.startswith(("nvidia-", "cuda-", "triton"))}
    assert len(needed) > 40
    pinned = {str(canonicalize_name(name)): version for name, version in _constraints().items()}
    assert {name: pinned.get(name) for name in needed} == {name: version.split("+")[0] for name, version in needed.items()}


def test_constraints_are_sorted_and_name_no_local_builds() -> None:
    names = list(_constraints())
    assert names == sorted(names, key=str.lower)
    assert not any("+" in version for version in _constraints().values())


def test_the_project_names_no_index() -> None:
    for name in ("constraints.txt", "pyproject.toml", "Makefile", ".ci/run", "packaging/bootstrap.py", "CONTRIBUTING.md"):
        assert not re.search(r"https?://|--(extra-)?index-url", (ROOT / name).read_text("utf-8")), name


# --- system packages ------------------------------------------------------------------------------------------------


def _libraries() -> dict[str, str]:
    """Library to package, of packaging/apt.txt."""
    known = {}
    for line in (PACKAGING / "apt.txt").read_text("utf-8").splitlines():
        package, _, used = line.partition("#")
        for library in re.findall(r"lib\S+\.so\.\d+", used):
            if package.strip():
                known[library] = package.strip()
    return known


def _direct(file: Path) -> Iterator[str]:
    """The shared libraries that `file` itself names."""
    listed = subprocess.run(["objdump", "-p", file], capture_output=True, text=True, timeout=60, check=True).stdout
    yield from re.findall(r"NEEDED\s+(\S+)", listed)


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("objdump") is None, reason="needs Linux and binutils")
def test_the_list_of_packages_has_what_qt_asks_for() -> None:
    import PySide6

    folder = Path(PySide6.__path__[0])
    # What every Debian has: the C library, the compilers' run time, and what dpkg needs.
    base = re.compile(r"(libc|libm|libdl|libpthread|librt|libresolv|ld-linux.*|libgcc_s|libstdc\+\+|libz|libzstd)\.so\.\d+")
    waiting = [folder / f"{module}.abi3.so" for module in ("QtWidgets", "QtNetwork", "QtPrintSupport", "QtSvg")]
    plugins = folder / "Qt" / "plugins"
    waiting += [plugins / f"platforms/libq{name}.so" for name in ("offscreen", "xcb", "wayland")]
    waiting += [plugins / "wayland-shell-integration/libxdg-shell.so", plugins / "imageformats/libqsvg.so"]
    bundled = {
        file.name: file for place in (folder, folder / "Qt/lib", folder.parent / "shiboken6") for file in place.glob("*.so*")
    }
    seen: set[Path] = set()
    asked: set[str] = set()
    while waiting:
        file = waiting.pop()
        if file in seen or not file.exists():
            continue
        seen.add(file)
        for library in _direct(file):
            if library in bundled:
                waiting.append(bundled[library])
            elif not base.fullmatch(library):
                asked.add(library)
    assert len(asked) > 15
    assert asked - set(_libraries()) == set()


def test_the_list_of_packages_is_one_name_a_line() -> None:
    lines = (PACKAGING / "apt.txt").read_text("utf-8").splitlines()
    names = [line.partition("#")[0].strip() for line in lines]
    packages = [name for name in names if name]
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name) for name in packages)
    assert len(packages) == len(set(packages))
    assert {"make", "python3-venv", "fonts-dejavu-core", "libgl1"} <= set(packages)


@pytest.mark.skipif(os.name == "nt" or shutil.which("bash") is None, reason="needs bash")
def test_ci_installs_what_is_missing_then_checks_tests_and_demonstrates(tmp_path: Path) -> None:
    packages = [line.partition("#")[0].strip() for line in (PACKAGING / "apt.txt").read_text("utf-8").splitlines()]
    there = [name for name in packages if name and name not in {"libegl1", "libglib2.0-0"}]
    installed = "".join(f"installed: {name}, \\n" for name in there)
    installed += "installed: libglib2.0-0t64, libglib2.0-0 (= 2.80.0-1), gone (= 1)\\nconfig-files: libegl1, \\n"
    for name, body in {
        "dpkg-query": f'printf "{installed}"',
        "id": "echo 0",
        "Xvfb": "exit 9",
        "xdotool": "exit 9",
        "apt-get": f'echo "apt-get $*" >> {tmp_path}/calls',
        "make": f'read -r line && exit 9; echo "make $* $CI" >> {tmp_path}/calls; [ "$1" != "$FAIL" ]',
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)

    def ci(**env: str) -> tuple[int, list[str]]:
        (tmp_path / "calls").unlink(missing_ok=True)
        path = f"{tmp_path}:/usr/bin:/bin"
        done = subprocess.run([ROOT / ".ci" / "run"], env={"PATH": path, **env}, timeout=60, check=False, cwd=tmp_path)
        return done.returncode, (tmp_path / "calls").read_text().splitlines()

    code, calls = ci()
    assert code == 0
    assert calls == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends libegl1",
        "make check true",
        "make test true",
        "make demo true",
        "make test-servers ARGS=transformers true",
        "make test-window true",
    ]
    code, calls = ci(FAIL="test")
    assert code != 0
    assert calls[-1] == "make test true"


# --- the desktop ----------------------------------------------------------------------------------------------------


def test_the_desktop_entry_opens_text() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(PACKAGING / "afterword.desktop", "utf-8")
    section = entry["Desktop Entry"]
    assert section["Exec"] == "afterword %f"
    assert section["MimeType"] == "text/plain;text/markdown;"
    assert section["Icon"] == "afterword"
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert section["Exec"].split()[0] in scripts


def test_the_metainfo_describes_this_release_and_that_entry() -> None:
    root = ElementTree.parse(PACKAGING / "org.afterword.Afterword.metainfo.xml").getroot()
    assert root.findtext("id") == "org.afterword.Afterword"
    launchable = root.findtext("launchable")
    assert launchable is not None
    assert (PACKAGING / launchable).is_file()
    release = root.find("releases/release")
    assert release is not None
    assert release.get("version") == __version__
    licence = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["license"]
    assert root.findtext("project_license") == licence


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="needs desktop-file-utils")
def test_the_desktop_entry_is_valid() -> None:
    done = subprocess.run(
        ["desktop-file-validate", PACKAGING / "afterword.desktop"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="needs appstream")
def test_the_metainfo_is_valid() -> None:
    file = PACKAGING / "org.afterword.Afterword.metainfo.xml"
    done = subprocess.run(["appstreamcli", "validate", "--no-net", file], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("size", [16, 32, 48, 64, 128, 256, 512])
def test_the_icon_is_there_in_every_size_and_shows_paper_caret_and_ghost(size: int) -> None:
    from PySide6.QtGui import QColor, QImage

    image = QImage(str(ICONS / f"afterword-{size}.png"))
    assert (image.width(), image.height()) == (size, size)
    shown = {image.pixelColor(x, y).name() for x in range(0, size) for y in range(0, size)}
    for colour in ("#2b3a57", "#fdfaf3", "#e4512f"):
        assert QColor(colour).name() in shown
    assert image.pixelColor(0, 0).alpha() < 128


def test_the_licence_is_whole_and_third_parties_are_named() -> None:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    named = (ROOT / "resources" / "licences" / "THIRD-PARTY.md").read_text("utf-8").lower().replace("_", "-")
    missing = [name for name in _constraints() if canonicalize_name(name) not in named and not name.startswith("torch")]
    assert missing == []
