"""What ``apipool`` is for type checkers: the APIs of the project that is checked, by name, and their models.

Without the project's ``apis/apipool.pyi`` every API is ``Any``. A project's names come in as they are, so that none of
the words used here may be one that a project could have too.
"""

import builtins as _builtins
import collections.abc as _abc
import pathlib as _pathlib
import types as _types
import typing as _typing

from apis.apipool import *  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: F403

from pymacaron_core.client import Client as _Client
from pymacaron_core.models import Catalog as _Catalog
from pymacaron_core.models import Model as _Model
from pymacaron_core.spec.operation import Specification as _Specification

class ModelsOfApi:
    """What the part of one API has besides its models: see ``pymacaron_core.models.Catalog``."""

    specification: _Specification
    module: _types.ModuleType
    client: _Client
    @staticmethod
    def names() -> _builtins.list[_builtins.str]: ...
    @staticmethod
    def get_model_names() -> _builtins.list[_builtins.str]: ...
    @staticmethod
    def models() -> _builtins.list[_builtins.type[_Model]]: ...
    @staticmethod
    def model(name: _builtins.str) -> _builtins.type[_Model]: ...
    @staticmethod
    def get_model(name: _builtins.str) -> _builtins.type[_Model]: ...
    @staticmethod
    def json_to_model(name: _builtins.str, j: _abc.Mapping[_builtins.str, _typing.Any]) -> _Model: ...

def get_api_names() -> _builtins.list[_builtins.str]: ...
def get_model(api: _builtins.str) -> _Catalog: ...
def load_swagger(
    api_name: _builtins.str,
    api_path: _builtins.str | _pathlib.Path,
    url: _builtins.str | None = None,
    **unused: _typing.Any,
) -> _Catalog: ...
def __getattr__(name: _builtins.str) -> _typing.Any: ...
