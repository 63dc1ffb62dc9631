"""The papers: every relative link leads to a file of the repository, and the top level holds what it should."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[Path]:
    """The repository's files; without git, all files outside of hidden folders."""
    if shutil.which("git"):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            return [ROOT / name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
    files = {path: path.relative_to(ROOT).parts[:-1] for path in ROOT.rglob("*") if path.is_file()}
    return [path for path, folders in files.items() if not any(name.startswith((".", "__py")) for name in folders)]


# What `pymacaron new` writes papers from is no paper yet: its names are filled in later.
PAPERS = [path for path in tracked() if path.suffix == ".md" and path.parent.name != "skeleton"]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(paper: Path) -> None:
    text = re.sub(r"(?ms)^```.*?^```", "", paper.read_text(encoding="utf-8"))
    links = re.findall(r"\[[^\]]*\]\(([^)\s#]+)", text)
    missing = [link for link in links if "://" not in link and not (paper.parent / link).exists()]
    assert not [link for link in missing if not link.startswith("mailto:")]


def test_the_top_level_holds_what_the_contributing_guide_says() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    allowed = {"packages", "noxfile.py", "README.md", "pyproject.toml", "LICENSE", "examples", "docs"}
    assert not {name for name in names if not name.startswith(".")} - allowed


def test_the_licence_of_each_package_is_the_repositorys() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("BSD 3-Clause License")
    for package in ROOT.glob("packages/*/pyproject.toml"):
        assert (package.parent / "LICENSE").read_text(encoding="utf-8") == licence
