"""What each command does."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

from pymacaron_deploy.cli.answers import Answers
from pymacaron_deploy.cli.completion import script
from pymacaron_deploy.config import Config
from pymacaron_deploy.errors import UsageError
from pymacaron_deploy.image.making import dockerfile_of
from pymacaron_deploy.pipeline import Pipeline
from pymacaron_deploy.targets import Live

NOTHING_SERVES = 1


def image(options: argparse.Namespace, answers: Answers) -> int:
    with _pipeline(options, answers) as pipeline:
        made = pipeline.image()
    answers.give(made.reference, {"reference": made.reference, "id": made.id, "version": made.version})
    return 0


def test(options: argparse.Namespace, answers: Answers) -> int:
    with _pipeline(options, answers) as pipeline:
        if options.acceptance:
            pipeline.check_secrets()  # what is not set is told before anything is built
        if options.unittest:
            pipeline.unit_test()
        if options.acceptance:
            pipeline.test()
        version = pipeline.version()
    answers.give(version, {"version": version, "unit_tests": options.unittest, "acceptance_tests": options.acceptance})
    return 0


def push(options: argparse.Namespace, answers: Answers) -> int:
    with _pipeline(options, answers) as pipeline:
        reference, made = pipeline.push(), pipeline.image()
    answers.give(reference, {"reference": reference, "version": made.version})
    return 0


def up(options: argparse.Namespace, answers: Answers) -> int:
    with _pipeline(options, answers) as pipeline:
        pipeline.target()  # one that cannot be used, or lacks secrets, is told before anything is built
        pipeline.check_secrets()
        if options.unittest and options.test:
            pipeline.unit_test()
        if options.test:
            pipeline.test()
        live = pipeline.up()
    answers.give(live.url, _told(live))
    return 0


def down(options: argparse.Namespace, answers: Answers) -> int:
    with _pipeline(options, answers) as pipeline:
        if options.data and not options.yes and not _agreed(f"Remove what {pipeline.config.name} stored?"):
            raise UsageError("nothing was removed: --data removes what the service stored, and wants --yes to do so")
        pipeline.down(data=options.data)
    answers.give("down", {"live": False})
    return 0


def status(options: argparse.Namespace, answers: Answers) -> int:
    with _pipeline(options, answers) as pipeline:
        live = pipeline.status()
    if live is None:
        answers.give("nothing serves", {"live": False})
        return NOTHING_SERVES
    rows = [f"  {each.name}  {'runs' if each.running else f'ended with {each.exit_code}'}" for each in live.containers]
    answers.give("\n".join([f"{live.version} serves {live.url}", *rows]), _told(live))
    return 0


def dockerfile(options: argparse.Namespace, answers: Answers) -> int:
    config = _config(options, answers)
    text = dockerfile_of(config)
    if not options.check:
        answers.give(text.rstrip("\n"), {"dockerfile": text})
        return 0
    file = config.root / "Dockerfile"
    same = file.is_file() and file.read_bytes() == text.encode()
    if not same:
        answers.report.warn(f"{file} is not what 'pymacaron-deploy dockerfile' prints: write it anew")
    answers.give("", {"same": same}) if options.json else None
    return 0 if same else 1


def version(options: argparse.Namespace, answers: Answers) -> int:
    with _pipeline(options, answers) as pipeline:
        made = pipeline.version()
    answers.give(made, {"version": made})
    return 0


def config(options: argparse.Namespace, answers: Answers) -> int:
    read = _config(options, answers)
    told: dict[str, Any] = {
        "name": read.name,
        "root": str(read.root),
        "file": str(read.file) if read.file else None,
        "env": read.env,
        "live_url": read.live_url,
        "live_host": read.live_host,
        "secrets": list(read.secrets),
        "deploy": read.deploy.model_dump(mode="json"),
    }
    answers.give("\n".join(_lines(told)), told)
    return 0


def completion(options: argparse.Namespace, answers: Answers) -> int:
    answers.print(script(options.shell))
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace, Answers], int]] = {
    each.__name__: each for each in (image, test, push, up, down, status, dockerfile, version, config, completion)
}
"""The commands by their names."""


def _config(options: argparse.Namespace, answers: Answers) -> Config:
    target = getattr(options, "target", None)
    read = Config.load(options.root, path=options.config, env=options.env, production=target != "local")
    for warning in read.warnings:
        answers.report.warn(warning)
    wheels = getattr(options, "wheels", None)
    return read.changed(target=target, wheels=os.path.abspath(wheels) if wheels else None)


def _pipeline(options: argparse.Namespace, answers: Answers) -> Pipeline:
    dirty = getattr(options, "allow_dirty", False)
    return Pipeline(_config(options, answers), report=answers.report, allow_dirty=dirty)


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _told(live: Live) -> dict[str, Any]:
    containers = [
        {"name": each.name, "role": each.labels.get("role", ""), "running": each.running} for each in live.containers
    ]
    return {"live": True, "url": live.url, "version": live.version, "containers": containers}


def _lines(told: dict[str, Any], prefix: str = "") -> list[str]:
    lines = []
    for name, value in told.items():
        if isinstance(value, dict):
            lines += _lines(value, f"{prefix}{name}.")
        elif value not in (None, "", []):
            shown = " ".join(value) if isinstance(value, list) else value
            lines.append(f"{prefix}{name}: {shown}")
    return lines
