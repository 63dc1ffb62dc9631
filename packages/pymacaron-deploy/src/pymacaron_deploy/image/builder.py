"""Builds images with the docker command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Image:
    """An image in the local engine: its ``repository:tag``, its id (``sha256:...``) and the service's version."""

    reference: str
    id: str
    version: str
