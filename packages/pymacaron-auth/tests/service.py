"""A service with guarded operations, made in a folder of a test."""

from flask import Flask
from forging import SECRET
from pymacaron_auth import Auth, get_userid
from pymacaron_core import API

DOCUMENT = """
openapi: 3.0.3
info: {title: Shop, version: "1.0"}
x-told: &told
  "200": {description: Told., content: {application/json: {schema: {type: object}}}}
paths:
  /me: {get: {operationId: me, security: [{jwt: []}], responses: *told}}
  /key: {get: {operationId: key, security: [{key: []}], responses: *told}}
  /oauth: {get: {operationId: oauth, security: [{oauth: ["read", "write"]}], responses: *told}}
  /oidc: {get: {operationId: oidc, security: [{oidc: ["read"]}], responses: *told}}
  /cookie:
    get: {operationId: cookie, security: [{cookie: []}], responses: *told}
    post: {operationId: postCookie, security: [{cookie: []}], responses: *told}
  /either: {get: {operationId: either, security: [{jwt: []}, {cookie: []}], responses: *told}}
  /both: {get: {operationId: both, security: [{jwt: [], secretKey: []}], responses: *told}}
  /both-turned: {get: {operationId: bothTurned, security: [{secretKey: [], jwt: []}], responses: *told}}
  /basic: {get: {operationId: basic, security: [{basic: []}, {jwt: []}], responses: *told}}
  /optional: {get: {operationId: optional, security: [{jwt: []}, {}], responses: *told}}
  /decorated:
    get: {operationId: decorated, x-decorate-server: pymacaron_auth.requires_auth, responses: *told}
    post: {operationId: postDecorated, x-decorate-server: pymacaron.auth.requires_auth, responses: *told}
  /open: {get: {operationId: open, responses: *told}}
components:
  securitySchemes:
    jwt: {type: http, scheme: Bearer, bearerFormat: JWT}
    key: {type: apiKey, in: header, name: authorization}
    cookie: {type: apiKey, in: cookie, name: token}
    oauth:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: "https://login.example.com", scopes: {read: Read., write: Write.}}}
    oidc: {type: openIdConnect, openIdConnectUrl: "https://login.example.com/.well-known/openid-configuration"}
    secretKey: {type: apiKey, in: header, name: X-Key}
    basic: {type: http, scheme: basic}
"""
OPERATIONS = (
    *("me", "key", "oauth", "oidc", "cookie", "postCookie", "either", "both", "bothTurned", "basic", "optional"),
    *("decorated", "postDecorated", "open"),
)


def whoever():
    """Tells who calls."""
    return {"user": get_userid()}


def compare(call, credential):
    return credential.value == "good"


def service(folder, auth=None, handlers=(), document=DOCUMENT, config="", guards=(), **options):
    """An application that serves the document, finished."""
    (folder / "apis").mkdir(exist_ok=True)
    (folder / "apis/shop.yaml").write_text(document)
    (folder / "pym-config.yaml").write_text(f"name: shop\n{config}")
    functions = {**dict.fromkeys(OPERATIONS, whoever), **dict(handlers)}
    own = {"secretKey": compare, "basic": compare, **dict(guards)}
    auth = Auth(secret=SECRET) if auth is None else auth
    api = API(Flask("shop"), root=folder, auth=auth or None, handlers=functions, guards=own, **options)
    return api.load_apis().finish()
