from pymacaron_core import (
    apipool as apipool,
)
from pymacaron_core.app import (
    API as API,
)
from pymacaron_core.app import (
    load as load,
)
from pymacaron_core.application import (
    Application as Application,
)
from pymacaron_core.application import (
    add_ping_hook as add_ping_hook,
)
from pymacaron_core.application import (
    current_application as current_application,
)
from pymacaron_core.application import (
    get_config as get_config,
)
from pymacaron_core.application import (
    get_model as get_model,
)
from pymacaron_core.application import (
    report_error as report_error,
)
from pymacaron_core.application import (
    report_warning as report_warning,
)
from pymacaron_core.application import (
    set_error_reporter as set_error_reporter,
)
from pymacaron_core.call import (
    Call as Call,
)
from pymacaron_core.client import (
    Client as Client,
)
from pymacaron_core.conditions import (
    check_conditions as check_conditions,
)
from pymacaron_core.conditions import (
    entity_tag as entity_tag,
)
from pymacaron_core.config import (
    Config as Config,
)
from pymacaron_core.config import (
    load_config as load_config,
)
from pymacaron_core.context import (
    CallContext as CallContext,
)
from pymacaron_core.context import (
    capture as capture,
)
from pymacaron_core.context import (
    current_call as current_call,
)
from pymacaron_core.context import (
    restore as restore,
)
from pymacaron_core.errors import (
    AuthorizationHeaderMissing as AuthorizationHeaderMissing,
)
from pymacaron_core.errors import (
    BadReply as BadReply,
)
from pymacaron_core.errors import (
    BadResponse as BadResponse,
)
from pymacaron_core.errors import (
    BindingError as BindingError,
)
from pymacaron_core.errors import (
    CallError as CallError,
)
from pymacaron_core.errors import (
    CallTimeout as CallTimeout,
)
from pymacaron_core.errors import (
    ConfigError as ConfigError,
)
from pymacaron_core.errors import (
    Conflict as Conflict,
)
from pymacaron_core.errors import (
    DocumentError as DocumentError,
)
from pymacaron_core.errors import (
    DocumentFault as DocumentFault,
)
from pymacaron_core.errors import (
    ErrorReply as ErrorReply,
)
from pymacaron_core.errors import (
    Forbidden as Forbidden,
)
from pymacaron_core.errors import (
    FunctionMissing as FunctionMissing,
)
from pymacaron_core.errors import (
    GuardMissing as GuardMissing,
)
from pymacaron_core.errors import (
    InternalValidationError as InternalValidationError,
)
from pymacaron_core.errors import (
    InvalidParameter as InvalidParameter,
)
from pymacaron_core.errors import (
    MethodNotAllowed as MethodNotAllowed,
)
from pymacaron_core.errors import (
    ModelError as ModelError,
)
from pymacaron_core.errors import (
    NotAcceptable as NotAcceptable,
)
from pymacaron_core.errors import (
    NotFound as NotFound,
)
from pymacaron_core.errors import (
    NotWritten as NotWritten,
)
from pymacaron_core.errors import (
    PayloadTooLarge as PayloadTooLarge,
)
from pymacaron_core.errors import (
    PluginMissing as PluginMissing,
)
from pymacaron_core.errors import (
    PreconditionFailed as PreconditionFailed,
)
from pymacaron_core.errors import (
    PreconditionRequired as PreconditionRequired,
)
from pymacaron_core.errors import (
    PyMacaronError as PyMacaronError,
)
from pymacaron_core.errors import (
    PyMacaronException as PyMacaronException,
)
from pymacaron_core.errors import (
    RequestFault as RequestFault,
)
from pymacaron_core.errors import (
    RequestTimeout as RequestTimeout,
)
from pymacaron_core.errors import (
    ServiceUnavailable as ServiceUnavailable,
)
from pymacaron_core.errors import (
    StartError as StartError,
)
from pymacaron_core.errors import (
    TokenExpired as TokenExpired,
)
from pymacaron_core.errors import (
    TokenInvalid as TokenInvalid,
)
from pymacaron_core.errors import (
    TooManyRequests as TooManyRequests,
)
from pymacaron_core.errors import (
    Unreachable as Unreachable,
)
from pymacaron_core.errors import (
    Unsendable as Unsendable,
)
from pymacaron_core.errors import (
    UnsupportedMediaType as UnsupportedMediaType,
)
from pymacaron_core.errors import (
    add_error as add_error,
)
from pymacaron_core.errors import (
    is_error as is_error,
)
from pymacaron_core.guard import (
    Credential as Credential,
)
from pymacaron_core.guard import (
    Guard as Guard,
)
from pymacaron_core.logs import (
    pymlogger as pymlogger,
)
from pymacaron_core.logs import (
    set_level as set_level,
)
from pymacaron_core.models import (
    Maybe as Maybe,
)
from pymacaron_core.models import (
    Model as Model,
)
from pymacaron_core.models import (
    Upload as Upload,
)
from pymacaron_core.models import (
    prune_none as prune_none,
)
from pymacaron_core.moments import (
    timenow as timenow,
)
from pymacaron_core.moments import (
    to_datetime as to_datetime,
)
from pymacaron_core.moments import (
    to_epoch as to_epoch,
)
from pymacaron_core.starting import (
    letsgo as letsgo,
)

__version__: str
__all__: list[str]
from pymacaron_core.engines import Engine as Engine
from pymacaron_core.plugins import Plugin as Plugin
from pymacaron_core.streams import (
    ServerSentEvent as ServerSentEvent,
)
