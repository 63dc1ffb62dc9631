"""The document that the services of these tests share, each with the keys that ask for its packages."""

DOCUMENT = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /login:
    post:
      operationId: logIn
      parameters: [{name: user, in: query, required: true, schema: {type: string}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: string}}}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    put:
      operationId: writeNote
      SECURITY
      parameters: [{name: text, in: query, required: true, schema: {type: string}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
    get:
      operationId: readNote
      SECURITY
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
        default: {description: no, content: {application/json: {schema: {type: object}}}}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  schemas:
    Note:
      PERSISTENCE
      type: object
      required: [id, text]
      properties: {id: {type: string}, text: {type: string}, by: {type: string}, at: {type: string, format: date-time}}
"""


def document(*, protected: bool, kept: bool) -> str:
    security = "security: [{token: []}]" if protected else "description: open"
    persistence = "x-persist: {table: notes, hash: id}" if kept else "description: forgotten"
    return DOCUMENT.replace("SECURITY", security).replace("PERSISTENCE", persistence)
