"""Writes a document as YAML that readers of YAML 1.1 and of 1.2 understand alike."""

from __future__ import annotations

import re
from typing import Any

import yaml

_NUMBER = re.compile(r"[-+]?(0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)$")


class _Dumper(yaml.SafeDumper):
    """Also quotes texts that only YAML 1.2 takes for numbers (``1e3``, ``0o17``)."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_implicit_resolver("tag:pymacaron,2026:number", _NUMBER, list("-+.0123456789"))


def dump_yaml(document: Any) -> bytes:
    """``document`` (JSON values) as UTF-8 YAML, its keys in their order."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()
