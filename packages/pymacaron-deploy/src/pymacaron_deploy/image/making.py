"""From a configuration and a checkout to an image: the whole way in one place."""

from __future__ import annotations

import re
import secrets as randomness
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pymacaron_deploy.config import Config
from pymacaron_deploy.config.lookup import absolute
from pymacaron_deploy.errors import ConfigError
from pymacaron_deploy.image.builder import Build, Image, build, discard, find_client
from pymacaron_deploy.image.context import wheels_of, write_context
from pymacaron_deploy.image.dockerfile import Recipe, recipe_of, write_dockerfile
from pymacaron_deploy.image.package_index import index_access
from pymacaron_deploy.interruption import held
from pymacaron_deploy.report import Report
from pymacaron_deploy.source import Entry, Source, read_source

WHEELS = ".wheels"
"""Where wheels lie in the context, when their folder is not inside of the project."""

_DOCKERFILE, _IGNORED = "Dockerfile", ".dockerignore"
"""What is written anew, and what would leave files out that git knows."""


class Making:
    """One project's images at its checked-out commit. Raises ``PreflightError`` where there is no such commit."""

    def __init__(self, config: Config, report: Report, *, allow_dirty: bool = False) -> None:
        self._config, self._report = config, report
        folder = wheels_folder(config)
        self.source: Source = read_source(
            config.root,
            allow_dirty=allow_dirty,
            beside=[folder] if folder else [],
            include_links=config.deploy.include_links,
        )
        self._files = {entry.path: entry for entry in self.source.entries()}
        self.recipe: Recipe = _recipe(config, {path: entry.content for path, entry in self._files.items()})

    @property
    def reference(self) -> str:
        """What the image is called, in its registry too: ``[registry/][repository/]name:version``."""
        deploy = self._config.deploy
        registry = (deploy.local.registry if deploy.target == "local" else None) or deploy.registry
        places = [place for place in (registry, deploy.repository, image_name(self._config.name)) if place]
        return f"{'/'.join(places)}:{self.source.version}"

    def service(self) -> Image:
        """Build the service's image, and give it its name."""
        return Image(self.reference, self._build("service", self.reference), self.source.version)

    def test(self) -> bool:
        """Run the unit tests in an image of their own; False where the project has none."""
        if self.recipe.tests:
            client, mark = find_client(), randomness.token_hex(8)
            try:
                self._build("test", mark=mark)
            finally:
                with held():
                    discard(client, mark)
        return self.recipe.tests

    def _build(self, stage: str, reference: str = "", *, mark: str = "") -> str:
        source, client = self.source, find_client()
        made = Build(
            stage=stage,
            reference=reference,
            mark=mark,
            arguments={
                "VERSION": source.version,
                "REVISION": source.revision,
                "CREATED": source.committed.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            network=self._config.deploy.network,
            access=index_access(self._config.environ),
        )
        with tempfile.TemporaryFile() as context:
            write_context(self._entries(), source.committed, context)
            context.seek(0)
            return build(client, made, context, self._report)

    def _entries(self) -> Iterator[Entry]:
        yield from (entry for path, entry in self._files.items() if path != _IGNORED)
        folder = wheels_folder(self._config)
        if folder:
            yield from wheels_of(folder, self.recipe.wheels)
        yield Entry(_DOCKERFILE, write_dockerfile(self.recipe).encode())


def dockerfile_of(config: Config) -> str:
    """The Dockerfile of a project as its files lie in the folder, committed or not."""
    names = [path.relative_to(config.root).as_posix() for path in _near(config.root)]
    return write_dockerfile(_recipe(config, {name: (config.root / name).read_bytes() for name in names}))


def image_name(name: str) -> str:
    """A service's name as registries write names: lower-case letters and digits, joined by single signs."""
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not found:
        raise ConfigError(f"the name {name!r} has no letter that an image can be called by: set another one as 'name'")
    return found


def wheels_folder(config: Config) -> Path | None:
    """The folder of wheels; None where none is configured."""
    return absolute(config.root / config.deploy.wheels) if config.deploy.wheels else None


def _recipe(config: Config, files: Mapping[str, bytes]) -> Recipe:
    place = _place_of(config.root.resolve(), wheels_folder(config))
    return recipe_of(
        files, name=config.name, base=config.deploy.base_image, command=config.deploy.web_command, wheels=place
    )


def _near(root: Path) -> Iterable[Path]:
    """The files that a Dockerfile depends on: the text files at the root, and whether there are tests."""
    return [path for pattern in ("*.txt", "Dockerfile.extra", "*/*.txt", "test/*.py") for path in root.glob(pattern)]


def _place_of(root: Path, folder: Path | None) -> str:
    """Where wheels lie in the context: as in the project, so that a build without this tool finds them too."""
    if folder is None:
        return ""
    inside = folder.resolve().relative_to(root).as_posix() if folder.resolve().is_relative_to(root) else ""
    return inside if re.fullmatch(r"[\w-][\w./-]*", inside, re.ASCII) else WHEELS
