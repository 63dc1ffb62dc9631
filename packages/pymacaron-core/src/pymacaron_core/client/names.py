"""Names: which method of a client calls which operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pymacaron_core.spec.operation import Operation, identifier

NAMED_BY = "x-bind-client"
"""The extension of 2.x that names the method."""


def method_names(operations: Iterable[Operation], taken: Iterable[str] = ()) -> Mapping[str, Operation]:
    """Operations by the name of their method: what ``x-bind-client`` says, else the id as a snake_case identifier
    (``createOrder`` is ``create_order``), else method and path (``get_orders_order_id``).

    A name that was given before, or is ``taken``, gets a number. The id as the document has it is a name too, where it
    is an identifier that no other operation has.
    """
    operations = tuple(operations)
    found: dict[str, Operation] = {}
    free = set(taken)
    for operation in operations:
        name = said = named(operation)
        number = 2
        while name in found or name in free:
            name, number = f"{said}_{number}", number + 1
        found[name] = operation
    for operation in operations:
        if operation.id and operation.id.isidentifier() and operation.id not in free:
            found.setdefault(operation.id, operation)
    return found


def named(operation: Operation) -> str:
    """The name that an operation asks for."""
    said = operation.extensions.get(NAMED_BY)
    if isinstance(said, str) and said.isidentifier():
        return said
    return identifier(
        operation.id.rpartition(".")[2] if operation.id else f"{operation.method.lower()}{operation.path}"
    )
