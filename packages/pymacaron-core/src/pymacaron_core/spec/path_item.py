"""What stands under a path: mappings that hold its operations, and what these share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pymacaron_core.spec.node import Node
from pymacaron_core.spec.references import reference


@dataclass(frozen=True, slots=True)
class PathItem:
    """A path with the mappings that say what is there: its own, then the one it refers to."""

    path: str
    nodes: tuple[Node, ...]

    def first(self, key: str) -> Node | None:
        """The node that has something under this key."""
        return next((node for node in self.nodes if node.has(key)), None)

    def text(self, key: str) -> str:
        holder = self.first(key)
        return holder.text(key) if holder is not None else ""

    def extensions(self) -> dict[str, Any]:
        return {key: value for node in reversed(self.nodes) for key, value in node.extensions().items()}


def path_item(path: str, node: Node, keys: frozenset[str]) -> PathItem | None:
    """What stands at a node, as that of a path with the known ``keys``; None, and a fault, where that is no mapping."""
    if not node.is_mapping("what stands under a path"):
        return None
    _check(node, keys)
    if reference(node.value) is None:
        return PathItem(path, (node,))
    target = node.follow("what a path refers to")
    if target is None:
        return None
    _check(target, keys)
    return PathItem(path, (node, target))


def _check(node: Node, keys: frozenset[str]) -> None:
    node.check_keys("a path", keys)
    for key in ("query", "additionalOperations"):
        if node.has(key):
            node.warning(f"`{key}` is OpenAPI 3.2; what stands there is not served yet", "openapi-3.2", key)
    if "security" in node.value:
        node.library.faults.error(
            node.place, "`security` of a path protects nothing; write it in each operation", "security"
        )
