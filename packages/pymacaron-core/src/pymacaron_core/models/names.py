"""Names in generated modules: of classes and aliases, of attributes, and the words the modules themselves use."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

from pymacaron_core.models.model import Model
from pymacaron_core.spec.letters import capitalized, is_identifier, known
from pymacaron_core.spec.operation import identifier

IMPORTS: dict[str, str] = {
    "Annotated": "typing",
    "ClassVar": "typing",
    "Any": "typing",
    "Literal": "typing",
    "TypeAlias": "typing",
    "TypeAliasType": "typing_extensions",
    "SCHEMAS": "",
    "dt": "",
    "re": "",
    "Decimal": "decimal",
    "UUID": "uuid",
    "AwareDatetime": "pydantic",
    "ConfigDict": "pydantic",
    "Field": "pydantic",
    "AwareTime": "pymacaron_core.models",
    "Base64": "pymacaron_core.models",
    "ClosedBy": "pymacaron_core.models",
    "Const": "pymacaron_core.models",
    "DecimalNumber": "pymacaron_core.models",
    "Discriminated": "pymacaron_core.models",
    "Format": "pymacaron_core.models",
    "Int32": "pymacaron_core.models",
    "Int64": "pymacaron_core.models",
    "JsonSchema": "pymacaron_core.models",
    "LocalDatetime": "pymacaron_core.models",
    "LocalTime": "pymacaron_core.models",
    "Maybe": "pymacaron_core.models",
    "Model": "pymacaron_core.models",
    "Nothing": "pymacaron_core.models",
    "OneOf": "pymacaron_core.models",
    "OneOfValues": "pymacaron_core.models",
    "Pattern": "pymacaron_core.models",
    "ReadsJson": "pymacaron_core.models",
    "UniqueItems": "pymacaron_core.models",
    "Upload": "pymacaron_core.models",
}
"""What a generated module imports, and from where. No class and no attribute may have such a name."""

_BUILTINS = frozenset(
    (
        *dir(builtins),
        *("BaseExceptionGroup", "ExceptionGroup", "PythonFinalizationError"),
        *("copyright", "credits", "exit", "help", "license", "quit"),
    )
)
"""Those of every Python, however it was started."""
_IN_CLASSES = frozenset(("annotations", "model_computed_fields", "model_config", "model_fields", "model_post_init"))
"""What means something else in the body of a class, or of a module."""
_ATTRIBUTES = frozenset((*dir(Model), *dir(type(Model))))
PERSISTENT = frozenset(("delete_from_db", "exists", "load_from_db", "query", "save_to_db"))
"""What classes that persist have from their parent."""
PERSISTENT_OF_2X = frozenset(
    ("Meta", "api_name", "get_table", "model_name", "primary_key", "setup", "table_name", "to_model")
)
"""What they have besides from a parent as PyMacaron 2.x had them."""


class Names:
    """The names taken in one module or class: each is given once."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken)

    def take(self, wanted: str) -> str:
        """``wanted`` if it is free, else with the first number that makes it so."""
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}{number}", number + 1
        self._taken.add(name)
        return name

    def take_attribute(self, wanted: str) -> str:
        """``wanted`` if it is free, else with underscores behind it."""
        while wanted in self._taken:
            wanted += "_"
        self._taken.add(wanted)
        return wanted


def class_name(schema_name: str) -> str:
    """A schema's name as the name of a class: unchanged where Python allows it."""
    name = schema_name if _is_plain(schema_name) and not schema_name.startswith("_") else pascal(schema_name)
    return f"{name}_" if name in IMPORTS or name in _BUILTINS or name in _IN_CLASSES else name


def attribute_name(property_name: str, reserved: frozenset[str] = frozenset()) -> str:
    """A property's name as an attribute: unchanged where Python allows it and no method of models has it, nor of a
    class the model derives from (``reserved``)."""
    plain = _is_plain(property_name) or (property_name.isidentifier() and keyword.iskeyword(property_name))
    name = (
        property_name
        if plain and not property_name.startswith("_")
        else identifier(unicodedata.normalize("NFKC", known(property_name)))
    )
    clashes = name in _ATTRIBUTES or name in IMPORTS or name in reserved or keyword.iskeyword(name)
    return f"{name}_" if clashes else name


def pascal(text: str) -> str:
    """``create_order``, ``create-order`` and ``createOrder`` as ``CreateOrder``."""
    words = re.split(r"[\W_]+", known(unicodedata.normalize("NFKC", known(text))))
    name = "".join(map(capitalized, words))
    return name if is_identifier(name) else f"N{name}"


def _is_plain(name: str) -> bool:
    return is_identifier(name) and unicodedata.normalize("NFKC", name) == name
