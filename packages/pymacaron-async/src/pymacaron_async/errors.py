"""The errors of pymacaron-async: what cannot be queued, what cannot be run, and what stops a start.

::

    Exception
    └── pymacaron_core.PyMacaronError
        ├── ServiceUnavailable
        │   └── TaskQueueUnavailable   503 TASK_QUEUE_UNAVAILABLE: the broker does not take the task
        ├── StartError
        │   └── BrokerError            no broker, one that cannot be used, or one that does not answer
        ├── ArgumentRefused            a value that cannot travel to a task; also a TypeError
        ├── MessageRefused             a message that no task can be run for; it is kept in the dead-letter list
        └── TaskEnded                  a task that ended otherwise than by returning or raising
"""

from __future__ import annotations

from pymacaron_core.errors import PyMacaronError, ServiceUnavailable, StartError


class TaskQueueUnavailable(ServiceUnavailable):
    """Background tasks cannot be queued now."""

    code = "TASK_QUEUE_UNAVAILABLE"


class BrokerError(StartError):
    """There is no broker, it cannot be used, or it does not answer. The message never shows a password."""


class ArgumentRefused(PyMacaronError, TypeError):
    """A value that cannot travel to a task. The message says which one, and what to send instead."""


class MessageRefused(PyMacaronError):
    """A message that no task can be run for: unreadable, for an unknown task, of an unknown model."""


class TaskEnded(PyMacaronError):
    """A task that ended otherwise than by returning or raising: killed at its time limit, or by ``sys.exit()``."""
