"""Models that take turns: the memory of the one before is returned."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# In a process of its own: what other tests leave in this one would be measured too. The first two loads make what stays.
PROGRAM = r"""
import sys
from pathlib import Path
import psutil
from afterword.engine.opening import open_model
from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.text.context import Context
folders, models_dir, rounds = sys.argv[1:3], Path(sys.argv[3]), int(sys.argv[4])
request = Request(1, Context(before="The ferry left the quay"), Sampling(max_words=3))
for number in range(rounds):
    for folder in folders:
        model = open_model(folder, models_dir)
        list(model.complete(request))
        model.close()
        del model
    print(psutil.Process().memory_info().rss, flush=True)
"""


def held(folders: list[Path], models_dir: Path, rounds: int) -> list[int]:
    """Bytes that are held after each round."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, folders), str(models_dir), str(rounds)],
        capture_output=True,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


@pytest.mark.long
@pytest.mark.starter
def test_two_models_in_turn_twenty_times_leave_memory_where_it_was(starter_folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for file in starter_folder.iterdir():
        if file.name != "afterword.json":
            shutil.copyfile(file, other / file.name)
    found = held([starter_folder, other], tmp_path / "models", 20)
    assert max(found[2:]) < found[1] * 1.05, [round(size / 1e6) for size in found]
