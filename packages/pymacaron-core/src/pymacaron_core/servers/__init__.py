"""Servers: a finished application in production, by processes that one parent keeps, each with an HTTP server."""

from pymacaron_core.servers.limits import Limits, Staff, find_limits, staff_for

__all__ = ["Limits", "Staff", "find_limits", "staff_for"]
