"""Sends images to a registry, and reads back what has arrived: its digest is what counts.

::

    image -> push (the engine's events, its digest) -> HEAD manifest (the registry's digest) -> name@digest

Source: the OCI distribution specification 1.1, "Pull", "Push" and "Content discovery"; docker's token authentication.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pymacaron_deploy import credentials as known
from pymacaron_deploy.config import Config
from pymacaron_deploy.credentials import DOCKER_HUB, Credentials
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import PushFailed, StageFailed
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.manifests import Manifests, Place
from pymacaron_deploy.redaction import redact
from pymacaron_deploy.report import Report

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


def push(engine: Engine, image: Image, config: Config, report: Report) -> str:
    """Send an image to the registry that its reference names, and give the name it has there for good, by digest.

    The credentials are those of ``PYM_REGISTRY_USER`` and ``PYM_REGISTRY_PASSWORD``, else of docker's own login.
    Raises :class:`~pymacaron_deploy.errors.PushFailed` when the registry does not answer, does not let us in, or holds
    something else than what was sent.
    """
    place = parse_reference(image.reference)
    who = known.from_environ(config.environ) or engine.credentials(place.registry)
    try:
        sent = read_events(engine.push(image.reference, who), place, report)
        held = Manifests(place, who).digest(place.tag)
    except StageFailed as error:
        raise PushFailed(_safe(str(error), who)) from None
    if held != sent:
        raise PushFailed(
            f"{place.registry} holds {held or 'nothing'} as {place.path}:{place.tag}, and not {sent}, which was sent: "
            "does somebody else push the same version?"
        )
    return f"{place.registry}/{place.path}@{sent}"


def retag(engine: Engine, reference: str, tag: str, config: Config) -> str:
    """Give what a registry holds as ``reference`` (by tag or digest) another tag there, without sending any layer."""
    place = parse_reference(reference)
    who = known.from_environ(config.environ) or engine.credentials(place.registry)
    try:
        digest = Manifests(place, who).copy(place.tag, tag)
    except StageFailed as error:
        raise PushFailed(_safe(str(error), who)) from None
    return f"{place.registry}/{place.path}@{digest}"


def parse_reference(reference: str) -> Place:
    """The registry, the path and the tag or digest of a reference, as docker reads them."""
    rest, at, digest = reference.partition("@")
    head, slash, tail = rest.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        registry, rest = head, tail
    else:
        registry = DOCKER_HUB
    path, _, tag = rest.partition(":")
    if registry == DOCKER_HUB and "/" not in path:
        path = f"library/{path}"
    return Place(registry, path, digest if at else tag or "latest")


def read_events(events: Iterable[Mapping[str, Any]], place: Place, report: Report) -> str:
    """The digest that an engine tells while it pushes. It raises nothing for what fails: that is an event as well."""
    digest = ""
    told = set()
    for event in events:
        if "error" in event:
            raise PushFailed(f"{place.registry} does not take {place.path}:{place.tag}: {_reason(str(event['error']))}")
        aux = event.get("aux")
        if isinstance(aux, Mapping):
            digest = str(aux.get("Digest", digest))
        line = (event.get("id"), event.get("status"))
        if all(line) and line[1] in ("Pushed", "Layer already exists") and line not in told:
            told.add(line)
            report.progress(f"{line[0]}: {line[1]}")
    if not _DIGEST.match(digest):
        raise PushFailed(f"the docker engine does not tell what it sent to {place.registry}: is it older than 20.10?")
    return digest


def _reason(said: str) -> str:
    said = said.strip().rstrip(".")
    if any(word in said.lower() for word in ("unauthorized", "no basic auth credentials", "denied", "authentication")):
        return (
            f"{said}: log in with 'docker login', or set {known.USER} and {known.PASSWORD} to an account that may push"
        )
    if any(word in said.lower() for word in ("refused", "no such host", "timeout", "i/o", "unreachable", "dial ")):
        return f"it does not answer ({said}): is deploy.registry right?"
    return said


def _safe(text: str, who: Credentials | None) -> str:
    return redact(text, (who.password,)) if who else text
