"""Small projects to deploy: a git checkout, and wheels that need no package index."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import zipfile
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path

BASE = "pymacaron/base:bookworm"
COMMITTED = "2020-04-15T08:19:30+02:00"

CORE = '''
"""Stands for pymacaron-core: the commands that an image uses, without anything to install."""
import http.server, json, os, pathlib, sys


def main():
    if sys.argv[1] == "generate":
        pathlib.Path("apis/shop_models.py").write_text("GENERATED = True\\n")
        pathlib.Path(".pym").mkdir(exist_ok=True)
        pathlib.Path(".pym/secrets.json").write_text("{}")
    elif sys.argv[1] == "describe":
        print(json.dumps({"name": "shop", "apis": [{"documents": ["apis/shop.yaml"]}], "secrets": ["SHOP_KEY"]}))
    else:
        address = sys.argv[sys.argv.index("--host") + 1], int(os.environ["PORT"])
        http.server.HTTPServer(address, Handler).serve_forever()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        version = pathlib.Path("/pym/VERSION").read_text().strip()
        body = json.dumps({"version": version}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
'''

FILES = {
    "pym-config.yaml": f"""
name: shop
env_secrets: [SHOP_KEY]
deploy: {{target: local, base: {BASE}, wheels: wheels}}
""",
    "requirements.txt": "pymacaron-core>=3.0,<4\n",
    "apis/shop.yaml": "openapi: 3.0.3\n",
    "shop/__init__.py": "",
    "shop/api.py": "def ping():\n    return 'pong'\n",
    "test/test_shop.py": "from shop.api import ping\n\n\ndef test_ping():\n    assert ping() == 'pong'\n",
    "testaccept/test_live.py": "def test_nothing():\n    pass\n",
    ".gitignore": "wheels/\n.pym/\n.env\n",
}


def write_files(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def git(root: Path, *words: str) -> str:
    known = {
        "GIT_AUTHOR_DATE": COMMITTED,
        "GIT_COMMITTER_DATE": COMMITTED,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "ada@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    finished = subprocess.run(
        ("git", *words), cwd=root, env={**os.environ, **known}, check=True, capture_output=True, text=True
    )
    return finished.stdout.strip()


def commit(root: Path, message: str = "more") -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD")


def make_project(root: Path, files: Mapping[str, str | None] | None = None) -> Path:
    """A committed project: the usual files, changed by ``files`` (None: there is no such file)."""
    root.mkdir(parents=True, exist_ok=True)
    wanted = {**FILES, **(files or {})}
    write_files(root, {name: text for name, text in wanted.items() if text is not None})
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit(root)
    return root


def make_wheels(folder: Path) -> Path:
    """Wheels of the stand-in for core and of the running pytest, enough to build without an index."""
    folder.mkdir(parents=True, exist_ok=True)
    scripts = "[console_scripts]\npymacaron = pymacaron_stand_in:main\n"
    files = {
        "pymacaron_stand_in.py": CORE.encode(),
        "pymacaron_core-3.0.0.dist-info/entry_points.txt": scripts.encode(),
    }
    _write_wheel(folder, "pymacaron_core", "3.0.0", files)
    for name in ("iniconfig", "packaging", "pluggy", "pygments", "pytest"):
        found = distribution(name)
        files = {
            str(each): Path(str(each.locate())).read_bytes()
            for each in found.files or ()
            if ".." not in each.parts
            and each.suffix != ".pyc"
            and each.name not in ("RECORD", "INSTALLER", "REQUESTED")
        }
        _write_wheel(folder, name, found.version, files)
    return folder


def _write_wheel(folder: Path, name: str, version: str, files: Mapping[str, bytes]) -> None:
    info = f"{name}-{version}.dist-info"
    made = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **files,
    }
    lines = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in made.items()]
    made[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""]).encode()
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, content in made.items():
            archive.writestr(zipfile.ZipInfo(path), content)  # always of 1980, so that docker knows them again


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
