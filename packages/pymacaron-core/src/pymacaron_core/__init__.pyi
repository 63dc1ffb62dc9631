from pymacaron_core.app import (
    API as API,
    load as load,
)
from pymacaron_core.application import (
    Application as Application,
    add_ping_hook as add_ping_hook,
    apipool as apipool,
    current_application as current_application,
    get_config as get_config,
    get_model as get_model,
    report_error as report_error,
    report_warning as report_warning,
    set_error_reporter as set_error_reporter,
)
from pymacaron_core.call import (
    Call as Call,
)
from pymacaron_core.config import (
    Config as Config,
    load_config as load_config,
)
from pymacaron_core.context import (
    CallContext as CallContext,
    capture as capture,
    current_call as current_call,
    restore as restore,
)
from pymacaron_core.errors import (
    AuthorizationHeaderMissing as AuthorizationHeaderMissing,
    BadResponse as BadResponse,
    BindingError as BindingError,
    ConfigError as ConfigError,
    Conflict as Conflict,
    DocumentError as DocumentError,
    DocumentFault as DocumentFault,
    Forbidden as Forbidden,
    GuardMissing as GuardMissing,
    InternalValidationError as InternalValidationError,
    InvalidParameter as InvalidParameter,
    MethodNotAllowed as MethodNotAllowed,
    ModelError as ModelError,
    NotAcceptable as NotAcceptable,
    NotFound as NotFound,
    NotWritten as NotWritten,
    PayloadTooLarge as PayloadTooLarge,
    PyMacaronError as PyMacaronError,
    PyMacaronException as PyMacaronException,
    RequestFault as RequestFault,
    RequestTimeout as RequestTimeout,
    ServiceUnavailable as ServiceUnavailable,
    StartError as StartError,
    TokenInvalid as TokenInvalid,
    TooManyRequests as TooManyRequests,
    UnsupportedMediaType as UnsupportedMediaType,
    add_error as add_error,
    is_error as is_error,
)
from pymacaron_core.guard import (
    Credential as Credential,
    Guard as Guard,
)
from pymacaron_core.logs import (
    pymlogger as pymlogger,
    set_level as set_level,
)
from pymacaron_core.models import (
    Maybe as Maybe,
    Model as Model,
    Upload as Upload,
    prune_none as prune_none,
)
from pymacaron_core.moments import (
    timenow as timenow,
    to_datetime as to_datetime,
    to_epoch as to_epoch,
)
from pymacaron_core.starting import (
    letsgo as letsgo,
)

__version__: str
__all__: list[str]
