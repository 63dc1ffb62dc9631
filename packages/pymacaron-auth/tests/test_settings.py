"""Options: defaults, the names of 2.x, where the secret comes from, and what stops the start."""

import pytest
from forging import OTHER_SECRET, SECRET
from pymacaron_auth.settings import options_of
from pymacaron_core import ConfigError, load_config


def read(folder, text="", environ=(), production=False, **given):
    """The options in a folder whose configuration is the text."""
    (folder / "pym-config.yaml").write_text(text or "name: shop\n")
    return options_of(load_config(folder, environ=dict(environ), production=production), given)


def test_without_a_word_everything_has_a_value(tmp_path):
    options = read(tmp_path)
    assert (options.issuer, options.audience, options.leeway, options.token_timeout) == ("shop", "shop", 60, 86400)
    assert options.default_user_id == "PYM_DEFAULT_USER_ID"


def test_in_development_a_secret_is_made_once_and_kept_private(tmp_path):
    options = read(tmp_path)
    assert options.made_up and len(options.secret) == 64
    assert read(tmp_path).secret == options.secret
    assert (tmp_path / ".pym/secrets.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("live_url: https://api.shop.com:8443/v1\n", "api.shop.com"),
        ("live_host: api.shop.com\n", "api.shop.com"),
        ("live_host: api.shop.com\nauth: {issuer: me}\n", "me"),
        ("jwt_issuer: me\n", "me"),
        ("name: corner-shop\n", "corner-shop"),
    ],
)
def test_the_issuer_is_the_live_host_or_the_services_name(tmp_path, text, issuer):
    options = read(tmp_path, text)
    assert (options.issuer, options.audience) == (issuer, issuer)


def test_the_section_says_all(tmp_path):
    text = (
        f"auth:\n  issuer: me\n  audience: you\n  secret: {SECRET}\n  leeway: 300\n  token_timeout: 60\n"
        "  default_user_id: robot\n  trusted_origins: [https://a.se]\n"
    )
    options = read(tmp_path, text)
    assert (options.issuer, options.audience, options.secret, options.made_up) == ("me", "you", SECRET, False)
    assert (options.leeway, options.token_timeout, options.default_user_id) == (300, 60, "robot")
    assert options.trusted_origins == ("https://a.se",)


@pytest.mark.parametrize("inside", [False, True])
def test_so_do_the_names_of_2x_at_the_top_or_in_the_section(tmp_path, inside):
    flat = {
        "jwt_secret": SECRET,
        "jwt_issuer": "me",
        "jwt_audience": "you",
        "jwt_token_timeout": 60,
        "jwt_token_renew_after": 30,
        "default_user_id": "robot",
    }
    lines = "".join(f"{'  ' if inside else ''}{name}: {value}\n" for name, value in flat.items())
    options = read(tmp_path, f"auth:\n{lines}" if inside else lines)
    assert (options.issuer, options.audience, options.secret) == ("me", "you", SECRET)
    assert (options.token_timeout, options.default_user_id) == (60, "robot")


def test_a_name_of_2x_beside_the_new_one_is_a_fault(tmp_path):
    with pytest.raises(ConfigError, match=r"pym-config.yaml:1:\d+: jwt_issuer is auth.issuer, given twice: keep one"):
        read(tmp_path, "jwt_issuer: a\nauth: {issuer: a}\n")


def test_what_is_handed_over_overrules_what_is_configured(tmp_path):
    text = f"auth: {{issuer: me, secret: {SECRET}, leeway: 300}}\n"
    options = read(tmp_path, text, issuer="other", audience="them", secret=OTHER_SECRET, leeway=0, token_timeout=5)
    assert (options.issuer, options.audience, options.secret) == ("other", "them", OTHER_SECRET)
    assert (options.leeway, options.token_timeout) == (0, 5)


@pytest.mark.parametrize("production", [False, True])
@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("name: shop\n", {"PYM_JWT_SECRET": SECRET}),
        ("env_jwt_secret: SHOP_SECRET\n", {"SHOP_SECRET": SECRET, "PYM_JWT_SECRET": OTHER_SECRET}),
        ("env_secrets: [SHOP_SECRET]\njwt_secret: SHOP_SECRET\n", {"SHOP_SECRET": SECRET}),
        ("env_secrets: [SHOP_SECRET]\nauth: {secret: SHOP_SECRET}\n", {"SHOP_SECRET": SECRET}),
        (f"jwt_secret: {SECRET}\n", {"PYM_JWT_SECRET": OTHER_SECRET}),
    ],
)
def test_the_secret_comes_from_the_configuration_or_the_environment(tmp_path, text, environ, production):
    options = read(tmp_path, text, environ, production)
    assert options.secret == SECRET and not options.made_up


def test_the_audience_may_come_from_the_environment(tmp_path):
    assert read(tmp_path, "env_jwt_audience: AUD\n", {"AUD": "you"}).audience == "you"


@pytest.mark.parametrize(
    "text", ["name: shop\n", "auth: {}\n", "env_jwt_secret: PYM_JWT_SECRET\n", "env_secrets: [PYM_JWT_SECRET]\n"]
)
@pytest.mark.parametrize("environ", [{}, {"PYM_JWT_SECRET": ""}])
def test_in_production_a_secret_that_is_not_set_stops_the_start(tmp_path, text, environ):
    with pytest.raises(ConfigError, match=r"PYM_JWT_SECRET is not set.*: set the environment variable") as caught:
        read(tmp_path, text, environ, production=True)
    assert len(str(caught.value).splitlines()) == 1
    assert not (tmp_path / ".pym").exists()


def test_in_production_a_missing_secret_is_not_replaced_by_its_own_name(tmp_path):
    with pytest.raises(ConfigError, match="SHOP_SECRET is not set"):
        read(tmp_path, "env_secrets: [SHOP_SECRET]\njwt_secret: SHOP_SECRET\n", production=True)


@pytest.mark.parametrize("name", ["env_jwt_secret", "env_jwt_audience"])
def test_in_production_a_variable_that_is_named_must_be_set(tmp_path, name):
    with pytest.raises(ConfigError, match=f"1:.*{name} names the environment variable SHOP, which is not set"):
        read(tmp_path, f"{name}: SHOP\n", {"PYM_JWT_SECRET": SECRET}, production=True)


@pytest.mark.parametrize("production", [False, True])
@pytest.mark.parametrize("place", ["auth.secret", "jwt_secret", "PYM_JWT_SECRET", "Auth(secret=...)"])
@pytest.mark.parametrize("secret", ["secret", "changeme", "kA9xT3pQ", "SHOP_SECRET", "your-256-bit-secret-goes-here"])
def test_a_weak_secret_stops_the_start_wherever_it_comes_from(tmp_path, place, secret, production):
    text = {"auth.secret": f"auth: {{secret: {secret}}}\n", "jwt_secret": f"jwt_secret: {secret}\n"}.get(place, "")
    environ = {"PYM_JWT_SECRET": secret} if place == "PYM_JWT_SECRET" else {}
    given = {"secret": secret} if place.startswith("Auth") else {}
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text, environ, production, **given)
    message = str(caught.value)
    assert place in message and len(message.splitlines()) == 1
    assert ("pym-config.yaml:1:" in message) == bool(text)
    assert secret == "secret" or secret not in message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("auth: {secret: 12345678901234567890}\n", "auth.secret must be a text, not of type int: put it in quotes"),
        ("auth: {secret: ''}\n", "auth.secret is empty"),
        ("auth: {secret: [a]}\n", "auth.secret must be a text, not of type list"),
        ("auth: {leeway: 4000}\n", "auth.leeway must be a number of seconds, 3600 at most, not 4000"),
        ("auth: {leeway: -1}\n", "auth.leeway must be a number of seconds"),
        ("auth: {token_timeout: '60'}\n", "auth.token_timeout must be a number of seconds, not '60'"),
        ("auth: {token_timeout: 0}\n", "auth.token_timeout must be a number of seconds, not 0"),
        ("auth: {issuer: 7}\n", "auth.issuer must be a text that is not empty, not 7"),
        ("auth: {isuer: me}\n", "auth.isuer is no option: did you mean 'issuer'?"),
        ("auth: {trusted_origins: ['https://a.se/']}\n", "auth.trusted_origins.0 must be a list of origins"),
        ("auth: {trusted_origins: ['null']}\n", "auth.trusted_origins.0 must be a list of origins"),
        ("auth: {trusted_origins: ['https://*.a.se']}\n", "auth.trusted_origins.0 must be a list of origins"),
        ("live_url: 'https://[a'\n", "live_url cannot be read (Invalid IPv6 URL)"),
        ("core: {live_url: 'https://[a'}\n", "live_url cannot be read (Invalid IPv6 URL)"),
        ("auth: me\n", "auth must be a mapping of options, not 'me'"),
    ],
)
def test_a_wrong_option_is_told_with_its_line(tmp_path, text, told):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text, {"PYM_JWT_SECRET": SECRET})
    assert str(caught.value).endswith(told) or told in str(caught.value)
    assert "pym-config.yaml:1:" in str(caught.value) and "12345678" not in str(caught.value)


def test_the_options_do_not_show_the_secret(tmp_path):
    assert SECRET not in repr(read(tmp_path, secret=SECRET))
