from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, standing in a checkout of its own with nothing installed yet."""
    checkout = tmp_path / "checkout"
    (checkout / "packaging").mkdir(parents=True)
    files = ("pyproject.toml", "constraints.txt", "packaging/apt.txt", "packaging/servers.txt", "packaging/bootstrap.py")
    for name in files:
        shutil.copy(ROOT / name, checkout / name)
    specification = importlib.util.spec_from_file_location("bootstrap", checkout / "packaging" / "bootstrap.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def calls(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be run, and is not; making the environment makes its interpreter."""
    made: list[str] = []
    python = bootstrap.VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def call(command: list[str], **_: object) -> int:
        made.append(" ".join(command).replace(str(python), "PYTHON"))
        if "venv" in command:
            python.parent.mkdir(parents=True)
            python.touch()
        return 0

    monkeypatch.setattr(bootstrap.subprocess, "call", call)
    monkeypatch.setattr(bootstrap, "check_qt", lambda **_: None)
    monkeypatch.setattr(bootstrap, "works", lambda python: python.exists())
    return made


def _screen(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


# --- the environment ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cores", "processes"), [(1, 2), (2, 3), (64, 4)])
def test_the_first_call_makes_everything_and_the_second_does_the_work_alone(
    bootstrap: ModuleType, calls: list[str], cores: int, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.os, "cpu_count", lambda: cores)
    assert bootstrap.main(["test", "-q"]) == 0
    venv, install, fetch, tests = calls
    assert "-m venv" in venv
    assert install.endswith("-c constraints.txt -e .[test,lint]")
    assert fetch == "PYTHON -m afterword models fetch starter"
    assert tests == f"PYTHON -m pytest -m not long and not servers -n {processes} --dist worksteal -q"
    calls.clear()
    assert bootstrap.main(["test"]) == 0
    assert calls == [fetch, f"PYTHON -m pytest -m not long and not servers -n {processes} --dist worksteal"]


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt"])
def test_changed_dependencies_are_installed_into_the_same_environment(file: str, bootstrap: ModuleType, calls: list[str]) -> None:
    bootstrap.main(["types"])
    calls.clear()
    with (bootstrap.ROOT / file).open("a") as out:
        out.write("\n# changed\n")
    bootstrap.main(["types"])
    assert [call.split(" -")[1] for call in calls] == ["m pip install", "m mypy"]


def test_an_install_that_was_interrupted_is_done_again(
    bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    bootstrap.main(["types"])
    (bootstrap.ROOT / "constraints.txt").write_text("")
    whole = bootstrap.subprocess.call

    def interrupted(command: list[str], **_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap.subprocess, "call", interrupted)
    assert bootstrap.main(["types"]) == 130
    shutil.copy(ROOT / "constraints.txt", bootstrap.ROOT)  # as it was when all was installed
    monkeypatch.setattr(bootstrap.subprocess, "call", whole)
    calls.clear()
    assert bootstrap.main(["types"]) == 0
    assert "pip install" in calls[0]


def test_when_pip_fails_nothing_is_taken_for_installed(
    bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = bootstrap.subprocess.call
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **_: 1 if "pip" in command else whole(command))
    for _ in range(2):
        assert bootstrap.main(["types"]) == 1
        assert "pip could not install" in capfd.readouterr().err
    assert not any("mypy" in call for call in calls)


def test_a_python_without_venv_names_the_package(
    bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else found(name))
    monkeypatch.setattr(bootstrap.sys, "executable", "/usr/bin/python3")
    assert bootstrap.main(["test"]) == 1
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert "package python3-venv" in said
    assert calls == []


def test_an_old_python_hands_over_to_a_newer_one(
    bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    version = namedtuple("version", "major minor micro")
    monkeypatch.setattr(bootstrap.sys, "version_info", version(3, 9, 2))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: "/x/python3.12" if name == "python3.12" else None)
    bootstrap.main(["check", "-v"])
    assert calls == [f"/x/python3.12 {bootstrap.__file__} check -v"]
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    assert bootstrap.main(["check"]) == 1
    assert capfd.readouterr().err == "Afterword needs Python 3.11 or newer, and this is 3.9.\n"


def test_without_the_starter_model_there_are_no_tests(
    bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = bootstrap.subprocess.call
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **_: 1 if "fetch" in command else whole(command))
    assert bootstrap.main(["test"]) == 1
    assert "starter model" in capfd.readouterr().err
    assert not any("-m pytest" in call for call in calls)


# --- what the verbs do ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_the_demo_runs_and_one_sentence_says_so(
    bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _screen(monkeypatch)
    bootstrap.main(["run", "draft.md"])
    assert calls[-1] == "PYTHON -m tests.demo"
    assert capfd.readouterr().out.startswith("There is no display here, so the demo runs instead of the window.\n")
    _screen(monkeypatch, WAYLAND_DISPLAY="wayland-0")
    bootstrap.main(["run", "draft.md"])
    assert calls[-1] == "PYTHON -m afterword draft.md"


def test_the_window_is_tested_where_there_is_a_virtual_display_with_a_keyboard(
    bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(bootstrap, "check_qt", lambda **how: asked.append(how))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None if name == "xdotool" else f"/usr/bin/{name}")
    assert bootstrap.main(["test-window"]) == 1
    assert capfd.readouterr().err.endswith("sudo apt install xdotool\n")
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert bootstrap.main(["test-window"]) == 0
    assert calls[-1] == "PYTHON -m tests.window_real"
    assert [how["shown"] for how in asked] == [True]


def test_check_runs_all_three_and_fails_when_one_does(
    bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.main(["check"])
    assert calls[-3:] == ["PYTHON -m ruff check", "PYTHON -m ruff format --check", "PYTHON -m mypy"]
    whole = bootstrap.subprocess.call
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command, **kw: whole(command, **kw) or int("format" in command))
    calls.clear()
    assert bootstrap.main(["check"]) == 1
    assert calls[-1] == "PYTHON -m mypy"


def test_screenshots_are_those_of_the_demo(bootstrap: ModuleType, calls: list[str]) -> None:
    (bootstrap.ROOT / "build" / "demo").mkdir(parents=True)
    (bootstrap.ROOT / "build" / "demo" / "ghost.png").write_bytes(b"picture")
    assert bootstrap.main(["screenshots"]) == 0
    assert (bootstrap.ROOT / "resources" / "screenshots" / "ghost.png").read_bytes() == b"picture"


@pytest.fixture
def environments(bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Environments are made where they are asked for; the packages of which pip fails to install, none at first."""
    failing: list[str] = []
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")

    def made(command: list[str], **_: object) -> int:
        calls.append(" ".join(command))
        if "venv" in command:
            python = bootstrap.interpreter(Path(command[-1]))
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
        return int(command[-1] in failing)

    monkeypatch.setattr(bootstrap.subprocess, "call", made)
    return failing


def test_llama_cpp_is_built_once_into_an_environment_of_its_own(
    bootstrap: ModuleType, calls: list[str], environments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    environments.append(bootstrap.LLAMA_CPP)
    assert bootstrap.main(["bench-peers"]) == 1
    assert "llama.cpp could not be built" in capfd.readouterr().err
    environments.clear()
    for _ in range(2):
        assert bootstrap.main(["bench-peers"]) == 0
    venv, failed, install = calls
    assert venv.endswith(f"-m venv --clear {bootstrap.PEERS}")
    assert failed == install
    assert install.startswith(str(bootstrap.interpreter(bootstrap.PEERS)))
    assert install.endswith("llama-cpp-python[server]==0.3.36")
    assert all(f"-c {bootstrap.ROOT / pins}" in install for pins in ("constraints.txt", "packaging/servers.txt"))
    assert "5 minutes" in capfd.readouterr().out
    assert not bootstrap.STAMP.exists()


def test_the_servers_are_tested_each_from_an_environment_of_its_own(
    bootstrap: ModuleType, calls: list[str], environments: list[str]
) -> None:
    assert bootstrap.main(["test-servers", "-q"]) == 0
    installs = [call for call in calls if "pip install" in call]
    assert [install.split()[-1] for install in installs[1:]] == ["transformers[serving]", bootstrap.LLAMA_CPP, "ninja"]
    assert [Path(install.split()[0]).parts[-3] for install in installs[1:]] == [".venv-serving", ".venv-peers", ".venv-llama"]
    assert calls[-2].startswith(str(bootstrap.interpreter(bootstrap.LLAMA)))
    assert calls[-2].endswith("packaging/llama_server.py llama-cpp-python==0.3.36")
    assert calls[-1].endswith("-m pytest -m servers tests/servers -q")
    calls.clear()
    assert bootstrap.main(["test-servers"]) == 0
    assert not any("-m pip" in call for call in calls)
    with (bootstrap.ROOT / "packaging" / "servers.txt").open("a") as out:
        out.write("\n# changed\n")
    assert bootstrap.main(["test-servers"]) == 0
    assert [call.split()[-1] for call in calls if "pip install" in call] == [install.split()[-1] for install in installs[1:]]


def test_a_server_that_is_named_is_the_only_one_that_is_installed(
    bootstrap: ModuleType, calls: list[str], environments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(["test-servers", "transformers", "-q"]) == 0
    assert not bootstrap.PEERS.exists()
    assert calls[-1].endswith("-m pytest -m servers tests/servers -q")
    calls.clear()
    environments.append("llama-cpp-python==0.3.36")
    assert bootstrap.main(["test-servers", "llama.cpp"]) == 1
    assert "llama.cpp could not be built" in capfd.readouterr().err
    assert not any("-m pytest" in call for call in calls)


def test_without_a_compiler_llama_cpp_is_not_begun(
    bootstrap: ModuleType, calls: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    assert bootstrap.main(["bench-peers"]) == 1
    assert "sudo apt install g++" in capfd.readouterr().err
    assert calls == []


def test_clean_removes_what_was_built_and_keeps_the_environment(bootstrap: ModuleType, calls: list[str]) -> None:
    bootstrap.main(["types"])
    for folder in ("build/demo", ".mypy_cache", "tests/x/__pycache__", "desktop"):
        (bootstrap.ROOT / folder).mkdir(parents=True)
    assert bootstrap.main(["clean"]) == 0
    left = {str(path.relative_to(bootstrap.ROOT)) for path in bootstrap.ROOT.rglob("*") if path.is_dir()}
    assert left & {"build", ".mypy_cache", "tests/x/__pycache__"} == set()
    assert {"desktop", "tests/x", ".venv"} <= left


def test_an_unknown_verb_is_wrong_usage(bootstrap: ModuleType, calls: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["fly"]) == 2
    assert "run | test" in capfd.readouterr().err
    assert calls == []


def test_the_script_needs_nothing_but_python() -> None:
    script = ROOT / "packaging" / "bootstrap.py"
    done = subprocess.run([sys.executable, "-I", "-S", script, "fly"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_offers_every_verb(bootstrap: ModuleType) -> None:
    listed = subprocess.run(["make", "-C", ROOT, "help"], capture_output=True, text=True, timeout=60, check=True).stdout
    names = {line.split()[0] for line in listed.splitlines() if line and not line.startswith("make")}
    assert names == {"help", *bootstrap.VERBS}


# --- what Qt needs --------------------------------------------------------------------------------------------------

_LDD = """\
/v/QtWidgets.abi3.so:
\tlinux-vdso.so.1 (0x00007ffd)
\tlibGL.so.1 => not found
\tlibglib-2.0.so.0 => /lib/x86_64-linux-gnu/libglib-2.0.so.0 (0x00007f)
\tlibEGL.so.1 => not found
"""


@pytest.fixture
def qt(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script with a PySide6 installed beside it; fonts are there."""
    (bootstrap.VENV / "lib" / "python3.11" / "site-packages" / "PySide6").mkdir(parents=True)
    bootstrap.STAMP.touch()
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "any_font", lambda: True)
    return bootstrap


def _ldd(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    done = subprocess.CompletedProcess([], 1, stdout=text)
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *_, **__: done)


def test_missing_libraries_are_named_with_their_packages_until_they_are_there(
    qt: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    _screen(monkeypatch)
    _ldd(qt, monkeypatch, _LDD)
    for _ in range(2):
        with pytest.raises(qt.Stop) as caught:
            qt.check_qt(shown=False)
        assert str(caught.value) == (
            "Qt needs what is not on this system: libEGL.so.1, libGL.so.1. On Debian or Ubuntu: sudo apt install libegl1 libgl1"
        )
    _ldd(qt, monkeypatch, "")
    qt.check_qt(shown=False)
    _ldd(qt, monkeypatch, _LDD)
    qt.check_qt(shown=False)  # not asked again
    os.utime(qt.STAMP, ns=(2**62, 2**62))
    with pytest.raises(qt.Stop):
        qt.check_qt(shown=False)  # after another install it is


def test_one_kind_of_screen_that_works_is_enough(qt: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    _screen(monkeypatch, DISPLAY=":0", WAYLAND_DISPLAY="wayland-0")
    lacking = {"offscreen": set(), "wayland": set(), "xcb": {"libxcb-cursor.so.0"}}
    monkeypatch.setattr(qt, "missing_libraries", lambda _, plugin: set(lacking[plugin]))
    qt.check_qt(shown=True)
    _screen(monkeypatch, DISPLAY=":0")
    with pytest.raises(qt.Stop, match=r"sudo apt install libxcb-cursor0$"):
        qt.check_qt(shown=True)
    _screen(monkeypatch)
    qt.check_qt(shown=True)
    with pytest.raises(qt.Stop, match=r"sudo apt install libxcb-cursor0$"):
        qt.check_qt(shown=True, screens={"DISPLAY": "virtual"})  # what there will be counts


def test_a_system_without_fonts_is_told(qt: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    _screen(monkeypatch)
    _ldd(qt, monkeypatch, "")
    monkeypatch.setattr(qt, "any_font", lambda: False)
    with pytest.raises(qt.Stop, match=r"a font\. .*fonts-dejavu-core$"):
        qt.check_qt(shown=False)
