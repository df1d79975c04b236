"""The two walls of the house, each held by a fresh process."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "desktop" / "afterword"
DESK = {"app", "program", "garbage", "instance", "jobs", "assist", "editor", "window", "__main__"}


def modules(keep: bool) -> list[str]:
    """The names of the modules of CORE (keep False: without the rooms of DESK) or of all rooms."""
    names = []
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = list(file.relative_to(PACKAGE).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts = parts[:-1]
        if keep or not parts or parts[0] not in DESK:
            names.append(".".join(["afterword", *parts]))
    return names


BLOCK = """
    import sys

    class Block:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in BLOCKED:
                raise ImportError(f"{name} is behind a wall")

    sys.meta_path.insert(0, Block())
"""


def in_a_fresh_process(code: str, blocked: set[str], **environment: str) -> subprocess.CompletedProcess[str]:
    program = f"BLOCKED = {blocked!r}\n" + textwrap.dedent(BLOCK) + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ | environment, timeout=120, check=False
    )


def test_core_never_imports_qt_and_completes_a_text_without_it(tmp_path: Path) -> None:
    from tests.engine.tiny import tiny_gpt2

    folder = tiny_gpt2(tmp_path / "model")
    done = in_a_fresh_process(
        f"""
        import importlib
        for name in {modules(keep=False)!r}:
            importlib.import_module(name)
        from afterword.cli import main
        sys.exit(main(["complete", "The ferry left", "--model", {str(folder)!r}, "--temperature", "0", "--max-words", "3"]))
        """,
        {"PySide6", "shiboken6"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_nothing_but_an_open_model_imports_torch_or_transformers() -> None:
    # The modules of engine that are torch code; only `opening` imports them, when a model is opened.
    opened_lazily = set(
        "cache convert decoding devices following healing llama local measuring packing processors prompting runner sampler"
        " speeding tuning vocabulary".split()
    )
    names = [name for name in modules(keep=True) if name.removeprefix("afterword.engine.") not in opened_lazily]
    done = in_a_fresh_process(
        f"""
        import importlib
        for name in {names!r}:
            if not name.endswith("__main__"):
                importlib.import_module(name)
        from afterword import app, program
        application = program.make_application()
        settings, _ = program.load_settings(program.paths.settings_file())
        desk = app.Desk(settings)
        desk.window.show()
        application.processEvents()
        assert desk.window.isVisible()
        desk.close()
        print("open")
        """,
        {"torch", "transformers"},
        QT_QPA_PLATFORM="offscreen",
    )
    assert done.stdout == "open\n", done.stderr
