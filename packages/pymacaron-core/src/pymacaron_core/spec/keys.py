"""The keys each object of a document knows, by dialect, to tell a misspelt one."""

from __future__ import annotations

from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of the objects of one dialect."""

    root: frozenset[str]
    path_item: frozenset[str]
    operation: frozenset[str]
    parameter: frozenset[str]
    reply: frozenset[str]


PARAMETER_SCHEMA = _words(
    "type format items default maximum minimum exclusiveMaximum exclusiveMinimum maxLength minLength pattern maxItems "
    "minItems uniqueItems enum multipleOf x-nullable"
)
"""The keywords that stand in a Swagger 2.0 parameter itself."""

SWAGGER2 = Keys(
    root=_words(
        "swagger info host basePath schemes consumes produces paths definitions parameters responses "
        "securityDefinitions security tags externalDocs"
    ),
    path_item=_words("get put post delete options head patch parameters $ref"),
    operation=_words(
        "tags summary description externalDocs operationId consumes produces parameters responses schemes deprecated "
        "security"
    ),
    parameter=PARAMETER_SCHEMA
    | _words("name in description required schema allowEmptyValue collectionFormat $ref example"),
    reply=_words("description schema headers examples $ref"),
)

OPENAPI3 = Keys(
    root=_words("openapi info servers paths components security tags externalDocs jsonSchemaDialect webhooks $self"),
    path_item=_words(
        "$ref summary description get put post delete options head patch trace query additionalOperations servers "
        "parameters"
    ),
    operation=_words(
        "tags summary description externalDocs operationId parameters requestBody responses callbacks deprecated "
        "security servers"
    ),
    parameter=_words(
        "name in description required deprecated allowEmptyValue style explode allowReserved schema example examples "
        "content summary $ref"
    )
    | PARAMETER_SCHEMA,
    reply=_words("description summary headers content links $ref"),
)
COMPONENTS = _words(
    "schemas responses parameters examples requestBodies headers securitySchemes links callbacks pathItems mediaTypes"
)
BODY = _words("description content required summary $ref")
MEDIA_TYPE = _words("schema example examples encoding itemSchema prefixEncoding itemEncoding $ref")
INFO = _words("title version description summary termsOfService contact license")
CONTACT = _words("name url email")
LICENSE = _words("name url identifier")
SECURITY_SCHEME = _words(
    "type description name in scheme bearerFormat flows openIdConnectUrl oauth2MetadataUrl deprecated $ref"
)
SECURITY_SCHEME2 = _words("type description name in flow authorizationUrl tokenUrl scopes")
FLOWS = _words("implicit password clientCredentials authorizationCode deviceAuthorization")
FLOW = _words("authorizationUrl tokenUrl refreshUrl scopes deviceAuthorizationUrl")
HEADER2 = PARAMETER_SCHEMA | _words("description collectionFormat")
ENCODING = _words("contentType headers style explode allowReserved encoding prefixEncoding itemEncoding")
DISCRIMINATOR = _words("propertyName mapping defaultMapping")
LINK = _words("operationRef operationId parameters description server $ref")
SERVER = _words("url description variables name")
VARIABLE = _words("enum default description")
EXAMPLE = _words("summary description externalValue dataValue serializedValue $ref")
TAG = _words("name description externalDocs summary parent kind")
EXTERNAL_DOCS = _words("description url")
