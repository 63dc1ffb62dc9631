"""Plugins attached to an application: those handed over, and those found because the service asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pymacaron_core.application import Application
from pymacaron_core.errors import PluginMissing
from pymacaron_core.guard import Guard
from pymacaron_core.plugins import (
    SLOTS,
    Plugin,
    Want,
    checked_plugin,
    installed_plugin,
    missing_plugin,
    undiscovered_plugin,
    wanted_by,
)
from pymacaron_core.spec.operation import Specification


def attach(application: Application, slot: str, plugin: object) -> Plugin:
    """Attach a plugin to an application. Raises ``StartError`` when it is none for that slot, or is set up wrongly."""
    checked = checked_plugin(slot, plugin)
    checked.attach(application)
    application.plugins[slot] = checked
    application.readiness[slot] = checked.check_ready
    return checked


def attach_wanted(
    application: Application, specifications: Iterable[Specification], guards: Mapping[str, Guard]
) -> list[PluginMissing]:
    """Attach what the configuration and the documents ask for, as far as it is installed; what is not is given back."""
    missing = []
    for want in wanted_by(application.config, specifications, guards):
        if want.slot not in application.plugins:
            error = _attach_found(application, want)
            missing += [error] if error is not None else []
    return missing


def _attach_found(application: Application, want: Want) -> PluginMissing | None:
    if not application.config.core.discover:
        return undiscovered_plugin(want) if want.required else None
    plugin = installed_plugin(want.slot)
    if plugin is None:
        return missing_plugin(want) if want.required else None
    attach(application, want.slot, plugin)
    return None


def plugin_of(application: Application, slot: str, reason: str) -> Plugin:
    """The plugin in a slot, attached now where it is not yet: for packages whose functions need their own plugin.

    ``reason`` opens the message of the ``PluginMissing`` that is raised when there is none.
    """
    if slot not in application.plugins:
        with application.attaching:  # of two threads that ask first, one attaches
            error = _attach_found(application, Want(slot, reason)) if slot not in application.plugins else None
        if error is not None:
            raise error
    plugin: Plugin = application.plugins[slot]
    return plugin


def guards_for(
    application: Application, specifications: Iterable[Specification], own: Mapping[str, Guard]
) -> dict[str, Guard]:
    """The guards of APIs by scheme, or ``api.scheme``: the service's ``own``, and those of plugins for the rest."""
    guards = dict(own)
    for specification in specifications:
        for slot in SLOTS:
            plugin = application.plugins.get(slot)
            offered = plugin.guards(specification) if plugin is not None else {}
            for name, guard in offered.items():
                if name not in own:
                    guards.setdefault(f"{specification.name}.{name}", guard)
    return guards
