"""What a container is to be, as a value: the engine makes it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LABEL = "pymacaron"
"""What the labels of everything made here begin with: ``pymacaron.service``, ``pymacaron.run``, ``pymacaron.role``."""

ENTRY_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID")
"""What the entry points of public images need to give up being root: to own their data, and to change user."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container to start. It has no capability, cannot gain privileges, and is labelled with who made it and why.

    Its environment reaches it through the engine's API alone: no file, no argument of a program, no text of this
    object shows it.
    """

    image: str
    """The image, by reference or id."""

    name: str = ""
    """Its name in the engine; one that the engine invents if not given."""

    entrypoint: tuple[str, ...] = ()
    """What runs in it; the image's own entry point and command if not given."""

    command: tuple[str, ...] = ()
    """The arguments of the image's entry point, where ``entrypoint`` is not given."""

    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables that are added to the image's own."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels, without their beginning ``pymacaron.``."""

    network: str = ""
    """The network it is in; none if not given, not even one of its own."""

    aliases: tuple[str, ...] = ()
    """The host names it has in the network."""

    port: int = 0
    """The port inside that is published on 127.0.0.1; none if 0."""

    published: int = 0
    """The port of 127.0.0.1 that it is published on; a free one if 0."""

    volumes: Mapping[str, str] = field(default_factory=dict)
    """Names of volumes, and the folder of each."""

    user: str = ""
    """The user that runs it; the image's own if not given."""

    capabilities: tuple[str, ...] = ()
    """The capabilities it keeps."""

    writable: bool = False
    """Whether its file system may be written; else only ``/tmp``, in memory, and volumes."""


@dataclass(frozen=True, slots=True)
class State:
    """A container as the engine sees it now."""

    id: str
    name: str
    image: str
    """The id of its image."""

    running: bool
    exit_code: int
    """The status it ended with; 0 while it runs."""

    labels: Mapping[str, str]
    """Its labels, without their beginning ``pymacaron.``."""

    port: int = 0
    """The port of 127.0.0.1 that it is, or will be, published on; 0 where none is known."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ran to its end in a container."""

    status: int
    output: str
    """What it printed on standard output."""

    errors: str = ""
    """What it printed on standard error."""


def labelled(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels as the engine keeps them."""
    return {f"{LABEL}.{name}": value for name, value in labels.items()}


def unlabelled(labels: Mapping[str, str] | None) -> dict[str, str]:
    """Our labels among those that the engine keeps, without their beginning."""
    beginning = f"{LABEL}."
    return {name.removeprefix(beginning): value for name, value in (labels or {}).items() if name.startswith(beginning)}
