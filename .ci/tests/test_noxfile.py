"""The bootstrap of noxfile.py: which way it takes on which machine, and what it says where there is none."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

NOXFILE = Path(__file__).resolve().parents[2] / "noxfile.py"
DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'
UBUNTU = "ID=ubuntu\nID_LIKE=debian\n"


def load() -> ModuleType:
    specification = importlib.util.spec_from_file_location("noxfile_under_test", NOXFILE)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


noxfile = load()


class FakeMachine:
    """A machine told by what it has; it writes down every command and runs none."""

    def __init__(self, **facts: Any) -> None:
        self.environ = facts.get("environ", {})
        self.platform = facts.get("platform", "linux")
        self.python = facts.get("python", "/usr/bin/python3")
        self.version = facts.get("version", (3, 11, 2))
        self.programs = facts.get("programs", {})
        self.modules = facts.get("modules", ())
        self.distributions = facts.get("distributions", {})
        self.files = facts.get("files", {"/etc/os-release": DEBIAN})
        self.links = facts.get("links", {"/usr/bin/python3": "/usr/bin/python3.11"})
        self.globbed = facts.get("globbed", {})
        self.answers = facts.get("answers", [])
        self.commands: list[list[str]] = []
        self.kept_open = -1

    def which(self, name: str) -> str | None:
        return self.programs.get(name)

    def glob(self, pattern: str) -> list[str]:
        return self.globbed.get(pattern, [])

    def read(self, path: str) -> str:
        if path in self.files or not Path(path).is_file():
            return self.files.get(path, "")
        return Path(path).read_text()

    def realpath(self, path: str) -> str:
        return self.links.get(path, path)

    def importable(self, module: str) -> bool:
        return module in self.modules

    def distribution(self, name: str) -> str:
        return self.distributions.get(name, "")

    def run(self, command: list[str]) -> tuple[int, str]:
        """Answer as the first fitting entry of `answers` says: (a part of the command, exit code, output)."""
        self.commands.append(command)
        line = " ".join(command)
        if ("venv" in command) and not self.fails(line):
            Path(command[-1]).mkdir(parents=True)
        for part, code, output in self.answers:
            if part in line:
                return code, output
        return 0, ""

    def fails(self, line: str) -> bool:
        return any(part in line and code for part, code, _ in self.answers)


def made(machine: FakeMachine, tmp_path: Path) -> list[str]:
    """Make the environment; hand back the commands that did it."""
    noxfile.make_environment(machine, str(tmp_path / "bootstrap"))
    return [" ".join(command).replace(str(tmp_path), "") for command in machine.commands]


def refused(machine: FakeMachine, tmp_path: Path) -> str:
    with pytest.raises(noxfile.Refused) as refusal:
        noxfile.make_environment(machine, str(tmp_path / "bootstrap"))
    assert not (tmp_path / "bootstrap").exists()
    return str(refusal.value)


# Reading on an old Python.


def test_the_file_parses_on_python_3_6() -> None:
    ast.parse(NOXFILE.read_text(), feature_version=(3, 6))


def test_nothing_newer_than_python_3_6_is_imported_before_the_version_is_looked_at() -> None:
    before = NOXFILE.read_text().split("\ntry:\n    refuse_windows")[0]
    imports = [node for node in ast.walk(ast.parse(before)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {alias.name for node in imports for alias in node.names} == {
        "glob",
        "os",
        "re",
        "shutil",
        "subprocess",
        "sys",
    }


def test_the_python_needed_is_the_highest_floor_of_the_packages() -> None:
    pattern = os.path.join(noxfile.HERE, "packages", "*", "pyproject.toml")
    files = {"a": '[project]\nrequires-python = ">=3.10"\n', "b": 'requires-python = ">=3.12,<4"\n', "c": ""}
    assert noxfile.python_needed(FakeMachine(globbed={pattern: ["a", "b", "c"]}, files=files)) == (3, 12)


def test_an_old_python_is_told_the_newer_one_on_path() -> None:
    machine = FakeMachine(
        version=(3, 6, 15), programs={"python3.12": "/usr/bin/python3.12"}, answers=[("3.12", 0, "True")]
    )
    with pytest.raises(
        noxfile.Refused, match=r"Python 3\.10 or newer.*is 3\.6\.15.*run: /usr/bin/python3\.12 .* -s example"
    ):
        noxfile.refuse_old_python(machine, ["-s", "example"])


def test_an_old_python_is_told_the_newer_one_of_pyenv() -> None:
    found = {"~/.pyenv/versions/3.13.*/bin/python3.13": ["/home/a b/.pyenv/versions/3.13.0/bin/python3.13"]}
    machine = FakeMachine(version=(3, 8, 1), globbed=found, answers=[("3.13", 0, "True\n")])
    with pytest.raises(noxfile.Refused, match=r"run: '/home/a b/\.pyenv/versions/3\.13\.0/bin/python3\.13'"):
        noxfile.refuse_old_python(machine, [])


def test_a_newer_python_that_does_not_start_is_not_proposed() -> None:
    machine = FakeMachine(version=(3, 9, 1), programs={"python3.12": "/x/python3.12"}, answers=[("3.12", 127, "")])
    with pytest.raises(noxfile.Refused, match=r"no newer one was found here: install one \(apt install python3"):
        noxfile.refuse_old_python(machine, [])


def test_the_shim_of_a_version_manager_is_no_python() -> None:
    assert noxfile.python_places(FakeMachine(programs={"python3.12": "/home/me/.pyenv/shims/python3.12"}), 12) == []


def test_an_old_python_beside_uv_is_told_to_let_uv_bring_one() -> None:
    with pytest.raises(noxfile.Refused, match=r"run: uv run --no-project --python '>=3\.10' python"):
        noxfile.refuse_old_python(FakeMachine(version=(3, 9, 6), programs={"uv": "/usr/bin/uv"}), [])


def test_an_old_python_of_macos_is_told_its_line() -> None:
    machine = FakeMachine(version=(3, 9, 6), platform="darwin", python="/usr/bin/python3", files={})
    with pytest.raises(noxfile.Refused, match="brew install python"):
        noxfile.refuse_old_python(machine, [])


def test_homebrew_and_framework_pythons_are_found_on_macos() -> None:
    brew, framework = "/opt/homebrew/opt/python@3.12/bin/python3.12", "/Library/Frameworks/P/3.12/bin/python3.12"
    globbed = {
        "/opt/homebrew/opt/python@3.12/bin/python3.12": [brew],
        "/Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12": [framework],
    }
    assert noxfile.python_places(FakeMachine(platform="darwin", globbed=globbed), 12) == [framework, brew]


def test_windows_is_sent_to_wsl() -> None:
    with pytest.raises(noxfile.Refused, match="WSL"):
        noxfile.refuse_windows(FakeMachine(platform="win32"))


# The ways to an environment, in their order.


def test_uv_comes_first(tmp_path: Path) -> None:
    machine = FakeMachine(programs={"uv": "/bin/uv"}, modules=("venv", "ensurepip", "pip"))
    assert made(machine, tmp_path) == [
        "/bin/uv venv --quiet --python /usr/bin/python3 /bootstrap",
        f"/bin/uv pip install --quiet --python /bootstrap/bin/python {noxfile.NOX}",
    ]
    assert (tmp_path / "bootstrap" / "complete").read_text() == noxfile.NOX


def test_the_uv_that_runs_this_file_is_taken(tmp_path: Path) -> None:
    assert made(FakeMachine(environ={"UV": "/opt/uv"}), tmp_path)[0].startswith("/opt/uv venv")


def test_venv_comes_second(tmp_path: Path) -> None:
    machine = FakeMachine(modules=("venv", "ensurepip", "pip"))
    assert made(machine, tmp_path) == [
        "/usr/bin/python3 -m venv /bootstrap",
        f"/bootstrap/bin/python -m pip install --quiet {noxfile.NOX}",
    ]


def test_an_importable_pip_fills_an_environment_without_pip(tmp_path: Path) -> None:
    machine = FakeMachine(modules=("venv", "pip"), answers=[("--version", 0, "pip 23.0.1 from /usr/lib (python 3.11)")])
    assert made(machine, tmp_path)[1:] == [
        "/usr/bin/python3 -m venv --without-pip /bootstrap",
        f"/usr/bin/python3 -m pip --python /bootstrap/bin/python install --quiet {noxfile.NOX}",
    ]


def test_a_pip_on_path_fills_an_environment_without_pip(tmp_path: Path) -> None:
    answers = [("--version", 0, "pip 24.2 from /usr/lib/pip (python 3.9)")]
    machine = FakeMachine(modules=("venv",), programs={"pip": "/bin/pip"}, answers=answers)
    assert made(machine, tmp_path)[-1] == f"/bin/pip --python /bootstrap/bin/python install --quiet {noxfile.NOX}"


def test_an_old_pip_of_the_same_python_installs_to_a_target(tmp_path: Path) -> None:
    answers = [("--version", 0, "pip 22.0.2 from /usr/lib/python3/dist-packages/pip (python 3.11)")]
    machine = FakeMachine(modules=("venv", "pip"), answers=answers)
    target = "/bootstrap/lib/python3.11/site-packages"
    assert made(machine, tmp_path)[-1] == f"/usr/bin/python3 -m pip install --quiet {noxfile.NOX} --target {target}"


def test_an_old_pip_of_another_python_is_of_no_use(tmp_path: Path) -> None:
    answers = [("--version", 0, "pip 20.3 from /usr/lib/python2.7/site-packages/pip (python 2.7)")]
    machine = FakeMachine(modules=("venv",), programs={"pip": "/bin/pip"}, answers=answers)
    assert "apt install python3-venv" in refused(machine, tmp_path)


def test_a_shim_that_answers_for_no_pip_is_passed_over(tmp_path: Path) -> None:
    answers = [("/shims/pip3", 127, "pip3: command not found"), ("/bin/pip --v", 0, "pip 24.0 from /x (python 3.11)")]
    machine = FakeMachine(modules=("venv",), programs={"pip3": "/shims/pip3", "pip": "/bin/pip"}, answers=answers)
    assert made(machine, tmp_path)[-1].startswith("/bin/pip --python")


def test_what_uv_cannot_do_is_tried_with_venv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine = FakeMachine(
        programs={"uv": "/bin/uv"},
        modules=("venv", "ensurepip"),
        answers=[("/bin/uv pip", 2, "error: no such index\n")],
    )
    assert made(machine, tmp_path)[-1].startswith("/bootstrap/bin/python -m pip install")
    assert "no such index" in capsys.readouterr().err


def test_a_venv_that_fails_leaves_the_next_way_open(tmp_path: Path) -> None:
    answers = [("-m venv /", 1, "ensurepip is not available"), ("--version", 0, "pip 23.0.1 from /x (python 3.11)")]
    machine = FakeMachine(modules=("venv", "ensurepip", "pip"), answers=answers)
    assert "--without-pip" in made(machine, tmp_path)[2]


def test_a_pip_that_cannot_download_is_not_tried_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [("-m pip install", 1, "ERROR: No matching distribution found for nox")]
    machine = FakeMachine(modules=("venv", "ensurepip", "pip"), answers=answers)
    sentence = refused(machine, tmp_path)
    assert len(machine.commands) == 2
    assert "could not be installed" in sentence
    assert "apt" not in sentence
    assert "No matching distribution" in capsys.readouterr().err


def test_no_command_installs_outside_of_the_environment(tmp_path: Path) -> None:
    answers = [("--version", 0, "pip 23.0.1 from /usr/lib (python 3.11)")]
    for number, facts in enumerate(
        ({"programs": {"uv": "/bin/uv"}}, {"modules": ("venv", "ensurepip")}, {"modules": ("venv", "pip")})
    ):
        folder = tmp_path / str(number)
        for command in made(FakeMachine(answers=answers, **facts), folder):
            assert "--user" not in command
            assert "--break-system-packages" not in command
            assert "install" not in command or "/bootstrap/" in command


# The sentence where there is no way.


@pytest.mark.parametrize(
    ("release", "line"),
    [
        (DEBIAN, "apt install python3-venv"),
        (UBUNTU, "apt install python3-venv"),
        ("ID=linuxmint\nID_LIKE='ubuntu debian'\n".replace("'", '"'), "apt install python3-venv"),
        ("ID=fedora\n", "dnf install python3-pip"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "dnf install python3-pip"),
        ("ID=arch\n", "pacman -S python-pip"),
        ("ID=alpine\n", "apk add py3-pip"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "zypper install python3-pip"),
    ],
)
def test_the_sentence_has_the_line_of_this_system(release: str, line: str, tmp_path: Path) -> None:
    sentence = refused(FakeMachine(files={"/etc/os-release": release}), tmp_path)
    assert sentence.count("\n") == 0
    assert "Python 3.11.2 (/usr/bin/python3)" in sentence
    assert f"run `{line}`" in sentence


@pytest.mark.parametrize("release", ["ID=unheard-of\n", ""])
def test_the_sentence_of_an_unknown_system_names_the_tools(release: str, tmp_path: Path) -> None:
    assert "on PATH: install pip or uv, then" in refused(FakeMachine(files={"/etc/os-release": release}), tmp_path)


def test_the_sentence_has_the_line_of_macos(tmp_path: Path) -> None:
    assert "`brew install python`" in refused(FakeMachine(platform="darwin", files={}), tmp_path)


def test_a_python_that_is_not_the_systems_own_needs_its_own_package(tmp_path: Path) -> None:
    machine = FakeMachine(version=(3, 12, 1), links={"/usr/bin/python3": "/usr/bin/python3.10"})
    assert "apt install python3.12-venv" in refused(machine, tmp_path)


# Using an environment again.


def test_a_complete_environment_is_used_again(tmp_path: Path) -> None:
    noxfile.environment(FakeMachine(modules=("venv", "ensurepip")), str(tmp_path))
    second = FakeMachine(modules=("venv", "ensurepip"))
    assert noxfile.environment(second, str(tmp_path)) == str(tmp_path / "bootstrap-3.11" / "bin" / "python")
    assert [command[1:3] for command in second.commands] == [["-I", "-c"]]


def test_an_environment_without_its_stamp_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "bootstrap-3.11"
    (half / "left over").mkdir(parents=True)
    noxfile.environment(FakeMachine(modules=("venv", "ensurepip")), str(tmp_path))
    assert not (half / "left over").exists()
    assert (half / "complete").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path) -> None:
    noxfile.environment(FakeMachine(modules=("venv", "ensurepip")), str(tmp_path))
    gone = FakeMachine(modules=("venv", "ensurepip"), answers=[("-I -c", 127, "No such file or directory")])
    noxfile.environment(gone, str(tmp_path))
    assert [command[1:3] for command in gone.commands][1] == ["-m", "venv"]


def test_an_environment_for_an_older_nox_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "bootstrap-3.11"
    folder.mkdir()
    (folder / "complete").write_text("nox>=2020.1")
    assert not noxfile.is_complete(FakeMachine(), str(folder))


def test_an_interrupted_making_leaves_no_stamp(tmp_path: Path) -> None:
    class Interrupted(FakeMachine):
        def run(self, command: list[str]) -> tuple[int, str]:
            if "pip" in command:
                raise KeyboardInterrupt
            return super().run(command)

    with pytest.raises(KeyboardInterrupt):
        noxfile.environment(Interrupted(modules=("venv", "ensurepip")), str(tmp_path))
    assert (tmp_path / "bootstrap-3.11").exists()
    assert not (tmp_path / "bootstrap-3.11" / "complete").exists()


def test_each_python_has_its_own_environment(tmp_path: Path) -> None:
    pythons = [
        noxfile.environment(FakeMachine(modules=("venv", "ensurepip"), version=version), str(tmp_path))
        for version in ((3, 11, 2), (3, 12, 0))
    ]
    assert len(set(pythons)) == 2


def test_runs_at_the_same_time_have_their_own_folders(tmp_path: Path) -> None:
    first, first_lock = noxfile.own_envdir(str(tmp_path))
    second, second_lock = noxfile.own_envdir(str(tmp_path))
    first_lock.close()
    third, third_lock = noxfile.own_envdir(str(tmp_path))
    assert (first, second, third) == (str(tmp_path), str(tmp_path / "run-2"), str(tmp_path))
    second_lock.close()
    third_lock.close()


def test_what_points_at_another_python_is_taken_out_of_the_environment() -> None:
    environ = dict.fromkeys(noxfile.UNWANTED, "/x") | {"PIP_USER": "1", "PIP_INDEX_URL": "kept"}
    assert "PYTHONDONTWRITEBYTECODE" in environ
    noxfile.clean(environ)
    assert environ == {**noxfile.WANTED, "PIP_INDEX_URL": "kept"}
    assert environ["PIP_USER"] == environ["PIP_REQUIRE_VIRTUALENV"] == "0"


# Nox that is there already.


@pytest.mark.parametrize(
    ("distributions", "modules", "good"),
    [
        ({"nox": "2026.10.20"}, ("virtualenv",), True),
        ({"nox": noxfile.dotted(noxfile.NOX_FLOOR)}, ("virtualenv",), True),
        ({"nox": "2022.11.21"}, ("virtualenv",), False),
        ({"nox": "2026.10.20"}, (), False),
        ({}, ("virtualenv",), False),
    ],
)
def test_an_importable_nox_is_used_when_it_is_new_enough(
    distributions: dict[str, str], modules: tuple[str, ...], good: bool
) -> None:
    assert noxfile.has_nox(FakeMachine(distributions=distributions, modules=modules)) is good


def test_an_environment_without_nox_does_not_start_itself_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(noxfile.INSIDE, "1")
    with pytest.raises(noxfile.Refused, match="remove that folder"):
        noxfile.bootstrap(FakeMachine(), [])


def test_a_checkout_that_cannot_be_written_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(machine: FakeMachine, base: str) -> str:
        raise PermissionError(13, "Permission denied", base)

    monkeypatch.setattr(noxfile, "environment", refuse)
    with pytest.raises(noxfile.Refused, match=r"cannot make an environment in this checkout: .*Permission denied"):
        noxfile.bootstrap(FakeMachine(), [])


def test_a_command_that_is_not_there_is_an_exit_code() -> None:
    assert noxfile.Machine().run(["/no/such/program"])[0] == 127


def test_a_command_sees_the_cleaned_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_USER", "1")
    code, output = noxfile.Machine().run([sys.executable, "-c", "import os; print(os.environ['PIP_USER'])"])
    assert (code, output.strip()) == (0, "0")


# The sessions.


def test_the_menu_has_a_line_for_each_session() -> None:
    command = [sys.executable, "-m", "nox", "-f", str(NOXFILE), "-l"]
    menu = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in menu.splitlines() if line.startswith(("* ", "- "))]
    assert all(" -> " in line for line in lines)
    wanted = {"bootstrap", "build(pymacaron-core)", "example", "lint", "tests(pymacaron-core)", "types"}
    assert wanted <= {line.split()[1] for line in lines}
    chosen = {line.split()[1] for line in lines if line.startswith("* ")}
    code = f"import runpy; print(*runpy.run_path({str(NOXFILE)!r})['nox'].options.sessions)"
    default = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    groups = {name.partition("(")[0] for name in chosen}
    assert all(name in chosen or name in groups for name in default.split())
    assert groups == {name.partition("(")[0] for name in default.split()}
    assert {name for name in chosen if name.startswith("tests(")} == {
        f"tests({p.name})" for p in noxfile.read_packages()
    }


def test_a_skip_names_its_engine_and_an_expected_failure_is_none(tmp_path: Path) -> None:
    report = tmp_path / "tests.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase name="a"/><testcase name="b"><failure/></testcase><testcase name="c"><error/></testcase>'
        '<testcase name="d"><skipped type="pytest.skip" message="Redis: not on PATH"/></testcase>'
        '<testcase name="e"><skipped type="pytest.xfail" message="known"/></testcase>'
        "</testsuite></testsuites>"
    )
    result = noxfile.read_report("tests", report)
    assert (result.passed, result.failed, result.reasons) == (2, 2, ["Redis: not on PATH"])
    assert noxfile.engine_of(result.reasons[0]) in noxfile.ENGINES
    assert noxfile.engine_of("no time today") not in noxfile.ENGINES


def test_a_run_without_a_report_is_a_failure(tmp_path: Path) -> None:
    assert noxfile.read_report("tests", tmp_path / "tests.xml").failed == 1


@pytest.mark.parametrize(
    ("requirement", "constraint"),
    [
        ("flask>=3.0", "flask==3.0"),
        ("celery[redis]>=5.4,<6", "celery==5.4"),
        ("pymacaron-core>=3.0,<4", ""),
        ("anything", ""),
        ("pywin>=1; sys_platform == 'win32'", ""),
    ],
)
def test_the_lowest_version_of_a_requirement_becomes_a_constraint(requirement: str, constraint: str) -> None:
    assert noxfile.floor_of(noxfile.Requirement(requirement)) == constraint
