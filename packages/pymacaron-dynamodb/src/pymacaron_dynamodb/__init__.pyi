from pymacaron_dynamodb.cursor import (
    Page as Page,
)
from pymacaron_dynamodb.endpoint import (
    Endpoint as Endpoint,
)
from pymacaron_dynamodb.errors import (
    ConflictError as ConflictError,
)
from pymacaron_dynamodb.errors import (
    CursorInvalid as CursorInvalid,
)
from pymacaron_dynamodb.errors import (
    DatabaseRefused as DatabaseRefused,
)
from pymacaron_dynamodb.errors import (
    DatabaseUnavailable as DatabaseUnavailable,
)
from pymacaron_dynamodb.errors import (
    DynamoDBError as DynamoDBError,
)
from pymacaron_dynamodb.errors import (
    DynamoDBItemNotFound as DynamoDBItemNotFound,
)
from pymacaron_dynamodb.errors import (
    EmulatorMissing as EmulatorMissing,
)
from pymacaron_dynamodb.errors import (
    ItemTooLarge as ItemTooLarge,
)
from pymacaron_dynamodb.errors import (
    ItemUnreadable as ItemUnreadable,
)
from pymacaron_dynamodb.errors import (
    LimitExceeded as LimitExceeded,
)
from pymacaron_dynamodb.errors import (
    TableError as TableError,
)
from pymacaron_dynamodb.errors import (
    TableNotFound as TableNotFound,
)
from pymacaron_dynamodb.errors import (
    ValueRefused as ValueRefused,
)
from pymacaron_dynamodb.item import (
    to_item as to_item,
)
from pymacaron_dynamodb.item import (
    to_model as to_model,
)
from pymacaron_dynamodb.persistent import (
    PersistentModel as PersistentModel,
)
from pymacaron_dynamodb.persistent import (
    PersistentSwaggerObject as PersistentSwaggerObject,
)
from pymacaron_dynamodb.persistent import (
    delete as delete,
)
from pymacaron_dynamodb.persistent import (
    exists as exists,
)
from pymacaron_dynamodb.persistent import (
    get_dynamodb as get_dynamodb,
)
from pymacaron_dynamodb.persistent import (
    get_table as get_table,
)
from pymacaron_dynamodb.persistent import (
    load as load,
)
from pymacaron_dynamodb.persistent import (
    query as query,
)
from pymacaron_dynamodb.persistent import (
    save as save,
)
from pymacaron_dynamodb.plugin import (
    Persistence as Persistence,
)
from pymacaron_dynamodb.plugin import (
    current_store as current_store,
)
from pymacaron_dynamodb.settings import (
    DynamoDBSettings as DynamoDBSettings,
)
from pymacaron_dynamodb.store import (
    Store as Store,
)
from pymacaron_dynamodb.table import (
    Table as Table,
)

__version__: str
