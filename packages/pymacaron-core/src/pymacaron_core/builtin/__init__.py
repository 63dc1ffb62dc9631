"""The APIs that every service has: documents of our own, served like anybody's."""

from __future__ import annotations
