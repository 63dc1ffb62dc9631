"""Makes a rule of a schema (JSON Schema 2020-12, references by name), once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from pymacaron_core.errors import ModelError
from pymacaron_core.models.judge import arrays, choices, evaluated, objects, scalars, words
from pymacaron_core.models.judge.rule import JSON_TYPES, Check, Fits, Memo, Rule, said

_PREFIX = "#/$defs/"
_NAMES: dict[type, tuple[str, ...]] = {
    dict: ("object",),
    list: ("array",),
    str: ("string",),
    int: ("integer", "number"),
    float: ("number",),
    bool: ("boolean",),
    type(None): ("null",),
}


class Compiler:
    """The rules of a set of named schemas, each made when first asked for."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self.named: dict[str, Rule] = {}
        self._waiting: list[str] = []
        self._meanings: dict[str, Fits] = {}

    def rule(self, schema: Any) -> Rule:
        """The rule of a schema. Raises :class:`ModelError` where it refers to a schema there is none of."""
        if schema is True or schema == {}:
            return Rule(_always, {})
        if schema is False:
            never = said(_never, "not", words.NEVER)
            return Rule(_never, dict.fromkeys(JSON_TYPES, (never,)), refuses_all=True)
        if "$ref" in schema and len(schema) == 1:
            return self.reference(schema["$ref"])
        return self._made(schema)

    def reference(self, written: str) -> Rule:
        """The rule that judges by a named schema, and remembers what it found of a value."""
        name = written.removeprefix(_PREFIX)
        known = self.named.get(name)
        if known is None:
            if name not in self._schemas:
                raise ModelError(f"there is no schema `{name}` to judge by")
            if _refers(self._schemas[name]):
                fits = _remembering(name, self._meanings)
                known = self.named[name] = Rule(fits, {}, name=name, is_reference=True)
                self._waiting.append(name)
            else:
                known = self.named[name] = replace(self.rule(self._schemas[name]), name=name)
        return known

    def complete(self) -> None:
        """Make the rules that references lead to, one after the other: chains of them may be long."""
        found: dict[str, Rule] = {}
        while self._waiting:
            name = self._waiting.pop()
            found[name] = self.rule(self._schemas[name])
        for name, target in found.items():
            self._meanings[name] = target.fits
            known, last = self.named[name], _last(target, found)
            known.checks, known.kinds = last.checks, last.kinds
            known.tags, known.refuses_all = last.tags, last.refuses_all

    def _made(self, schema: Mapping[str, Any]) -> Rule:
        kinds, typed = _kinds(schema), "type" in schema
        anywhere = self._anywhere(schema)
        checks: dict[type, tuple[Check, ...]] = {}
        mistyped = said(_never, "type", words.must_be_kind(kinds)) if typed else None
        for each in JSON_TYPES:
            allowed = not typed or any(name in kinds for name in _NAMES[each])
            if allowed:
                checks[each] = tuple(self._of_type(each, schema, anywhere))
            elif each is float and "integer" in kinds:
                whole = said(lambda value, memo: value.is_integer(), "type", words.must_be_kind(kinds))
                checks[each] = (whole, *self._of_type(each, schema, anywhere))
            elif mistyped is not None:
                checks[each] = (mistyped,)
        tags = "const" in schema or len(schema.get("enum", ())) == 1
        return Rule(_fits(checks, typed), checks, kinds, str(schema.get("title", "")), tags)

    def _anywhere(self, schema: Mapping[str, Any]) -> list[Check]:
        """The checks of every type of value."""
        found = []
        if "enum" in schema:
            found.append(scalars.one_of_values(tuple(schema["enum"]), "enum"))
        if "const" in schema:
            found.append(scalars.one_of_values((schema["const"],), "const"))
        if "$ref" in schema:
            found.append(choices.every(self.reference(schema["$ref"])))
        return [*found, *choices.checks(schema, self.rule)]

    def _of_type(self, each: type, schema: Mapping[str, Any], anywhere: list[Check]) -> list[Check]:
        own: list[Check] = []
        if each is float and "number" in _kinds(schema):
            own.append(said(lambda value, memo: isfinite(value), "type", "must be a finite number"))
        for keyword, make in scalars.KEYWORDS.get(each, {}).items():
            check = make(schema[keyword]) if keyword in schema else None
            if check is not None:
                own.append(check)
        if each is dict:
            own += objects.checks(schema, self.rule)
        elif each is list:
            own += arrays.checks(schema, self.rule)
        own += anywhere
        if each is dict and "unevaluatedProperties" in schema:
            own.append(evaluated.unevaluated_properties(self.rule(schema["unevaluatedProperties"]), tuple(own)))
        elif each is list and "unevaluatedItems" in schema:
            own.append(evaluated.unevaluated_items(self.rule(schema["unevaluatedItems"]), tuple(own)))
        return own


def _last(rule: Rule, named: Mapping[str, Rule]) -> Rule:
    """The rule at the end of references that lead to references."""
    seen: set[int] = set()
    while rule.is_reference and id(rule) not in seen:
        seen.add(id(rule))
        rule = named[rule.name]
    return rule


def _kinds(schema: Mapping[str, Any]) -> tuple[str, ...]:
    kinds = schema.get("type", ())
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def _fits(checks: Mapping[type, tuple[Check, ...]], typed: bool) -> Fits:
    of = {each: tuple(check.fits for check in those) for each, those in checks.items()}
    other = (_never,) if typed else ()

    def fits(value: Any, memo: Memo) -> bool:
        for is_it in of.get(type(value), other):
            if not is_it(value, memo):
                return False
        return True

    return fits


def _remembering(name: str, meanings: Mapping[str, Fits]) -> Fits:
    """Judges each value once; a schema that means itself on the way to its own answer is taken to fit."""

    def fits(value: Any, memo: Memo) -> bool:
        known = memo.get(name)
        if known is None:
            known = memo[name] = {}
        key = id(value)
        found = known.get(key)
        if found is None:
            known[key] = True
            found = known[key] = meanings[name](value, memo)
        return bool(found)

    return fits


def _refers(schema: Any) -> bool:
    """Whether a schema refers to others. Those that do not need no memory to be judged in linear time."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            if "$ref" in part:
                return True
            waiting.extend(part.values())
        elif isinstance(part, (list, tuple)):
            waiting.extend(part)
    return False


def _always(value: Any, memo: Memo) -> bool:
    return True


def _never(value: Any, memo: Memo) -> bool:
    return False
