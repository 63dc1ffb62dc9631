"""``python -m pymacaron_auth.cli`` is ``pymacaron-auth``."""

import sys

from pymacaron_auth.cli.menu import main

sys.exit(main())
