"""This module reads and writes YAML 1.2 (https://yaml.org/spec/1.2.2/, core schema) and reads JSON.

``on``, ``no``, ``1:20`` and dates stay strings, ``012`` is 12, keys are strings, duplicate keys are refused; ``<<``
merges, which is of YAML 1.1 and in everybody's files. One pass over libyaml's events builds the values, or over those
of PyYAML itself where it has no libyaml. What is written is the same to readers of YAML 1.1.
"""

from pymacaron_core.yaml12.builder import MAX_ALIASED, MAX_DEPTH, MAX_MEMBERS, MAX_VALUES
from pymacaron_core.yaml12.events import decode
from pymacaron_core.yaml12.fault import YamlFault
from pymacaron_core.yaml12.places import places
from pymacaron_core.yaml12.reading import Positions, locate, parse
from pymacaron_core.yaml12.scalar import resolve
from pymacaron_core.yaml12.writing import dump

__all__ = [
    "MAX_ALIASED",
    "MAX_DEPTH",
    "MAX_MEMBERS",
    "MAX_VALUES",
    "Positions",
    "YamlFault",
    "decode",
    "dump",
    "locate",
    "parse",
    "places",
    "resolve",
]
