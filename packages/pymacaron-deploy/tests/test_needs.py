from __future__ import annotations

import json

import pytest
from pymacaron_deploy.errors import StageFailed
from pymacaron_deploy.needs import Needs, parse_needs


def test_what_a_description_tells_is_read():
    told = {
        "name": "shop",
        "apis": [{"documents": ["apis/shop.yaml", "apis/parts.yaml"]}, {"name": "tea"}],
        "secrets": ["KEY"],
        "plugins": ["async"],
        "tasks": True,
        "tables": ["orders"],
        "more": {"to": "come"},
    }
    assert parse_needs(json.dumps(told)) == Needs(
        "shop", ("apis/shop.yaml", "apis/parts.yaml"), ("KEY",), ("orders",), tasks=True, database=True
    )


def test_what_is_absent_is_not_needed():
    assert parse_needs(b'{"name": "shop"}') == Needs("shop")


def test_a_service_may_need_a_database_without_knowing_its_tables():
    assert parse_needs('{"name": "shop", "plugins": ["dynamodb"]}').database


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Traceback", "is no JSON"),
        ("[]", "names no service"),
        ('{"name": ""}', "names no service"),
        ('{"name": "shop", "secrets": [1]}', "'secrets' that are no names"),
        ('{"name": "shop", "tables": {}}', "'tables' that is no list"),
        ('{"name": "shop", "apis": [{"documents": "x"}]}', "'documents' that is no list"),
    ],
)
def test_another_text_is_refused(text: str, told: str):
    with pytest.raises(StageFailed, match=told):
        parse_needs(text)
