"""``python -m pymacaron_core.cli`` is ``pymacaron``."""

import sys

from pymacaron_core.cli.menu import main

sys.exit(main())
