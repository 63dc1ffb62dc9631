"""Where the database is: what configuration and environment say, and never a cloud that nobody asked for."""

import pytest
from pymacaron_core import ConfigError
from pymacaron_core.config import load_config
from pymacaron_dynamodb import DynamoDBSettings, Endpoint, TableError
from pymacaron_dynamodb.endpoint import IN_PROCESS, VARIABLE, find_endpoint

REGION = {"AWS_REGION": "eu-west-1"}


@pytest.fixture
def found(tmp_path):
    """A function that finds the endpoint of a configuration file."""

    def find(text="", environ=(), production=False):
        (tmp_path / "pym-config.yaml").write_text(text or "{}")
        config = load_config(tmp_path, production=production, environ=dict(environ))
        return find_endpoint(config.read("dynamodb", DynamoDBSettings), config, dict(environ))

    return find


def test_development_uses_an_emulator_even_where_a_region_and_credentials_are_there(found):
    assert found().url == IN_PROCESS
    keys = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x", **REGION}
    assert found("aws_region: eu-west-1\naws_access_key_id: AKIA\n", keys).is_in_process


def test_amazons_own_is_used_where_it_is_asked_for(found):
    assert found("dynamodb: {endpoint: aws, region: eu-west-1}") == Endpoint("", "eu-west-1")
    assert found(environ={VARIABLE: "aws", **REGION}) == Endpoint("", "eu-west-1")


def test_production_uses_amazons_own(found):
    assert found(environ=REGION, production=True) == Endpoint("", "eu-west-1")
    assert str(found(environ=REGION, production=True)) == "Amazon DynamoDB in eu-west-1"


@pytest.mark.parametrize("environ", [{}, {VARIABLE: "auto"}, {VARIABLE: ""}])
def test_production_without_a_region_is_told_in_one_sentence(found, environ):
    with pytest.raises(ConfigError, match=r"Amazon DynamoDB needs a region: set dynamodb.region, or .* AWS_REGION"):
        found(environ=environ, production=True)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("dynamodb: {region: one}\naws_region: two", "one"),
        ("aws_region: two\naws_default_region: three", "two"),
        ("aws_default_region: three", "three"),
        ("dynamodb: {aws_region: two}", "two"),
        ("", "eu-west-1"),
    ],
)
def test_the_region_is_the_configurations_before_the_environments(found, text, region):
    assert found(text, REGION, production=True).region == region


def test_the_configured_url_goes_before_the_environments(found):
    assert found("dynamodb: {endpoint: 'http://one:1/'}", {VARIABLE: "http://two:2"}).url == "http://one:1"
    assert found(environ={VARIABLE: "http://two:2"}).url == "http://two:2"
    assert found(environ={VARIABLE: "http://two:2"}, production=True).url == "http://two:2"


@pytest.mark.parametrize("value", ["two:2", "http://user:secret@two", "ftp://two", "http://two/?key=secret", "http://"])
def test_a_wrong_variable_is_refused_and_not_shown(found, value):
    with pytest.raises(TableError, match=VARIABLE) as raised:
        found(environ={VARIABLE: value})
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("endpoint: mars", "dynamodb.endpoint must be auto, aws, or a URL like http://127.0.0.1:8000, not 'mars'"),
        ("endpoint: 'http://user:pass@host'", "http://127.0.0.1:8000, not 'http://[REDACTED]@host'"),
        ("deadline: 0", "dynamodb.deadline must be a number of seconds above 0, not 0"),
        ("read_timeout: soon", "dynamodb.read_timeout must be a number of seconds above 0, not 'soon'"),
        ("table_prefix: 'a b'", "dynamodb.table_prefix must be letters, digits"),
        ("endpint: aws", "dynamodb.endpint is no option: did you mean 'endpoint'?"),
    ],
)
def test_wrong_options_are_told_with_their_place(found, section, message):
    with pytest.raises(ConfigError) as raised:
        found(f"dynamodb: {{{section}}}")
    assert message in str(raised.value)
    assert "pym-config.yaml:1:" in str(raised.value)


def test_settings_do_not_show_their_secrets():
    settings = DynamoDBSettings(aws_access_key_id="AKIA1", aws_secret_access_key="hidden")
    assert "AKIA1" not in repr(settings) and "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost:8000", True),
        ("http://database:8000", True),
        (IN_PROCESS, True),
        ("http://10.0.0.1:8000", False),
        ("https://dynamodb.eu-west-1.amazonaws.com", False),
        ("", False),
    ],
)
def test_only_this_machine_and_its_private_network_are_local(url, local):
    assert Endpoint(url, "eu-west-1").is_local is local
