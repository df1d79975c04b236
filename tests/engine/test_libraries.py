"""Importing torch and transformers: in a process that has neither yet."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORTED = """
import gc, sys
from afterword.engine.libraries import import_libraries
assert "torch" not in sys.modules
{before}
import_libraries()
import_libraries()
import torch
assert torch.ones(2).sum() == 2
assert "transformers.modeling_utils" in sys.modules
print(gc.isenabled(), gc.get_freeze_count() > 200_000, len(gc.get_objects()) < 20_000)
"""


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("", id="as it is"),
        pytest.param(
            "import ctypes; ctypes.CDLL = lambda *_, **__: object()", id="a system without dlopen", marks=pytest.mark.long
        ),
    ],
)
def test_the_collector_is_on_again_and_leaves_the_libraries_alone(before: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(before=before)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr) == ("True True True\n", ""), "a full collection is short while the writer types"


@pytest.mark.long
def test_a_collector_that_was_off_stays_off() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(before="gc.disable()")], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.startswith("False"), done.stderr
