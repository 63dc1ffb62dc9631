"""schemathesis let loose on a service: every phase, every check, valid and invalid data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from fuzzed.excuses import Excused
from fuzzed.services import Service, made, served
from fuzzed.workshop import GOOD


@dataclass
class Result:
    """What came of the calls of one service: how many in each phase, what was found, what broke."""

    service: Service
    operations: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.calls.total()


def result_of(service: Service, root: Path, seed: int, examples: int, excused: Excused) -> Result:
    """Serve a document and call it: ``examples`` valid and invalid requests made up by chance for each operation."""
    result = Result(service)
    with served(made(service, root)) as address:
        schema = schemathesis.openapi.from_url(
            f"{address}/doc/{service.name}.json", config=_config(service, seed, examples)
        )
        result.operations = schema.statistic.operations.total

        @schema.hook
        def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
            return not excused(failure, case, response)

        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                result.calls[event.phase.value] += len(event.recorder.interactions)
                result.findings.extend(_findings(event.recorder, result.checks))
            elif isinstance(event, (events.NonFatalError, events.FatalError)):
                told = getattr(event, "value", None) or getattr(event, "exception", None)
                result.findings.append(f"{getattr(event, 'label', 'schemathesis')}: {told!r}")
    return result


def _config(service: Service, seed: int, examples: int) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "headers": {"Authorization": f"Bearer {GOOD}", "api_key": GOOD},
            "generation": {"max-examples": examples, "database": "none", "no-shrink": True},
            "phases": {"stateful": {"enabled": service.has_state}},
        }
    )


def _findings(recorder: Any, checks: Counter[str]) -> Iterator[str]:
    for number, nodes in recorder.checks.items():
        for node in nodes:
            checks[node.name] += 1
            failure = node.failure_info.failure if node.failure_info is not None else None
            if failure is None:
                continue
            interaction = recorder.interactions.get(number)
            response = interaction.response if interaction is not None else None
            answered = "nothing" if response is None else f"{response.status_code} {response.content!r}"
            asked = dict(interaction.request.headers) if interaction is not None else {}
            yield f"{node.name}: {failure}\n{node.failure_info.code_sample}\n{asked}\nanswered: {answered}"
