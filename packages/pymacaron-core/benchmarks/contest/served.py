"""What a server loads: ``contest.served:app``, the contestant and the kind that the environment names."""

from __future__ import annotations

import os

from contest.contestants import NAMED

app = NAMED[os.environ["CONTESTANT"]].application(os.environ["CONTEST_KIND"])
