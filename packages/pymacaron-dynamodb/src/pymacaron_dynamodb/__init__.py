"""Models of a PyMacaron service kept in Amazon DynamoDB: exactly, and with no lost update.

Names are imported when first used (PEP 562); ``__init__.pyi`` tells type checkers what they are.
"""

from importlib import import_module

__version__ = "3.0.0"

_ROOMS = {
    "pymacaron_dynamodb.cursor": ("Page",),
    "pymacaron_dynamodb.endpoint": ("Endpoint",),
    "pymacaron_dynamodb.errors": (
        "ConflictError",
        "CursorInvalid",
        "DatabaseRefused",
        "DatabaseUnavailable",
        "DynamoDBError",
        "DynamoDBItemNotFound",
        "EmulatorMissing",
        "ItemTooLarge",
        "ItemUnreadable",
        "LimitExceeded",
        "TableError",
        "TableNotFound",
        "ValueRefused",
    ),
    "pymacaron_dynamodb.item": ("to_item", "to_model"),
    "pymacaron_dynamodb.persistent": (
        "PersistentModel",
        "PersistentSwaggerObject",
        "delete",
        "exists",
        "get_dynamodb",
        "get_table",
        "load",
        "query",
        "save",
    ),
    "pymacaron_dynamodb.plugin": ("Persistence", "current_store"),
    "pymacaron_dynamodb.settings": ("DynamoDBSettings",),
    "pymacaron_dynamodb.store": ("Store",),
    "pymacaron_dynamodb.table": ("Table",),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'pymacaron_dynamodb' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
