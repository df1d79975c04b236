"""llama.cpp's own server, `llama-server`, into the environment whose Python runs this.

    .venv-llama/bin/python packaging/llama_server.py llama-cpp-python==0.3.36

It is built from the sources of llama.cpp that llama-cpp-python has with it, by the cmake and the ninja of that environment; no
package has it ready-made. Without the page for a browser, and without TLS.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PROGRAMS = Path(sys.executable).parent
PROGRAM = "llama-server.exe" if os.name == "nt" else "llama-server"
WITHOUT = ("TESTS", "EXAMPLES", "UI")  # what is not built
OPTIONS = [
    "-DCMAKE_BUILD_TYPE=Release",
    f"-DCMAKE_MAKE_PROGRAM={PROGRAMS / 'ninja'}",
    "-DBUILD_SHARED_LIBS=OFF",
    "-DLLAMA_OPENSSL=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",
    *(f"-DLLAMA_BUILD_{part}=OFF" for part in WITHOUT),
]


def build(requirement: str) -> None:
    """Build what `requirement`, an exact version of llama-cpp-python, has the sources of.

    Raises:
        subprocess.CalledProcessError: one of the programs failed; its own words are on the terminal.
    """
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--no-binary", "llama-cpp-python", "--dest", folder, requirement], check=True)
        with tarfile.open(next(scratch.glob("*.tar.gz"))) as packed:
            packed.extractall(scratch, filter="data")
        sources, built = next(scratch.glob("*/vendor/llama.cpp")), scratch / "built"
        subprocess.run([PROGRAMS / "cmake", "-S", sources, "-B", built, "-G", "Ninja", *OPTIONS], check=True)
        subprocess.run([PROGRAMS / "cmake", "--build", built, "--target", "llama-server"], check=True)
        shutil.copy(built / "bin" / PROGRAM, PROGRAMS)


if __name__ == "__main__":
    try:
        build(sys.argv[1])
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)
