from pymacaron_auth.claims import (
    Claims as Claims,
)
from pymacaron_auth.decorators import (
    add_auth as add_auth,
)
from pymacaron_auth.decorators import (
    requires_auth as requires_auth,
)
from pymacaron_auth.errors import (
    IdentityRefused as IdentityRefused,
)
from pymacaron_auth.errors import (
    InsufficientScope as InsufficientScope,
)
from pymacaron_auth.errors import (
    NoCurrentUser as NoCurrentUser,
)
from pymacaron_auth.errors import (
    WeakSecret as WeakSecret,
)
from pymacaron_auth.identity import (
    authenticate_http_request as authenticate_http_request,
)
from pymacaron_auth.identity import (
    backend_token as backend_token,
)
from pymacaron_auth.identity import (
    current_user as current_user,
)
from pymacaron_auth.identity import (
    generate_token as generate_token,
)
from pymacaron_auth.identity import (
    get_token_issuer as get_token_issuer,
)
from pymacaron_auth.identity import (
    get_user_token as get_user_token,
)
from pymacaron_auth.identity import (
    get_user_token_data as get_user_token_data,
)
from pymacaron_auth.identity import (
    get_userid as get_userid,
)
from pymacaron_auth.identity import (
    load_auth_token as load_auth_token,
)
from pymacaron_auth.issuer import (
    Grant as Grant,
)
from pymacaron_auth.issuer import (
    Issuer as Issuer,
)
from pymacaron_auth.plugin import (
    Auth as Auth,
)
from pymacaron_auth.seal import (
    SealedIdentity as SealedIdentity,
)
from pymacaron_auth.verifier import (
    Verifier as Verifier,
)

__version__: str
