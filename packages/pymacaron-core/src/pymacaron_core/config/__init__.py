"""The configuration of a service: ``pym-config.yaml``, the environment, and the folder the project lives in."""

from pymacaron_core.config.config import Config, load_config
from pymacaron_core.config.lookup import find_root, is_project
from pymacaron_core.config.secrets import Secret
from pymacaron_core.config.settings import (
    ApiSettings,
    ClientSettings,
    CompressionSettings,
    CoreSettings,
    CorsSettings,
    MetricsSettings,
    OperationSettings,
    Settings,
    level_number,
    option,
)

__all__ = [
    "ApiSettings",
    "ClientSettings",
    "CompressionSettings",
    "Config",
    "CoreSettings",
    "CorsSettings",
    "MetricsSettings",
    "OperationSettings",
    "Secret",
    "Settings",
    "find_root",
    "is_project",
    "level_number",
    "load_config",
    "option",
]
