"""``python -m pymacaron_dynamodb`` is ``pymacaron-dynamodb``."""

import sys

from pymacaron_dynamodb.cli import main

sys.exit(main())
