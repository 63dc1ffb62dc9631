"""The configurations that core, testing and deploy read alike, as deploy reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pymacaron_deploy import Config
from pymacaron_deploy.errors import ConfigError

TABLE = Path(__file__).resolve().parents[3] / ".ci" / "configuration_cases.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["cases"]


def lay_out(case: dict[str, Any], root: Path) -> None:
    for folder in (".", *case.get("folders", ())):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, text in case.get("files", {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_deploy_reads_it_as_the_others_do(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tmp_path / "shop"
    lay_out(case, root)
    monkeypatch.chdir(root / case.get("cwd", "."))
    asked = {
        "path": case.get("config"),
        "env": case.get("env"),
        "environ": case.get("environ", {}),
        "production": case.get("production", False),
    }
    if "error" in case and "deploy" in case.get("refused_by", ["deploy"]):
        with pytest.raises(ConfigError) as raised:
            Config.load(**asked)
        assert not [text for text in case["error"] if text not in str(raised.value)], str(raised.value)
        return
    config, expected = Config.load(**asked), case["expect"]
    file = expected.get("file", "pym-config.yaml")
    assert config.file == (root / file if file else None)
    assert (config.name, config.env) == (expected.get("name", "shop"), expected.get("env", ""))
    assert (config.live_url, config.live_host) == (expected.get("live_url"), expected.get("live_host"))
    assert (config.host, config.port) == (expected.get("host"), expected.get("port"))
    assert list(config.secrets) == expected.get("secrets", [])
