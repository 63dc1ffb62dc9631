"""``python -m pymacaron_async``."""

import sys

from pymacaron_async.cli import main

if __name__ == "__main__":
    sys.exit(main())
