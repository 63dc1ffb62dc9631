"""The way of a service from its checkout to where it runs, stage by stage: the room that knows all others.

::

    unit_test -> image -> test -> push -> up
"""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType

from pymacaron_deploy.acceptance import test_image
from pymacaron_deploy.config import Config
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import ConfigError, UsageError
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.image.making import Making
from pymacaron_deploy.needs import Needs
from pymacaron_deploy.registry import push
from pymacaron_deploy.report import Report, SilentReport
from pymacaron_deploy.targets import Live, LocalTarget, Target


class Pipeline:
    """The stages of shipping one service. Each builds what it needs first; what is built already is not built again.

    ``report`` is told what goes on (default: nobody); ``engine`` is the docker engine (default: the one that docker's
    own command would use, connected to when first needed). ``allow_dirty`` takes files that are not committed. Every
    method raises a :class:`~pymacaron_deploy.errors.DeployError`.
    """

    def __init__(
        self, config: Config, *, report: Report | None = None, engine: Engine | None = None, allow_dirty: bool = False
    ) -> None:
        self.config = config
        self.report: Report = SilentReport() if report is None else report
        self._allow_dirty = allow_dirty
        self._engine = engine
        self._making: Making | None = None
        self._image: Image | None = None
        self._opened = ExitStack()

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._opened.close()

    @property
    def engine(self) -> Engine:
        """The docker engine. Raises ``PreflightError`` when none answers."""
        if self._engine is None:
            self._engine = self._opened.enter_context(Engine.connect())
        return self._engine

    @property
    def making(self) -> Making:
        """The checkout, and what is made of it. Raises ``PreflightError`` where it is no clean one."""
        if self._making is None:
            self._making = Making(self.config, self.report, allow_dirty=self._allow_dirty)
        return self._making

    def check_secrets(self) -> None:
        """Make sure that every secret of the configuration is set. Raises ``ConfigError`` naming those that are not."""
        self.config.secret_values(self.config.secrets)

    def version(self) -> str:
        """The version that an image of the checkout has."""
        return self.making.source.version

    def unit_test(self) -> None:
        """Run the project's unit tests. Raises ``TestsFailed`` with what they printed."""
        self.report.step("unit tests")
        if not self.making.recipe.tests:
            self.report.warn("there are no unit tests in test/")
            return
        self.making.test()
        self.report.done("the unit tests pass")

    def image(self) -> Image:
        """Build the service's image, once. Raises ``BuildFailed`` with what the step that failed printed."""
        if self._image is None:
            self.report.step(f"build {self.making.reference}")
            self._image = self.making.service()
            self.report.done(f"built {self._image.reference}")
        return self._image

    def needs(self) -> Needs:
        """What the image says that it needs."""
        return self.engine.read_needs(self.image().id)

    def test(self) -> None:
        """Run the acceptance tests against a container of the image. Raises ``TestsFailed``, or ``StartFailed``."""
        self.check_secrets()  # what is not set is told before an image is built
        image, needs = self.image(), self.needs()
        self.report.step("acceptance tests")
        test_image(self.engine, image, needs, self.config.secret_values(needs.secrets), self.config, self.report)

    def push(self) -> str:
        """Send the image to its registry, and give the reference that names it by digest. Raises ``PushFailed``."""
        if "/" not in self.making.reference:
            raise ConfigError(
                f"the image {self.making.reference} belongs to nobody, and no registry takes such a name: "
                "set deploy.repository (docker_repo), or deploy.registry"
            )
        image = self.image()
        self.report.step(f"push {image.reference}")
        reference = push(self.engine, image, self.config, self.report)
        self.report.done(f"pushed {reference}")
        return reference

    def up(self) -> Live:
        """Make the image what is live at the target. What was live stays until the new one proves healthy."""
        target = self.target()
        self.check_secrets()
        image, needs = self.image(), self.needs()
        secrets = self.config.secret_values(needs.secrets)
        self.report.step(f"bring {image.version} up at {self.config.deploy.target}")
        live = target.up(image, needs, secrets)
        self.report.done(f"{live.version} serves {live.url}")
        return live

    def down(self, *, data: bool = False) -> None:
        """Stop what is live at the target; what it stored is removed only when asked for by ``data``."""
        target = self.target()
        self.report.step(f"take {self.config.name} down at {self.config.deploy.target}")
        target.down(data=data)
        self.report.done("nothing of it runs any more")

    def status(self) -> Live | None:
        """What is live at the target; None when nothing is."""
        return self.target().status()

    def target(self) -> Target:
        """Where the service runs. Raises ``UsageError`` for one that cannot be used yet."""
        name = self.config.deploy.target
        if name != "local":
            raise UsageError(
                f"the target {name} cannot be deployed to yet: use --target local, or deploy.target: local"
            )
        return LocalTarget(self.engine, self.config, self.report)
