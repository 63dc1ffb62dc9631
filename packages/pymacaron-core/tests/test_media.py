"""Media types: which are read, in which way, and what is done with those that are not."""

import pytest
from pymacaron_core.bodies import read_media
from pymacaron_core.media import way_of
from pymacaron_core.spec.operation import Body, MediaType, Schema, Specification

TEXT, OBJECT = Schema({"type": ("string",)}), Schema({"type": ("object",)})
FILE = Schema({"type": ("string",), "format": "binary"})
SPECIFICATION = Specification("shop", schemas={"Picture": FILE, "Pet": OBJECT})


@pytest.mark.parametrize(
    ("name", "schema", "way"),
    [
        ("application/json", OBJECT, "json"),
        ("application/problem+json", None, "json"),
        ("application/x-www-form-urlencoded", OBJECT, "form"),
        ("multipart/form-data", OBJECT, "form"),
        ("*/*", OBJECT, "any"),
        ("image/*", FILE, "any"),
        ("text/plain", TEXT, "text"),
        ("text/csv", None, "text"),
        ("text/csv", Schema({"type": ("array",)}), None),
        ("application/yaml", TEXT, "text"),
        ("application/octet-stream", TEXT, "bytes"),
        ("image/png", FILE, "bytes"),
        ("image/png", Schema(ref="Picture"), "bytes"),
        ("application/xml", None, "bytes"),
        ("application/xml", Schema(), "bytes"),
        ("application/xml", OBJECT, None),
        ("application/xml", Schema(ref="Pet"), None),
    ],
)
def test_the_way_of_a_media_type(name, schema, way):
    assert way_of(MediaType(name, schema), SPECIFICATION) == way


def test_what_nobody_can_read_is_left_out_beside_what_is_read():
    json, xml = MediaType("application/json", OBJECT), MediaType("application/xml", OBJECT)
    assert read_media(Body((xml, json)), SPECIFICATION) == (json,)


def test_what_nobody_can_read_comes_as_bytes_where_there_is_nothing_else():
    xml = MediaType("application/xml", OBJECT)
    assert read_media(Body((xml,)), SPECIFICATION) == (xml,)
