"""The configurations that core, testing and deploy read alike, as core reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pymacaron_core.config import load_config
from pymacaron_core.errors import ConfigError

TABLE = Path(__file__).resolve().parents[3] / ".ci" / "configuration_cases.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["cases"]
EVERYONE = ["core", "testing", "deploy"]


def laid_out(case: dict[str, Any], root: Path) -> None:
    for folder in [".", *case.get("folders", ())]:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, text in case.get("files", {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_core_reads_it_as_the_others_do(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "shop"
    laid_out(case, root)
    monkeypatch.chdir(root / case.get("cwd", "."))
    options = {
        "path": case.get("config"),
        "env": case.get("env"),
        "environ": case.get("environ", {}),
        "production": case.get("production", False),
    }
    if "error" in case and "core" in case.get("refused_by", EVERYONE):
        with pytest.raises(ConfigError) as raised:
            load_config(**options)
        assert not [text for text in case["error"] if text not in str(raised.value)], str(raised.value)
        return
    config, expected = load_config(**options), case["expect"]
    file = expected.get("file", "pym-config.yaml")
    assert config.file == (root / file if file else None)
    assert (config.core.name, config.env) == (expected.get("name", "shop"), expected.get("env", ""))
    assert (config.core.live_url, config.core.live_host) == (expected.get("live_url"), expected.get("live_host"))
    assert list(config.core.env_secrets) == expected.get("secrets", [])


def test_no_two_cases_have_one_name() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) > 40
