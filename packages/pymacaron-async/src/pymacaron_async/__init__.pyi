from pymacaron_async.development import (
    get_celery_cmd as get_celery_cmd,
)
from pymacaron_async.errors import (
    ArgumentRefused as ArgumentRefused,
)
from pymacaron_async.errors import (
    BrokerError as BrokerError,
)
from pymacaron_async.errors import (
    MessageRefused as MessageRefused,
)
from pymacaron_async.errors import (
    TaskEnded as TaskEnded,
)
from pymacaron_async.errors import (
    TaskQueueUnavailable as TaskQueueUnavailable,
)
from pymacaron_async.execution import (
    is_celery_task as is_celery_task,
)
from pymacaron_async.plugin import (
    Tasks as Tasks,
)
from pymacaron_async.settings import (
    AsyncSettings as AsyncSettings,
)
from pymacaron_async.task import (
    AsyncTask as AsyncTask,
)
from pymacaron_async.task import (
    TaskRef as TaskRef,
)
from pymacaron_async.task import (
    asynctask as asynctask,
)

__all__: list[str]
__version__: str
