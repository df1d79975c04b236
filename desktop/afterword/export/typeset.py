"""The typesetter as a child process: Typst on standard input, PDF on standard output.

In a process of its own it can be stopped at any moment, and whatever it does to itself the window lives on.
"""

from __future__ import annotations

import sys
import tempfile

import typst


def main() -> int:
    """Typeset standard input. Exit code 1, with the reason on the error output, when that fails."""
    with tempfile.TemporaryDirectory() as nothing:  # the only place that it may read files and packages from
        compiler = typst.Compiler(root=nothing, package_path=nothing, package_cache_path=nothing)
        try:
            pdf = compiler.compile(sys.stdin.buffer.read(), format="pdf")
        except typst.TypstError as error:
            sys.stderr.write(str(error))
            return 1
    assert isinstance(pdf, bytes)
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
