"""A document that uses every kind of value, and values that fit it."""

SHOP = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths: {}
components:
  schemas:
    Book:
      type: object
      x-persist: {table: books, hash: id}
      required: [id, title]
      properties:
        id: {type: integer, format: int64}
        title: {type: string}
        class: {type: string, enum: [children, novel]}
        price: {type: string, format: decimal}
        weight: {type: number}
        added: {type: string, format: date-time}
        day: {type: string, format: date}
        opens: {type: string, format: time}
        lent: {type: string, format: duration}
        number: {type: string, format: uuid}
        cover: {type: string, format: byte}
        sold: {type: boolean}
        note: {type: [string, "null"]}
        anything: {}
        free: {type: object}
        either: {anyOf: [{type: integer}, {type: number}, {type: string, format: date-time}]}
        authors: {type: array, items: {$ref: "#/components/schemas/Author"}}
        matrix: {type: array, items: {type: array, items: {type: number}}}
        sequel: {$ref: "#/components/schemas/Book"}
        shelf: {oneOf: [{$ref: "#/components/schemas/Shelf"}, {type: "null"}]}
        tags: {type: object, additionalProperties: {type: integer}}
        words: {type: array, uniqueItems: true, items: {type: string}}
    Author:
      type: object
      required: [name]
      additionalProperties: {type: number}
      properties: {name: {type: string}}
    Shelf:
      type: object
      properties: {row: {type: integer}}
    Reading:
      type: object
      x-persist: {table: readings, hash: user, range: at}
      required: [user, at]
      additionalProperties: true
      properties:
        user: {type: string, format: uuid}
        at: {type: string, format: date-time}
        page: {type: integer}
"""
BOOK = {
    "id": 9007199254740993,
    "title": "",
    "class": "children",
    "price": "12.30",
    "weight": 3.0,
    "added": "2024-02-29T12:00:00.000001+05:30",
    "day": "2024-02-29",
    "opens": "10:00:00Z",
    "lent": "P1DT0.5S",
    "number": "00000000-0000-4000-8000-000000000000",
    "cover": "AAEC/w==",
    "sold": False,
    "note": None,
    "anything": [1, 1.0, {"a": None}],
    "free": {"x": 1.0, "y": 10**30, "z": []},
    "either": 1,
    "authors": [{"name": "Erich Kästner", "born": 1899}],
    "matrix": [[], [1.5, -0.0, 1e-7]],
    "sequel": {"id": 2, "title": "Emil and the Three Twins", "price": "3"},
    "shelf": None,
    "tags": {"rating": 5},
    "words": ["b", "a"],
}
