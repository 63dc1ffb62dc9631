"""Modules of projects that tests load, kept apart from those of other tests."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def apart(*packages: str) -> Iterator[None]:
    """Within this block ``packages`` and the path belong to one project; afterwards all is as it was."""
    path, modules = list(sys.path), taken_out(packages)
    try:
        yield
    finally:
        taken_out(packages)
        sys.path[:] = path
        sys.modules.update(modules)


def taken_out(packages: tuple[str, ...]) -> dict[str, object]:
    names = [name for name in sys.modules if name.partition(".")[0] in packages]
    return {name: sys.modules.pop(name) for name in names}
