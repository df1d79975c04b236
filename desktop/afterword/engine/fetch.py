"""One file from the Hugging Face hub, in a process of its own.

`python -m afterword.engine.fetch REPOSITORY REVISION FILE FOLDER`. A download inside
huggingface_hub cannot be cancelled; a process can.
"""

from __future__ import annotations

import os
import sys

from afterword.engine import child


def main() -> int:
    """Download into FOLDER; the exit code is 0 or 1, the reason on the error output."""
    repository, revision, file, folder = sys.argv[1:]
    child.be_a_child()
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # read when huggingface_hub is imported
    from huggingface_hub import hf_hub_download

    hf_hub_download(repository, file, revision=revision, local_dir=folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
