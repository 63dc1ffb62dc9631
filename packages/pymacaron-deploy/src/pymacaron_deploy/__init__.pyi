from pymacaron_deploy.config import Config as Config
from pymacaron_deploy.errors import BuildFailed as BuildFailed
from pymacaron_deploy.errors import ConfigError as ConfigError
from pymacaron_deploy.errors import DeployError as DeployError
from pymacaron_deploy.errors import Interrupted as Interrupted
from pymacaron_deploy.errors import Locked as Locked
from pymacaron_deploy.errors import PreflightError as PreflightError
from pymacaron_deploy.errors import PushFailed as PushFailed
from pymacaron_deploy.errors import RollbackFailed as RollbackFailed
from pymacaron_deploy.errors import RolledBack as RolledBack
from pymacaron_deploy.errors import StageFailed as StageFailed
from pymacaron_deploy.errors import StartFailed as StartFailed
from pymacaron_deploy.errors import TestsFailed as TestsFailed
from pymacaron_deploy.errors import UsageError as UsageError
from pymacaron_deploy.image.builder import Image as Image
from pymacaron_deploy.needs import Needs as Needs
from pymacaron_deploy.pipeline import Pipeline as Pipeline
from pymacaron_deploy.report import JsonReport as JsonReport
from pymacaron_deploy.report import Report as Report
from pymacaron_deploy.report import SilentReport as SilentReport
from pymacaron_deploy.report import TerminalReport as TerminalReport

__version__: str
__all__: list[str]
