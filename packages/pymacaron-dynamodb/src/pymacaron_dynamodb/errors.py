"""The errors of pymacaron-dynamodb: most are answered over HTTP by core, two stop the start.

::

    PyMacaronError
    └── DynamoDBError                  everything this package raises on purpose
        ├── DynamoDBItemNotFound       404 ITEM_NOT_FOUND       no item has that key
        ├── ConflictError              409 CONFLICT             somebody else changed, made or deleted the item
        ├── LimitExceeded              400 INVALID_PARAMETER    a value is beyond what DynamoDB can hold
        │   └── ItemTooLarge           413 PAYLOAD_TOO_LARGE    the item is larger than 400 KB
        ├── CursorInvalid              400 INVALID_PARAMETER    a cursor is none of ours, or of another query
        ├── ValueRefused               500 VALUE_REFUSED        a value is none that an item can hold
        ├── ItemUnreadable             500 ITEM_UNREADABLE      an item does not fit its model
        ├── DatabaseRefused            500 DATABASE_REFUSED     the database refuses the call
        ├── DatabaseUnavailable        503 SERVICE_UNAVAILABLE  it does not answer, or throttles; has Retry-After
        │   ├── EmulatorMissing        (also a StartError)      development needs the emulator, which is not installed
        │   └── TableNotFound          503 TABLE_NOT_FOUND      the table is not there
        └── TableError                 (a StartError)           a table is declared wrongly, or has another key
"""

from __future__ import annotations

from pymacaron_core.errors import (
    Conflict,
    InvalidParameter,
    NotFound,
    PyMacaronError,
    PyMacaronException,
    ServiceUnavailable,
    StartError,
)


class DynamoDBError(PyMacaronError):
    """Base of every error this package raises on purpose."""


class DynamoDBItemNotFound(DynamoDBError, NotFound):
    """The table has no item with that key."""

    code = "ITEM_NOT_FOUND"


class ConflictError(DynamoDBError, Conflict):
    """The item was changed, made or deleted since it was loaded: load it again, and try again."""


class LimitExceeded(DynamoDBError, InvalidParameter):
    """A value is beyond what DynamoDB can hold."""


class ItemTooLarge(LimitExceeded):
    """The item is larger than the 400 KB that DynamoDB takes."""

    status, code = 413, "PAYLOAD_TOO_LARGE"


class CursorInvalid(DynamoDBError, InvalidParameter):
    """The cursor was not given by this query."""


class ValueRefused(DynamoDBError, PyMacaronException):
    """A value is none that an item can hold."""

    code = "VALUE_REFUSED"


class ItemUnreadable(DynamoDBError, PyMacaronException):
    """An item does not fit its model."""

    code = "ITEM_UNREADABLE"


class DatabaseRefused(DynamoDBError, PyMacaronException):
    """The database refuses the call."""

    code = "DATABASE_REFUSED"


class DatabaseUnavailable(DynamoDBError, ServiceUnavailable):
    """The database does not answer, or asks to wait."""

    headers = {"Retry-After": "2"}  # noqa: RUF012  # typed as a Mapping by its parent


class EmulatorMissing(DatabaseUnavailable, StartError):
    """The emulator of development is not installed."""


class TableNotFound(DatabaseUnavailable):
    """The table does not exist."""

    code = "TABLE_NOT_FOUND"


class TableError(DynamoDBError, StartError):
    """A table is declared wrongly, or exists with another key."""
