from __future__ import annotations

import pytest
from pymacaron_deploy.errors import PreflightError
from pymacaron_deploy.image.dockerfile import Recipe, recipe_of, requirement_files, write_dockerfile

FILES = {"requirements.txt": b"shop\n", "shop/api.py": b""}


def text_of(**files: bytes) -> str:
    return write_dockerfile(recipe_of({**FILES, **files}, name="shop", base="python:3.13-slim"))


def stage(text: str, name: str) -> str:
    return text.partition(f"AS {name}\n")[2].partition("\nFROM ")[0]


def test_requirements_are_installed_before_the_code_is_copied():
    dependencies = stage(text_of(), "dependencies")
    assert 'COPY ["requirements.txt", "requirements.txt"]' in dependencies
    assert dependencies.count("COPY") == 1
    assert dependencies.index("COPY") < dependencies.index("pip install -r requirements.txt\n")


def test_the_service_runs_as_a_user_without_a_name_of_power():
    lines = stage(text_of(), "service").splitlines()
    assert lines[-3:] == ["USER 10001:10001", "ENTRYPOINT []", 'CMD ["pymacaron", "serve", "--host", "0.0.0.0"]']
    assert "ENV PORT=8080" in lines and "EXPOSE 8080" in lines


def test_the_service_is_the_last_stage_and_takes_the_code_alone():
    text = text_of(**{"test/test_shop.py": b""})
    assert [line.split()[-1] for line in text.splitlines() if line.startswith("FROM")] == [
        "dependencies",
        "test",
        "code",
        "service",
    ]
    assert [line for line in stage(text, "service").splitlines() if line.startswith("COPY")] == [
        "COPY --from=code /code /pym"
    ]
    removed = stage(text, "code").rpartition("rm -rf ")[2].split()
    assert {".env", ".git", "Dockerfile", "requirements-test.txt", "test", "testaccept"} <= set(removed)


def test_a_project_without_tests_has_no_stage_for_them():
    assert " AS test\n" not in text_of()


def test_tests_bring_pytest_and_their_own_requirements():
    assert "pip install pytest\n" in stage(text_of(**{"test/test_shop.py": b""}), "test")
    text = stage(text_of(**{"test/test_shop.py": b"", "requirements-test.txt": b"x"}), "test")
    assert "COPY requirements-test.txt requirements-test.txt\n" in text
    assert "pip install pytest -r requirements-test.txt\n" in text
    assert "USER 10001:10001\nRUN pymacaron generate\nRUN python -m pytest" in text


def test_what_the_service_adds_runs_as_root_with_pip_at_hand():
    text = text_of(**{"Dockerfile.extra": b"RUN apt-get install -y tree\nUSER nobody\nWORKDIR /tmp\n"})
    before, _, after = text.partition("RUN apt-get install -y tree")
    assert "USER root" in before and "PATH=/pym/virtenv/bin:$PATH" in before and "python3 -m venv" in before
    assert after.startswith("\nUSER nobody\nWORKDIR /tmp\nUSER root\nWORKDIR /pym\n")


def test_wheels_are_mounted_and_never_copied():
    recipe = Recipe(name="shop", base="debian", wheels="dist", tests=True)
    text = write_dockerfile(recipe)
    assert text.count("--mount=type=bind,source=dist,target=/wheels") == 2
    assert text.count("pip install --find-links /wheels ") == 2
    assert "dist" in stage(text, "code").rpartition("rm -rf ")[2].split()


def test_settings_of_pip_are_secrets_of_each_step_that_runs_it():
    text = text_of(**{"test/test_shop.py": b""})
    for step in text.split("\nRUN ")[1:]:
        command = step.partition("\n\n")[0]
        assert ("pip install" in command) == ("--mount=type=secret,id=pip.conf" in command)


def test_the_command_can_be_another():
    recipe = recipe_of(FILES, name='a "b"', base="debian", command=("gunicorn", "server:app"))
    text = write_dockerfile(recipe)
    assert text.endswith('CMD ["gunicorn", "server:app"]\n')
    assert r'org.opencontainers.image.title="a \"b\""' in text


def test_requirements_that_name_files_bring_them():
    files = {
        "requirements.txt": "-r base.txt\n-cpinned.txt\n--constraint=https://example.com/c.txt\n# -r not.txt\n",
        "base.txt": "  --requirement more/all.txt\n-r requirements.txt\n-r gone.txt",
        "more/all.txt": "-r deep.txt\nshop -r",
        "more/deep.txt": "",
        "pinned.txt": "",
    }
    assert requirement_files(files.get) == (
        "requirements.txt",
        "base.txt",
        "pinned.txt",
        "more/all.txt",
        "more/deep.txt",
    )


def test_without_requirements_it_is_told_what_to_write():
    with pytest.raises(PreflightError, match=r"no requirements\.txt .* pymacaron-core\[server\]"):
        recipe_of({"shop/api.py": b""}, name="shop", base="debian")
