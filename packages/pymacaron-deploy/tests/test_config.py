from __future__ import annotations

from pathlib import Path

import pytest
from pymacaron_deploy.config import Config, DeploySettings
from pymacaron_deploy.errors import ConfigError


def load(folder: Path, text: str, **more: object) -> Config:
    (folder / "pym-config.yaml").write_text(text, encoding="utf-8")
    return Config.load(folder, environ={}, **more)  # type: ignore[arg-type]


def refused(folder: Path, text: str, **more: object) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(folder, text, **more)
    assert raised.value.exit_code == 1
    return [line.replace(f"{folder}/", "") for line in str(raised.value).splitlines()]


def test_defaults_are_those_of_2x(tmp_path: Path):
    deploy = load(tmp_path, "name: shop\n").deploy
    assert deploy.target == "aws-beanstalk"
    assert (deploy.aws_hosts_min, deploy.aws_hosts_max) == (1, 4)
    assert (deploy.gcp_region, deploy.gcp_memory, deploy.gcp_request_concurrency) == ("europe-west1", "512Mi", 10)
    assert (deploy.cpu_count, deploy.worker_count, deploy.include_links) == (1, None, ())
    assert deploy.base_image == "python:3.13-slim"


def test_a_file_of_2x_is_read_as_it_is(tmp_path: Path):
    config = load(
        tmp_path,
        """
name: helloworld
live_host: hello.example.com
deploy_target: gcp-cloud-run
docker_repo: acme
docker_bucket: acme-docker
docker_base: acme/base:stable
aws_user: acme
aws_region: eu-west-1
aws_keypair: acme
aws_instance_type: t3.small
aws_cert_arn: arn:aws:acm:eu-west-1:1:certificate/1
aws_zone_id: Z1
aws_access_key_id: AWS_ID
aws_secret_access_key: AWS_SECRET
cpu_count: 2
include_links: [common]
env_secrets: [AWS_ID, AWS_SECRET, JWT_SECRET]
jwt_secret: JWT_SECRET
with_async: true
my_own: {anything: 1}
""",
    )
    assert (config.deploy.target, config.deploy.repository) == ("gcp-cloud-run", "acme")
    assert config.deploy.base_image == "acme/base:stable"
    assert config.deploy.include_links == ("common",)
    assert (config.host, config.port) == ("hello.example.com", 443)
    assert config.secrets == ("AWS_ID", "AWS_SECRET", "JWT_SECRET")
    assert config.warnings == ()


def test_names_of_2x_and_of_today_mean_the_same(tmp_path: Path):
    old = load(tmp_path, "deploy: {deploy_target: local, docker_repo: acme, docker_base: debian}\n")
    assert old.deploy == load(tmp_path, "deploy: {target: local, repository: acme, base: debian}\n").deploy


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("deploy:\n  wheel: dist\n", ["pym-config.yaml:2:3: deploy.wheel is no option: did you mean 'wheels'?"]),
        (
            "deploy:\n  local: {prt: 1, port: 0}\n  web_command: []\n",
            [
                "pym-config.yaml:2:11: deploy.local.prt is no option: did you mean 'port'?",
                "pym-config.yaml:2:25: deploy.local.port must be an integer between 1 and 65535, not 0",
                "pym-config.yaml:3:16: deploy.web_command must be a list of words, not a list",
            ],
        ),
        ("deploy: {local: 3}", ["pym-config.yaml:1:17: deploy.local must be a mapping of options, not 3"]),
        ("cpu_count: '2'", ["pym-config.yaml:1:12: cpu_count must be a number from 1 on, not '2'"]),
        (
            "docker_base: a b",
            ["pym-config.yaml:1:14: docker_base must be the name of an image, not 'a b'"],
        ),
        (
            "docker_repo: acme\ndeploy: {repository: acme}",
            ["pym-config.yaml:2:10: repository is given twice, also at the top level: keep one"],
        ),
        (
            "deploy: {repository: acme, docker_repo: acme}",
            ["pym-config.yaml:1:28: docker_repo is given twice, also as repository: keep one"],
        ),
        (
            "docker_repo: REPO\nenv_secrets: [REPO]",
            ["pym-config.yaml:1:14: docker_repo is the name of a secret, and deploy reads none: write its value"],
        ),
        (
            "deploy: {python: 3.1}",
            ["pym-config.yaml:1:18: deploy.python must be a version of Python in quotes, like '3.13', not 3.1"],
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, faults: list[str]):
    assert refused(tmp_path, text) == faults


def test_an_option_that_is_nearly_right_is_warned_of(tmp_path: Path):
    config = load(tmp_path, "docker_rep: acme\n")
    assert [line.partition("pym-config.yaml")[2] for line in config.warnings] == [
        ":1:1: 'docker_rep' is no option of PyMacaron: did you mean 'docker_repo'?"
    ]


def test_values_of_secrets_come_from_the_environment_and_show_nowhere(tmp_path: Path):
    (tmp_path / "pym-config.yaml").write_text("env_secrets: [ONE, TWO]\n")
    config = Config.load(tmp_path, environ={"ONE": "open-sesame", "TWO": "2"})
    assert config.secret_values(["ONE"]) == {"ONE": "open-sesame"}
    assert "open-sesame" not in repr(config)


def test_secrets_that_are_not_set_are_named(tmp_path: Path):
    config = Config.load(tmp_path, environ={"ONE": ""})
    with pytest.raises(ConfigError, match=r"^the service needs the secret ONE: set the environment variable before"):
        config.secret_values(["ONE"])
    with pytest.raises(ConfigError, match=r"^the service needs the secrets ONE, TWO: set the environment variables"):
        config.secret_values(["TWO", "ONE"])


def test_options_of_a_command_take_the_place_of_those_of_the_file(tmp_path: Path):
    config = load(tmp_path, "deploy: {wheels: dist}\n")
    assert config.changed(target="local", wheels=None).deploy == DeploySettings(target="local", wheels="dist")
    with pytest.raises(ConfigError, match=r"^--target must be local, aws-beanstalk, .*, not 'moon'$"):
        config.changed(target="moon")


def test_a_root_that_is_not_there_is_told_of(tmp_path: Path):
    with pytest.raises(ConfigError, match="none: there is no such folder"):
        Config.load(tmp_path / "none")


def test_a_file_that_is_none_is_told_of(tmp_path: Path):
    (tmp_path / "pym-config.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"cannot be read \(it is a folder\)"):
        Config.load(tmp_path)
    with pytest.raises(ConfigError, match=r"cannot be read \(it is no ordinary file\)"):
        Config.load(tmp_path, path="/dev/null")


def test_a_link_that_leads_nowhere_is_told_of(tmp_path: Path):
    (tmp_path / "pym-config.yaml").symlink_to("nowhere")
    with pytest.raises(ConfigError, match="No such file"):
        Config.load(tmp_path)


@pytest.mark.parametrize("name", ["''", '"a\\nb"', "3", ""])
def test_a_name_must_be_one_line(tmp_path: Path, name: str):
    (fault,) = refused(tmp_path, f"name: {name}\n")
    assert "name must be a name of one line" in fault
