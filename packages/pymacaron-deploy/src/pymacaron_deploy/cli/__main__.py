"""``python -m pymacaron_deploy.cli`` is ``pymacaron-deploy``."""

import sys

from pymacaron_deploy.cli.menu import main

sys.exit(main())
