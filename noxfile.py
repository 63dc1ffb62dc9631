"""PyMacaron's sessions: `python3 noxfile.py -l` lists them, `python3 noxfile.py` runs the tests.

Nothing has to be installed first. The upper half needs the standard library only and finds or makes an environment
that holds nox, in `.nox/` of this checkout; it parses on Python 3.6, so that an old Python is told what to run instead.
The lower half, below the `__main__` line, is an ordinary noxfile.
"""

import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NOX_FLOOR = (2025, 11, 12)
NOX = "nox>=" + ".".join(map(str, NOX_FLOOR))

# What an activated environment or a user's settings say about *their* Python must not steer ours. (Without bytecode on
# disk each of some thousand starts compiles every library anew, which is half of the tests' time.)
UNWANTED = (
    *("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "__PYVENV_LAUNCHER__"),
    *("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "CONDA_PREFIX"),
    *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_DRY_RUN", "PIP_BREAK_SYSTEM_PACKAGES"),
    *("UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_BREAK_SYSTEM_PACKAGES", "UV_PROJECT_ENVIRONMENT"),
)
WANTED = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONNOUSERSITE": "1"}


class Refused(Exception):
    """Nothing can be run here; the message is the one sentence that says why and what to do."""


class Unfit(Exception):
    """One way to an environment is closed on this machine; the message says why."""


class Failed(Unfit):
    """The tools of this way are there, and did not succeed: more tools of the same kind would not help."""


def say(message: str) -> None:
    """Tell the user one step, on standard error: standard output belongs to nox."""
    sys.stderr.write("noxfile: " + message + "\n")
    sys.stderr.flush()


def dotted(version: "tuple[int, ...]") -> str:
    return ".".join(map(str, version))


def numbers(text: str) -> "tuple[int, ...]":
    """The numbers a version starts with: `2025.11.12` is (2025, 11, 12)."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def clean(environ: "MutableMapping[str, str]") -> None:
    """Take out of an environment, in place, what would lead Python, pip or uv elsewhere."""
    for name in UNWANTED:
        environ.pop(name, None)
    environ.update(WANTED)


class Machine:
    """All that the bootstrap asks of the machine it runs on; the tests hand in another."""

    def __init__(self) -> None:
        self.environ = dict(os.environ)
        self.platform = sys.platform
        self.python = sys.executable
        self.version = tuple(sys.version_info[:3])
        self.kept_open = -1

    def which(self, name: str) -> "str | None":
        return shutil.which(name, path=self.environ.get("PATH"))

    def glob(self, pattern: str) -> "list[str]":
        return sorted(glob.glob(os.path.expanduser(pattern)))

    def read(self, path: str) -> str:
        try:
            with open(path, encoding="utf-8") as file:
                return file.read()
        except OSError:
            return ""

    def realpath(self, path: str) -> str:
        return os.path.realpath(path)

    def importable(self, module: str) -> bool:
        return importlib.util.find_spec(module) is not None

    def distribution(self, name: str) -> str:
        """The version of an installed distribution, or an empty text."""
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return ""

    def run(self, command: "list[str]") -> "tuple[int, str]":
        """Run a command to its end: exit code, and all that it printed."""
        environ = dict(self.environ)
        clean(environ)
        try:
            # An orphan of a killed run keeps `kept_open`, the lock: nobody rebuilds what it is still writing.
            done = subprocess.run(
                command,
                cwd=HERE,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                universal_newlines=True,
                pass_fds=[number for number in (self.kept_open,) if number >= 0],
            )
        except OSError as error:
            return 127, str(error)
        return done.returncode, done.stdout


def python_needed(machine: Machine) -> "tuple[int, ...]":
    """The oldest Python all packages run on, as their metadata says."""
    texts = [machine.read(path) for path in machine.glob(os.path.join(HERE, "packages", "*", "pyproject.toml"))]
    floors = [re.search(r'(?m)^requires-python *= *"[^"]*>= *(\d+\.\d+)', text) for text in texts]
    return max([numbers(floor.group(1)) for floor in floors if floor] or [(3, 10)])


def python_places(machine: Machine, minor: int) -> "list[str]":
    """Where a Python 3.`minor` may be: on PATH, and with the managers that keep theirs elsewhere."""
    name = f"python3.{minor}"
    on_path = machine.which(name)
    # The shims of a version manager are on PATH for Pythons that are not switched on.
    places = [on_path] if on_path and "shims" not in on_path.split(os.sep) else []
    pyenv = machine.environ.get("PYENV_ROOT") or "~/.pyenv"
    patterns = [
        os.path.join(pyenv, "versions", f"3.{minor}.*"),
        f"~/.local/share/uv/python/cpython-3.{minor}.*",
        f"~/.local/share/mise/installs/python/3.{minor}.*",
        f"~/.asdf/installs/python/3.{minor}.*",
        f"/Library/Frameworks/Python.framework/Versions/3.{minor}",
        f"/opt/homebrew/opt/python@3.{minor}",
        f"/usr/local/opt/python@3.{minor}",
    ]
    for pattern in patterns:
        places.extend(reversed(machine.glob(os.path.join(pattern, "bin", name))))
    return places


def find_python(machine: Machine, minor: int) -> "str | None":
    """A Python 3.`minor` that starts, or None."""
    for place in python_places(machine, minor):
        code, output = machine.run([place, "-c", f"import sys; print(sys.version_info[:2] == (3, {minor}))"])
        if code == 0 and output.strip() == "True":
            return place
    return None


def refuse_old_python(machine: Machine, arguments: "list[str]") -> None:
    """Say which Python is needed, which this is, and the command that works, when this one is too old."""
    needed = python_needed(machine)
    if machine.version >= needed:
        return
    sentence = f"Python {dotted(needed)} or newer is needed and this is {dotted(machine.version)} ({machine.python})"
    found = [find_python(machine, minor) for minor in range(needed[1] + 15, needed[1] - 1, -1)]
    command = [python for python in found if python][:1]
    if not command and machine.which("uv"):
        command = ["uv", "run", "--no-project", "--python", ">=" + dotted(needed), "python"]
    if not command:
        raise Refused(sentence + "; no newer one was found here: install one (" + python_line(machine) + ")")
    raise Refused(sentence + "; run: " + quoted([*command, sys.argv[0] or "noxfile.py", *arguments]))


def quoted(command: "list[str]") -> str:
    return " ".join(word if re.match(r"^[\w@%+=:,./-]+$", word) else f"'{word}'" for word in command)


def systems(machine: Machine) -> "list[str]":
    """The names a Linux system goes by, its own first: `ubuntu`, then `debian`."""
    release = dict(re.findall(r'(?m)^(ID|ID_LIKE)="?([^"\n]*)"?', machine.read("/etc/os-release")))
    return f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()


def python_line(machine: Machine) -> str:
    """How this system gets a newer Python."""
    if machine.platform == "darwin":
        return "brew install python"
    lines = {
        "debian": "apt install python3",
        "fedora": "dnf install python3",
        "arch": "pacman -S python",
        "alpine": "apk add python3",
        "suse": "zypper install python3",
    }
    return ([lines[name] for name in systems(machine) if name in lines] or ["see https://www.python.org/downloads/"])[0]


def venv_line(machine: Machine) -> str:
    """How this system gets what a Python without venv, pip and uv lacks; an empty text where that is not known."""
    if machine.platform == "darwin":
        return "brew install python"
    ours = "python" + dotted(machine.version[:2])
    standard = os.path.basename(machine.realpath("/usr/bin/python3"))
    debian = ours if standard.startswith("python3.") and standard != ours else "python3"
    lines = {
        "debian": f"apt install {debian}-venv",
        "fedora": "dnf install python3-pip",
        "arch": "pacman -S python-pip",
        "alpine": "apk add py3-pip",
        "suse": "zypper install python3-pip",
    }
    return ([lines[name] for name in systems(machine) if name in lines] or [""])[0]


def stop(code: int, message: str) -> "NoReturn":
    say(message)
    sys.exit(code)


def refuse_windows(machine: Machine) -> None:
    if machine.platform == "win32":
        raise Refused("Linux or macOS is needed: on Windows, run the same command in WSL")


try:
    refuse_windows(Machine())
    refuse_old_python(Machine(), sys.argv[1:] if __name__ == "__main__" else [])
except Refused as refused:
    stop(2, str(refused))

# From here on the Python is new enough: the rest may say what it takes and gives back.

import atexit  # noqa: E402
import contextlib  # noqa: E402
import fcntl  # noqa: E402
import importlib.metadata  # noqa: E402
import importlib.util  # noqa: E402
import itertools  # noqa: E402
import signal  # noqa: E402
import tempfile  # noqa: E402
import xml.etree.ElementTree  # noqa: E402
import zipfile  # noqa: E402
from collections.abc import Callable, Iterator, MutableMapping  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import IO, Any, NamedTuple, NoReturn  # noqa: E402

INSIDE = "PYMACARON_NOXFILE_ENVIRONMENT"  # set for the second start, in the environment made by the first


def tail(output: str) -> str:
    """The last words of a command that failed, on one line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return "; ".join(lines[-3:]) or "no output"


def python_of(folder: str) -> str:
    return os.path.join(folder, "bin", "python")


def make_with_uv(machine: Machine, folder: str) -> None:
    uv = machine.environ.get("UV") or machine.which("uv")
    if not uv:
        raise Unfit("uv is not on PATH")
    say(f"making {os.path.relpath(folder, HERE)} with uv")
    code, output = machine.run([uv, "venv", "--quiet", "--python", machine.python, folder])
    if code == 0:
        code, output = machine.run([uv, "pip", "install", "--quiet", "--python", python_of(folder), NOX])
    if code:
        raise Failed("uv: " + tail(output))


def make_with_venv(machine: Machine, folder: str) -> None:
    if not (machine.importable("venv") and machine.importable("ensurepip")):
        raise Unfit("this Python has no venv with pip")
    say(f"making {os.path.relpath(folder, HERE)} with python -m venv")
    code, output = machine.run([machine.python, "-m", "venv", folder])
    if code:
        raise Unfit("python -m venv: " + tail(output))
    code, output = machine.run([python_of(folder), "-m", "pip", "install", "--quiet", NOX])
    if code:
        raise Failed("pip: " + tail(output))


def make_with_other_pip(machine: Machine, folder: str) -> None:
    """An environment without pip, filled from outside; nothing is installed anywhere else."""
    if not machine.importable("venv"):
        raise Unfit("this Python has no venv")
    pip, version, minor = other_pip(machine)
    say(f"making {os.path.relpath(folder, HERE)} with venv --without-pip, filled by pip {dotted(version)}")
    code, output = machine.run([machine.python, "-m", "venv", "--without-pip", folder])
    if code:
        raise Unfit("python -m venv --without-pip: " + tail(output))
    install = ["install", "--quiet", NOX]
    if version >= (22, 3):
        code, output = machine.run([*pip, "--python", python_of(folder), *install])
    elif minor == machine.version[:2]:
        target = os.path.join(folder, "lib", "python" + dotted(minor), "site-packages")
        code, output = machine.run([*pip, *install, "--target", target])
    else:
        raise Unfit(f"pip {dotted(version)} can only install for its own Python")
    if code:
        raise Failed("pip: " + tail(output))


def other_pip(machine: Machine) -> tuple[list[str], tuple[int, ...], tuple[int, ...]]:
    """A pip that is importable or on PATH: its command, its version, the Python it belongs to."""
    commands = [[machine.python, "-m", "pip"]] if machine.importable("pip") else []
    commands += [[found] for found in (machine.which("pip3"), machine.which("pip")) if found]
    for command in commands:
        code, output = machine.run([*command, "--version"])
        told = re.match(r"pip (\S+) from .*\(python (\S+)\)", output)
        if code == 0 and told:
            return command, numbers(told.group(1)), numbers(told.group(2))
    raise Unfit("no pip is importable or on PATH")


WAYS: tuple[Callable[[Machine, str], None], ...] = (make_with_uv, make_with_venv, make_with_other_pip)


def make_environment(machine: Machine, folder: str) -> None:
    """Make the environment in the first way that works; the stamp, written last, tells a whole one from a half."""
    failures: list[str] = []
    for way in WAYS:
        if any(failure.startswith("pip:") for failure in failures):
            break
        shutil.rmtree(folder, ignore_errors=True)
        try:
            way(machine, folder)
        except Failed as failed:
            failures.append(str(failed))
            say(f"that failed ({failed})")
        except Unfit:
            continue
        else:
            Path(folder, "complete").write_text(NOX, encoding="utf-8")
            return
    shutil.rmtree(folder, ignore_errors=True)
    raise Refused(no_way(machine, failures))


def no_way(machine: Machine, failures: list[str]) -> str:
    if failures:
        return f"{NOX} could not be installed: see above, then run the same command again"
    here = f"Python {dotted(machine.version)} ({machine.python}) has no venv and no pip, and uv is not on PATH"
    line = venv_line(machine)
    return f"{here}: {f'run `{line}`' if line else 'install pip or uv'}, then the same command again"


def is_complete(machine: Machine, folder: str) -> bool:
    """Whether an earlier run finished this environment, for this nox, and its Python still starts."""
    if machine.read(os.path.join(folder, "complete")) != NOX:
        return False
    code, _ = machine.run([python_of(folder), "-I", "-c", "import nox, virtualenv"])
    return code == 0


def environment(machine: Machine, base: str) -> str:
    """The Python of the environment that holds nox, one for each Python this file is run with; made when needed."""
    folder = os.path.join(base, "bootstrap-" + dotted(machine.version[:2]))
    with locked(os.path.join(base, "bootstrap.lock")) as lock:
        machine.kept_open = lock.fileno()
        if is_complete(machine, folder):
            say(f"using {os.path.relpath(folder, HERE)}")
        else:
            if os.path.lexists(folder):
                say(f"removing {os.path.relpath(folder, HERE)}, which is incomplete or out of date")
            make_environment(machine, folder)
    return python_of(folder)


@contextlib.contextmanager
def locked(path: str) -> Iterator[IO[str]]:
    """Hold a lock file; wait, and say so, while another run holds it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as lock:
        if not try_lock(lock):
            say("waiting for another run to finish making the environment")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def own_envdir(base: str) -> tuple[str, IO[str]]:
    """The folder for the sessions' environments: runs at the same time each have their own."""
    os.makedirs(base, exist_ok=True)
    number = 1
    while True:
        lock = open(os.path.join(base, f"run-{number}.lock"), "w", encoding="utf-8")  # noqa: SIM115
        if try_lock(lock):
            break
        lock.close()
        number += 1
    if number == 1:
        return base, lock
    say(f"another run is at work; this one keeps its environments in .nox/run-{number}")
    return os.path.join(base, f"run-{number}"), lock


def has_nox(machine: Machine) -> bool:
    return numbers(machine.distribution("nox")) >= NOX_FLOOR and machine.importable("virtualenv")


def run_nox(arguments: list[str]) -> NoReturn:
    """Run nox in this process; it reads this same file as its noxfile, and ends the process."""
    from nox.__main__ import main as nox_main

    envdir, lock = own_envdir(os.path.join(HERE, ".nox"))
    sys.argv[1:] = ["-f", os.path.abspath(__file__), "--envdir", envdir, *arguments]
    with lock:
        nox_main()
    sys.exit(0)


def bootstrap(machine: Machine, arguments: list[str]) -> NoReturn:
    """Run nox where it is importable, else in an environment of this checkout."""
    if has_nox(machine):
        if not os.environ.pop(INSIDE, ""):
            say("using nox {} of {}".format(machine.distribution("nox"), machine.python))
        run_nox(arguments)
    if os.environ.pop(INSIDE, ""):
        raise Refused(f"nox is not importable in {sys.prefix}: remove that folder and run the same command again")
    try:
        python = environment(machine, os.path.join(HERE, ".nox"))
    except OSError as error:
        raise Refused(f"cannot make an environment in this checkout: {error}") from error
    command = [python, os.path.abspath(__file__), *arguments]
    environ = dict(machine.environ, **{INSIDE: "1"})
    clean(environ)
    os.execve(python, command, environ)


def main() -> NoReturn:
    try:
        bootstrap(Machine(), sys.argv[1:])
    except Refused as refused:
        stop(2, str(refused))
    except KeyboardInterrupt:
        stop(130, "interrupted; the same command starts over")


if __name__ == "__main__":
    main()

# The sessions, for nox, which imports this file: as a script it has ended in the line above.

import nox  # noqa: E402
import nox.command  # noqa: E402
import nox.project  # noqa: E402
from packaging.requirements import Requirement  # noqa: E402

clean(os.environ)

ROOT = Path(HERE)
CORE = "pymacaron-core"
RUFF = "ruff==0.17.6"
MYPY = "mypy==2.4.1"
COVERAGE = "coverage>=7.10"
RUNNING = dotted(sys.version_info[:2])
REFUSE_SKIPS = os.environ.get("PYMACARON_CI", "") not in ("", "0")

# The only engines a test may be skipped for; its reason starts with the name: `pytest.skip("redis: not on PATH")`.
ENGINES = {
    "docker": ("docker",),
    "redis": ("redis-server", "valkey-server"),
    "rabbitmq": ("rabbitmq-server",),
    "chromium": ("chromium", "chromium-browser", "google-chrome", "chrome"),
    "node": ("node", "nodejs"),
}


class Package(NamedTuple):
    """A folder of `packages/`, as its pyproject.toml tells it."""

    folder: Path
    metadata: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.metadata["project"]["name"])

    @property
    def module(self) -> str:
        return self.name.replace("-", "_")

    @property
    def extras(self) -> list[str]:
        return sorted(self.metadata["project"].get("optional-dependencies", {}))

    @property
    def pythons(self) -> list[str]:
        return nox.project.python_versions(self.metadata)

    @property
    def requirements(self) -> list[Requirement]:
        """What it needs at run time, extras included."""
        project = self.metadata["project"]
        lists = [project.get("dependencies", []), *project.get("optional-dependencies", {}).values()]
        return [Requirement(text) for texts in lists for text in texts]

    @property
    def siblings(self) -> list["Package"]:
        """The packages of this repository that it requires, theirs included."""
        names = {requirement.name for requirement in self.requirements}
        direct = [package for package in PACKAGES if package.name in names]
        further = [sibling for package in direct for sibling in package.siblings]
        return list({package.name: package for package in [*direct, *further]}.values())

    def group(self, name: str) -> list[str]:
        """A dependency group (PEP 735), empty where the package has none of that name."""
        groups = self.metadata.get("dependency-groups", {})
        return list(nox.project.dependency_groups(self.metadata, name)) if name in groups else []


def read_packages() -> list[Package]:
    files = sorted(ROOT.glob("packages/*/pyproject.toml"))
    found = [Package(file.parent, nox.project.load_toml(file)) for file in files]
    return sorted(found, key=lambda package: (package.name != CORE, package.name))


PACKAGES = read_packages()
PACKAGE_NAMED = {package.name: package for package in PACKAGES}
EACH_PACKAGE = nox.parametrize("package", [nox.param(package, id=package.name) for package in PACKAGES])

# The Pythons that core promises, and where they are on this machine.
PYTHONS = {
    version: find_python(Machine(), numbers(version)[1]) if version != RUNNING else sys.executable
    for version in PACKAGE_NAMED[CORE].pythons
}
OTHER_PYTHONS = {version: place for version, place in PYTHONS.items() if place and version != RUNNING}
LOWEST = min((version for version, place in PYTHONS.items() if place), key=numbers, default=RUNNING)

# What is tried by itself: each package, and those that a service puts together.
TOGETHER = [(package,) for package in PACKAGES] + [
    tuple(PACKAGE_NAMED["pymacaron-" + name] for name in names)
    for names in (("auth", "async"), ("auth", "dynamodb"), ("async", "dynamodb"), ("auth", "async", "dynamodb"))
]

# Libraries that only some packages bring: nobody else is to have them in tow.
OWNERS = {
    "boto3": {"pymacaron-dynamodb"},
    "celery": {"pymacaron-async"},
    "docker": {"pymacaron-deploy"},
    "flask": {"pymacaron-core"},
    "jsonschema": {"pymacaron-testing"},
    "jwt": {"pymacaron-auth"},
    "kombu": {"pymacaron-async"},
    "moto": set(),
    "pydantic": {"pymacaron-core", "pymacaron-deploy"},
    "pymacaron_auth": {"pymacaron-auth"},
    "pymacaron_async": {"pymacaron-async"},
    "pymacaron_core": {"pymacaron-core"},
    "pymacaron_deploy": {"pymacaron-deploy"},
    "pymacaron_dynamodb": {"pymacaron-dynamodb"},
    "pymacaron_testing": {"pymacaron-testing"},
    "pynamodb": {"pymacaron-dynamodb"},
    "pytest": {"pymacaron-testing"},
    "redis": {"pymacaron-async"},
}

PROCESSORS = os.cpu_count() or 2

# What an older Python or library is tried with: tests that tell the same with any, of a browser or of images, run once.
ELSEWHERE = "not any_python and not chromium and not docker"

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
# Those that go one step at a time or mostly wait come first, while CI runs others beside them; what keeps every
# processor busy, later.
WAITING = ("pymacaron-deploy", "pymacaron-async")
nox.options.sessions = [
    *("lint", "types", "bootstrap", "alone", "tests-examples"),
    *(f"tests({package.name})" for package in sorted(PACKAGES, key=lambda package: package.name not in WAITING)),
    *("tests-" + version for version in OTHER_PYTHONS),
]


@nox.session
@EACH_PACKAGE
def tests(session: nox.Session, package: Package) -> None:
    """All tests of a package, from its wheel, with coverage (`-- ARGUMENTS` go to pytest)."""
    install(session, package, COVERAGE, *test_requirements(package))
    data = Path(session.virtualenv.location, "coverage")
    settings = "--rcfile=" + str(ROOT / "pyproject.toml")
    environ = {"COVERAGE_FILE": str(data)}
    wrapper = ("coverage", "run", settings, "--source=" + package.module, "-m")
    waiting = package.name in (CORE, *WAITING)  # core's, for the processes that only these start
    run_pytest(session, package.folder, *wrapper, options=parallel(package, waiting), env=environ)
    with session.chdir(package.folder):
        session.run("coverage", "combine", "--quiet", settings, env=environ, silent=True)
        session.log(f"Coverage of {package.name}, lines and branches, in per cent:")
        session.run("coverage", "report", settings, "--format=total", env=environ, log=False)
        if not REFUSE_SKIPS:  # in CI nobody opens pages
            session.run("coverage", "html", "--quiet", settings, "-d", str(data) + "-report", env=environ, silent=True)
            session.log(f"Coverage line by line: {os.path.relpath(data, HERE)}-report/index.html")


def tests_on(version: str, python: str) -> None:
    """Register core's tests on one of the other Pythons found."""

    def tests_elsewhere(session: nox.Session) -> None:
        core = PACKAGE_NAMED[CORE]
        install(session, core, *test_requirements(core))
        run_pytest(session, core.folder, options=("-m", ELSEWHERE, *parallel(core, waiting=False)))

    tests_elsewhere.__doc__ = f"Core's tests on Python {version} ({python})."
    nox.session(name="tests-" + version, python=python)(tests_elsewhere)


@nox.session(name="tests-examples", reuse_venv=True)
def tests_examples(session: nox.Session) -> None:
    """The example services: their own tests, and their acceptance tests against every way to serve them."""
    install_requirements(session, [*wheels_of(session, PACKAGES), *all_test_requirements(), "psutil"])
    for folder in sorted(ROOT.glob("examples/*/test")):
        run_pytest(session, folder.parent)
    wheels = os.pathsep.join(str(wheel_of(session, package)) for package in PACKAGES)
    by_file = (processes(waiting=True), "--dist=loadfile")  # a file's tests share what they started
    run_pytest(session, ROOT / "examples" / "tests", options=by_file, env={"PYMACARON_WHEELS": wheels})


@nox.session
@nox.parametrize("packages", [nox.param(each, id="+".join(package.name for package in each)) for each in TOGETHER])
def alone(session: nox.Session, packages: tuple[Package, ...]) -> None:
    """Packages by themselves, and together: from wheels in an empty environment, with nothing that is not theirs."""
    there = named([*packages, *(sibling for package in packages for sibling in package.siblings)])
    install_requirements(session, [at(each, wheel_of(session, each), extras=False) for each in there.values()])
    absent = [module for module, owners in OWNERS.items() if not set(there) & owners]
    session.run("python", "-c", NOT_THERE, *absent)
    session.install("pytest")
    for package in packages if len(packages) < 3 else ():  # whose examples run in each pair
        run_pytest(session, package.folder, options=("tests/test_readme.py",))
    if len(packages) > 1:
        install_requirements(session, wheels_of(session, list(there.values())))  # with the embedded engines
        run_pytest(session, ROOT / "examples" / "tests" / "together", options=(test_of_together(packages),))


for other_version, other_place in OTHER_PYTHONS.items():
    tests_on(other_version, other_place)


@nox.session(python=PYTHONS.get(LOWEST))
@EACH_PACKAGE
def lowest(session: nox.Session, package: Package) -> None:
    """A package's tests with the lowest versions it allows, on the lowest Python found."""
    floors = Path(session.virtualenv.location, "lowest.txt")
    floors.write_text("\n".join(floor for floor in map(floor_of, package.requirements) if floor), encoding="utf-8")
    install(session, package, "-c", str(floors), *test_requirements(package))
    run_pytest(session, package.folder, options=("-m", ELSEWHERE, *parallel(package, package.name in WAITING)))


@nox.session(reuse_venv=True)
def lint(session: nox.Session) -> None:
    """ruff: the rules, and the format (`-- --fix` mends what it can)."""
    session.install(RUFF)
    if "--fix" in session.posargs:
        session.run("ruff", "check", "--quiet", "--fix", ".")
        session.run("ruff", "format", "--quiet", ".")
    session.run("ruff", "check", "--quiet", ".")
    session.run("ruff", "format", "--check", "--quiet", ".")


@nox.session(reuse_venv=True)
def types(session: nox.Session) -> None:
    """mypy --strict on each package's source, and on this file."""
    stubs = dict.fromkeys(text for package in PACKAGES for text in package.group("types"))
    install_requirements(session, [*wheels_of(session, PACKAGES), MYPY, NOX, *stubs])
    known = "--cache-dir=" + str(Path(session.virtualenv.location, "mypy"))  # of the libraries, which they share
    for package in PACKAGES:
        with session.chdir(package.folder):
            mypy = ("mypy", "--strict", known, "--config-file", str(ROOT / "pyproject.toml"))
            session.run(*mypy, "--python-version", package.pythons[0], *session.posargs, "src")
    session.run("mypy", known, "--config-file", "pyproject.toml", "noxfile.py")


@nox.session
@EACH_PACKAGE
def build(session: nox.Session, package: Package) -> None:
    """A package's sdist and wheel from its folder alone, looked into, and installed into an empty environment."""
    with tempfile.TemporaryDirectory() as folder:
        build_both(session, package, Path(folder))
        wheel, sdist = (next(Path(folder, "dist").glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
        session.log(f"Built {wheel.name} and {sdist.name}")
        look_into(session, package, wheel)
        install_requirements(session, [at(package, wheel, extras=False), *wheels_of(session, package.siblings)])
    pip = ("uv", "pip") if session.venv_backend == "uv" else ("python", "-m", "pip")
    session.run(*pip, "check")
    session.run("python", "-c", f"import {package.module} as package; print(package.__name__, 'is imported')")
    for command in package.metadata["project"].get("scripts", {}):
        session.run(command, "--version")


@nox.session(reuse_venv=True)
def example(session: nox.Session) -> None:
    """Serve examples/helloworld on http://127.0.0.1:8080 until Ctrl-C (`-- --port 9000` for another port)."""
    names = requirements_of(ROOT / "examples" / "helloworld" / "requirements.txt")
    install_requirements(session, wheels_of(session, [PACKAGE_NAMED[name] for name in names if name in PACKAGE_NAMED]))
    with session.chdir(ROOT / "examples" / "helloworld"):
        session.log("Serving examples/helloworld; Ctrl-C stops it")
        serve(session, "pymacaron", "run", *session.posargs)


@nox.session(reuse_venv=True)
@EACH_PACKAGE
def benchmarks(session: nox.Session, package: Package) -> None:
    """A package's benchmarks (`-- NAME` for one of them, then its own options): medians and ratios, no verdict."""
    names = list(itertools.takewhile(lambda word: not word.startswith("-"), session.posargs))
    scripts = sorted(package.folder.glob("benchmarks/*.py"))
    chosen = [script for script in scripts if script.stem in names or not names]
    if not chosen:
        session.skip(f"{package.name} has no benchmark of that name")
    wanted = [Requirement(text) for text in package.group("benchmarks")]
    beside = [PACKAGE_NAMED[each.name] for each in wanted if each.name in PACKAGE_NAMED]
    ours = named([package, *package.siblings, *beside, *(each for one in beside for each in one.siblings)])
    others = [str(each) for each in wanted if each.name not in PACKAGE_NAMED]
    install_requirements(session, [*wheels_of(session, list(ours.values())), *others])
    for script in chosen:
        session.run("python", str(script), *session.posargs[len(names) :])


@nox.session(name="bootstrap", reuse_venv=True)
def bootstrap_tests(session: nox.Session) -> None:
    """The tests of this file and of the papers, in .ci/tests."""
    session.install("pytest", NOX)
    run_pytest(session, ROOT / ".ci")


# What the sessions are made of.


def test_requirements(package: Package) -> list[str]:
    return package.group("test") or ["pytest"]


def all_test_requirements() -> list[str]:
    """What the tests of all packages need."""
    return list(dict.fromkeys(text for package in PACKAGES for text in test_requirements(package)))


def requirements_of(file: Path) -> list[str]:
    """The names of the distributions in a file of requirements."""
    lines = [line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines()]
    return [Requirement(line).name for line in lines if line]


def named(packages: list[Package]) -> dict[str, Package]:
    return {package.name: package for package in packages}


def test_of_together(packages: tuple[Package, ...]) -> str:
    """The file that tests some packages together: `test_auth_async.py`."""
    return "test_{}.py".format("_".join(package.name.removeprefix("pymacaron-") for package in packages))


def floor_of(requirement: Requirement) -> str:
    """The lowest version a requirement allows, as a constraint; a sibling comes by path and has none."""
    floors = [part.version for part in requirement.specifier if part.operator in (">=", "~=", "==")]
    applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    by_path = requirement.name in PACKAGE_NAMED
    return f"{requirement.name}=={floors[0]}" if floors and applies and not by_path else ""


def scratch() -> Path:
    """A folder for the wheels of this run, gone when it ends."""
    folder = tempfile.mkdtemp(prefix="pymacaron-wheels-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def copied(package: Package, folder: Path) -> Path:
    """The package's folder by itself: nothing above it and no git can help the build."""
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "dist", ".*_cache", ".pym", ".coverage*")
    return Path(shutil.copytree(package.folder, folder / package.name, ignore=left_out))


WHEELS: dict[str, Path] = {}


def wheel_of(session: nox.Session, package: Package) -> Path:
    """The package's wheel, built once in a run."""
    if package.name not in WHEELS:
        folder = scratch()
        source = str(copied(package, folder))
        if session.venv_backend == "uv":
            session.run("uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), source, silent=True)
        else:
            pip = ("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder))
            session.run(*pip, source, silent=True)
        WHEELS[package.name] = next(folder.glob("*.whl"))
    return WHEELS[package.name]


def at(package: Package, wheel: Path, extras: bool = True) -> str:
    """A requirement that is fulfilled by this wheel only."""
    wanted = "[{}]".format(",".join(package.extras)) if extras and package.extras else ""
    return f"{package.name}{wanted} @ {wheel.as_uri()}"


def wheels_of(session: nox.Session, packages: list[Package]) -> list[str]:
    return [at(package, wheel_of(session, package)) for package in packages]


def install(session: nox.Session, package: Package, *further: str) -> None:
    """Install a package and its siblings from wheels built here, with what else is wanted."""
    install_requirements(session, [*wheels_of(session, [package, *package.siblings]), *further])


def install_requirements(session: nox.Session, requirements: list[str]) -> None:
    """Install, and make sure that everything of this repository came from this checkout, not from an index."""
    session.install(*requirements)
    ours = [requirement for requirement in requirements if " @ file:" in requirement]
    if session.venv_backend == "uv":
        session.install("--quiet", "--no-deps", "--reinstall", *ours, log=False)
    else:  # a wheel of the same version is not looked at in an environment that is used again
        session.install("--quiet", "--no-deps", "--force-reinstall", *ours, log=False)
    session.run("python", "-c", FROM_HERE, *PACKAGE_NAMED, log=False)


FROM_HERE = """
import importlib.metadata, sys
for distribution in importlib.metadata.distributions():
    name = distribution.metadata["Name"]
    if name in sys.argv and '"file://' not in (distribution.read_text("direct_url.json") or ""):
        sys.exit(f"{name} {distribution.version} came from an index, not from this checkout")
"""


NOT_THERE = """
import importlib.util, sys
there = [name for name in sys.argv[1:] if importlib.util.find_spec(name)]
sys.exit(f"installed, and no business of these packages: {', '.join(there)}" if there else 0)
"""


def build_both(session: nox.Session, package: Package, folder: Path) -> None:
    """An sdist, and a wheel out of the sdist, in `dist`; the session's environment stays empty."""
    source, dist = str(copied(package, folder)), str(folder / "dist")
    if session.venv_backend == "uv":
        session.run("uv", "build", "--quiet", "--out-dir", dist, source, silent=True)
        return
    tools = str(folder / "tools")
    session.run("python", "-m", "pip", "install", "--quiet", "--target", tools, "build", silent=True)
    session.run("python", "-m", "build", "--outdir", dist, source, env={"PYTHONPATH": tools}, silent=True)


def look_into(session: nox.Session, package: Package, wheel: Path) -> None:
    """Refuse a wheel without its licence or its types marker."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for wanted in (rf"{package.module}/py\.typed", rf"{package.module}-[^/]*\.dist-info/licenses/LICENSE"):
        if not any(re.fullmatch(wanted, name) for name in names):
            session.error(f"{wheel.name} has no file like {wanted}")


def serve(session: nox.Session, program: str, *arguments: str) -> None:
    """Run a server in the foreground; Ctrl-C (or a closed terminal) ends it, and that is success.

    The server leads a process group of its own, so that each of its processes is asked to stop once, by us.
    """
    environ = {name: value for name, value in {**os.environ, **session.env}.items() if value is not None}
    environ["PATH"] = os.pathsep.join([session.bin, environ.get("PATH", "")])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    server = subprocess.Popen([os.path.join(session.bin, program), *arguments], env=environ, start_new_session=True)
    try:
        code = server.wait()
    except KeyboardInterrupt:
        end(server)
        session.log("Stopped")
        return
    if code:
        session.error(f"{program} ended with exit status {code}")


def end(server: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(server.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            server.wait(timeout=10)
            return


# The tests' results, told together when nox is done.


class Result(NamedTuple):
    """What pytest counted in one session, and why it skipped."""

    session: str
    passed: int
    failed: int
    reasons: list[str]


RESULTS: list[Result] = []


def run_pytest(
    session: nox.Session, folder: Path, *wrapper: str, options: tuple[str, ...] = (), env: dict[str, str] | None = None
) -> None:
    """Run the tests of a folder; a skip that names no engine of the list is a failure."""
    report = Path(session.virtualenv.location, "tests.xml")
    pytest = [*(wrapper or ("python", "-m")), "pytest", "--junit-xml=" + str(report), *options, *session.posargs]
    report.unlink(missing_ok=True)
    with session.chdir(folder):
        try:
            session.run(*pytest, env=env, interrupt_timeout=10, terminate_timeout=5)
        except nox.command.CommandFailed:
            RESULTS.append(read_report(session.name, report))
            raise
    result = read_report(session.name, report)
    RESULTS.append(result)
    nameless = [reason for reason in result.reasons if engine_of(reason) not in ENGINES]
    if nameless:
        session.error("skipped without naming an engine of {}: {}".format(", ".join(ENGINES), "; ".join(nameless)))
    if REFUSE_SKIPS and result.reasons:
        session.error("no skip is allowed here (PYMACARON_CI): {}".format("; ".join(sorted(set(result.reasons)))))


def processes(waiting: bool) -> str:
    """How many processes run tests: more than there are processors where tests wait for what they started."""
    return f"--numprocesses={min(8, 2 * PROCESSORS if waiting else PROCESSORS)}"


def parallel(package: Package, waiting: bool) -> tuple[str, ...]:
    """Several processes, where the package's tests bring what that needs."""
    brings_xdist = any(requirement.startswith("pytest-xdist") for requirement in test_requirements(package))
    return (processes(waiting), "--dist=worksteal") if brings_xdist else ()


def read_report(session: str, report: Path) -> Result:
    """Count what a JUnit report holds; an expected failure is no skip."""
    if not report.is_file():
        return Result(session, 0, 1, [])
    cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skips = [skip for case in cases for skip in case.findall("skipped") if skip.get("type") != "pytest.xfail"]
    reasons = [skip.get("message", "") for skip in skips]
    return Result(session, len(cases) - len(failed) - len(reasons), len(failed), reasons)


def engine_of(reason: str) -> str:
    return reason.partition(":")[0].strip().lower()


def tell_results() -> None:
    """Say at the very end what ran, what was not to be had on this machine, and what that left untested."""
    if not RESULTS:
        return
    print()
    for result in RESULTS:
        print(f"{result.session}: {result.passed} passed, {result.failed} failed, {len(result.reasons)} skipped")
    reasons = [engine_of(reason) for result in RESULTS for reason in result.reasons]
    absent = [name for name, programs in ENGINES.items() if name in reasons or not any(map(shutil.which, programs))]
    told = [f"{name} ({reasons.count(name)} skipped)" if name in reasons else name for name in absent]
    print("Engines absent: " + (", ".join(told) or "none"))
    print("Pythons absent: " + (", ".join(version for version, place in PYTHONS.items() if not place) or "none"))
    passed, failed = sum(result.passed for result in RESULTS), sum(result.failed for result in RESULTS)
    print(f"{passed} passed, {failed} failed, {len(reasons)} skipped", flush=True)


atexit.register(tell_results)
