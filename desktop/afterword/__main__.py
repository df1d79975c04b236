"""`python -m afterword` is `afterword`."""

import sys

from afterword.cli import main

if __name__ == "__main__":
    sys.exit(main())
