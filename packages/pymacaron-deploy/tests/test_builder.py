from __future__ import annotations

import os
from pathlib import Path

import pytest
from pymacaron_deploy.errors import BuildFailed, PreflightError, StageFailed, TestsFailed
from pymacaron_deploy.image.builder import Build, build, build_command, discard, find_client
from pymacaron_deploy.image.package_index import IndexAccess
from pymacaron_deploy.report import SilentReport

ACCESS = IndexAccess("[global]\nindex-url = https://ada:open-sesame@one.test\n", b"CERTIFICATE", ("open-sesame",))


def program(folder: Path, text: str, name: str = "docker") -> str:
    """A program that does what a few lines of shell say."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return str(file)


def failure(client: str, stage: str = "service", access: IndexAccess | None = None) -> StageFailed | PreflightError:
    with open(os.devnull, "rb") as nothing, pytest.raises((StageFailed, PreflightError)) as raised:
        build(client, Build(stage, access=access or IndexAccess()), nothing, SilentReport())
    return raised.value


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "told"


def test_a_build_is_one_command(monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://ada:open-sesame@proxy.test")
    made = Build("service", "acme/shop:1", {"VERSION": "1"}, "host", ACCESS)
    command = build_command("/bin/docker", made, Path("/private"))
    assert command.words == (
        "/bin/docker",
        "build",
        "--progress=plain",
        "--target=service",
        "--iidfile=/private/id",
        "--tag=acme/shop:1",
        "--network=host",
        "--build-arg",
        "VERSION=1",
        "--build-arg",
        "https_proxy",
        "--secret=id=pip.conf,src=/private/pip.conf",
        "--secret=id=pip.pem,src=/private/pip.pem",
        "-",
    )
    assert command.environ["DOCKER_BUILDKIT"] == "1"
    assert "--network" not in str(build_command("docker", Build("test"), Path("/private")))


def test_the_first_client_with_buildkit_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plain = program(tmp_path / "1", 'if [ "$1" = buildx ]; then exit 1; else echo 28.2.2; fi')
    old = program(tmp_path / "2", "echo 20.10.24+dfsg1; exit 1")
    new = program(tmp_path / "3", "echo 28.2.2")
    assert find_client(lambda _: iter([plain, old, new])) == old
    assert find_client(lambda _: iter([plain, new])) == new
    monkeypatch.setenv("PATH", os.pathsep.join(str(tmp_path / name) for name in ("1", "2", "3")))
    (tmp_path / "1" / "again").symlink_to(plain)
    assert find_client() == old


def test_without_buildkit_it_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plain = program(tmp_path, 'if [ "$1" = buildx ]; then exit 1; else echo 28.2.2; fi')
    with pytest.raises(PreflightError, match="docker cannot use BuildKit: install docker's component buildx"):
        find_client(lambda _: iter([plain]))
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    with pytest.raises(PreflightError, match="no program 'docker'"):
        find_client()


def test_secrets_are_private_files_and_gone_afterwards(tmp_path: Path, told: Path):
    client = program(
        tmp_path,
        f'for word; do case "$word" in --iidfile=*) file="${{word#--iidfile=}}";; esac; done\n'
        f'cd "$(dirname "$file")"; pwd >{told}; cat pip.conf pip.pem >>{told}; stat -c %a . pip.conf pip.pem >>{told}\n'
        f'cat >>{told}; echo sha256:1 >"$file"',
    )
    with open(tmp_path / "context", "w+b") as context:
        context.write(b"CONTEXT")
        context.seek(0)
        assert build(client, Build("service", access=ACCESS), context, SilentReport()) == "sha256:1"
    folder, *lines = told.read_text().splitlines()
    assert lines[:2] == ["[global]", "index-url = https://ada:open-sesame@one.test"]
    assert lines[2:] == ["CERTIFICATE700", "600", "600", "CONTEXT"]
    assert not os.path.exists(folder)


def test_tests_that_fail_tell_what_pytest_printed(tmp_path: Path):
    step = "#5 [test 5/5] RUN python -m pytest -p no:cacheprovider test"
    lines = "echo '#5 1.2 FAILED test_a'; echo '#5 1.3 === 1 failed in 2s ==='; echo '#5 ERROR: exit code: 1'; exit 1"
    client = program(tmp_path, f"echo '{step}'; {lines}")
    error = failure(client, "test")
    assert isinstance(error, TestsFailed)
    assert str(error) == "the unit tests fail: 1 failed in 2s"
    assert error.output == "FAILED test_a\n=== 1 failed in 2s ==="
    assert error.exit_code == 3


def test_another_step_of_the_tests_that_fails_is_a_failed_build(tmp_path: Path):
    lines = "echo '#5 [test 1/4] RUN pip install pytest'; echo '#5 1.2 no such thing'; echo '#5 ERROR: 1'; exit 1"
    error = failure(program(tmp_path, lines), "test")
    assert type(error) is BuildFailed
    assert str(error) == (
        "the image cannot be built, the step [test 1/4] RUN pip install pytest failed:\n    no such thing"
    )


def test_secrets_do_not_show_in_what_a_failed_step_printed(tmp_path: Path):
    client = program(tmp_path, "echo '#5 [code 1/1] RUN x'; echo '#5 1.2 at open-sesame'; echo '#5 ERROR: 1'; exit 1")
    assert "at [REDACTED]" in str(failure(client, access=ACCESS))


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: Cannot connect to the Docker daemon at unix:///x.",
        "failed to dial gRPC: cannot connect to the Docker daemon. Is it running?: dial tcp: no such host",
        "error during connect: Post http://nowhere:1/v1.24/build: dial tcp: no such host",
    ],
)
def test_an_engine_that_does_not_answer_is_told_in_a_sentence(said: str, tmp_path: Path):
    error = failure(program(tmp_path, f"echo '{said}' >&2; exit 1"))
    assert error.exit_code == 2
    assert str(error).startswith("no docker engine answers")


def test_an_engine_that_refuses_this_user_names_the_group(tmp_path: Path):
    said = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock"
    error = failure(program(tmp_path, f"echo '{said}' >&2; exit 1"))
    assert error.exit_code == 2 and "group 'docker'" in str(error)


def test_unit_tests_that_are_killed_without_a_word_fail(tmp_path: Path):
    step = "#5 [test 3/3] RUN python -m pytest -p no:cacheprovider test"
    error = failure(program(tmp_path, f"echo '{step}'; echo '#5 ERROR: exit code: 137'; exit 1"), "test")
    assert isinstance(error, TestsFailed) and str(error) == "the unit tests fail: it printed nothing"


def test_a_build_that_does_not_end_is_stopped(tmp_path: Path, told: Path):
    client = program(tmp_path, f"echo $$ >{told}; exec sleep 600")
    with (
        open(os.devnull, "rb") as nothing,
        pytest.raises(StageFailed, match=r"did not end within 0\.5 seconds"),
    ):
        build(client, Build("service", seconds=0.5), nothing, SilentReport())
    assert not os.path.exists(f"/proc/{told.read_text().strip()}")


def test_an_image_of_tests_is_removed_by_its_mark(tmp_path: Path, told: Path):
    assert "--label=pymacaron.mark=m1" in build_command("docker", Build("test", mark="m1"), tmp_path).words
    discard(program(tmp_path, f'echo "$@" >>{told}; [ "$2" = ls ] && echo sha256:1'), "m1")
    listed, removed = told.read_text().splitlines()
    assert listed.endswith("--filter label=pymacaron.mark=m1") and removed == "image rm sha256:1"
