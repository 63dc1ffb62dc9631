"""Where a service runs: a protocol (``target``), and the docker engine of this machine (``local``, ``layout``)."""

from pymacaron_deploy.targets.local import LocalTarget
from pymacaron_deploy.targets.target import Live, Target

__all__ = ["Live", "LocalTarget", "Target"]
