"""The rules that changes are told by: what each means, and whether it breaks those who call the service.

A request may hold more than before, never less; a reply may hold less than before, never more. So most changes of a
schema break callers on one side only. What a webhook or a callback sends is read by those who are called, and counts as
a reply; what they answer counts as a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BREAKING, MAYBE, COMPATIBLE = "breaking", "maybe", "compatible"
SEVERITIES = (BREAKING, MAYBE, COMPATIBLE)
"""``breaking`` for callers that hold to the old document; ``maybe`` for some of them; ``compatible`` for none."""
REQUEST, REPLY = "request", "reply"


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of change. ``request`` and ``reply`` are its severities in either; the same where it stands in neither."""

    name: str
    request: str
    reply: str
    meaning: str

    def severity(self, direction: str) -> str:
        return self.reply if direction == REPLY else self.request


def _always(severity: str, **meanings: str) -> Iterable[Rule]:
    return [Rule(name.replace("_", "-"), severity, severity, meaning) for name, meaning in meanings.items()]


def _narrowing(**meanings: str) -> Iterable[Rule]:
    return [Rule(name.replace("_", "-"), BREAKING, COMPATIBLE, meaning) for name, meaning in meanings.items()]


def _widening(**meanings: str) -> Iterable[Rule]:
    return [Rule(name.replace("_", "-"), COMPATIBLE, BREAKING, meaning) for name, meaning in meanings.items()]


_ALL = (
    *_always(
        BREAKING,
        operation_removed="an operation is gone",
        base_path_changed="all paths begin otherwise",
        parameter_style_changed="a parameter, or a header of a reply, is written otherwise",
        body_removed="an operation takes no body any more",
        encoding_changed="a field of a form is written otherwise",
        media_type_removed="a media type is not taken, or not sent, any more",
        reply_status_removed="a reply of success is not declared any more",
        security_tightened="who could call cannot any more: other schemes, or more scopes",
        security_scheme_changed="the credentials of a scheme are sent otherwise",
        webhook_removed="a webhook is gone",
        callback_removed="an operation does not make a call back any more",
        type_changed="a value has another type",
        format_changed="a value has another format",
        discriminator_changed="another property tells which schema a value has",
        discriminator_mapping_changed="a value of the property that tells the schema means another one",
    ),
    *_narrowing(
        parameter_required_added="a new parameter must be sent",
        parameter_became_required="a parameter must be sent now",
        body_required_added="an operation takes a body now, and it must be sent",
        body_became_required="the body must be sent now",
        reply_header_became_required="a header of a reply is always there now",
        reply_body_added="a reply that had no body has one",
        required_added="a property must be there now",
        type_narrowed="a value may have fewer types",
        nullable_removed="a value cannot be null any more",
        enum_added="only listed values are allowed now",
        enum_value_removed="a listed value is not allowed any more",
        format_added="a value has a format now",
        format_narrowed="a value has a format that takes in less",
        bounds_tightened="a bound leaves less room",
        pattern_added="a text must match a pattern now",
        additional_properties_refused="properties that are not declared are refused now",
        branch_removed="one of the schemas that a value could have is gone",
        condition_added="a value is held to a condition (`not`, `if`, `contains`, ...)",
        discriminator_added="a property tells which schema a value has, and must be there",
    ),
    *_widening(
        parameter_became_optional="a parameter need not be sent any more",
        body_became_optional="the body need not be sent any more",
        reply_header_removed="a header of a reply that was always there is gone",
        reply_header_became_optional="a header of a reply may be missing now",
        required_removed="a property may be missing now",
        type_widened="a value may have more types",
        nullable_added="a value may be null now",
        enum_removed="a value is not one of a list any more",
        enum_value_added="one more listed value is allowed",
        format_removed="a value has no format any more",
        format_widened="a value has a format that takes in more",
        bounds_loosened="a bound leaves more room",
        pattern_removed="a text need not match a pattern any more",
        branch_added="a value may have one more schema",
        condition_removed="a value is not held to a condition any more",
        discriminator_removed="no property tells which schema a value has any more",
    ),
    *_always(
        MAYBE,
        operation_id_changed="an operation has another name: generated clients change",
        parameter_removed="a parameter does nothing any more",
        property_removed="a property is not declared any more",
        path_parameter_renamed="a variable of a path has another name: generated clients change",
        reply_error_removed="an error is not declared any more",
        reply_header_dropped="a header of a reply that was there at times is gone",
        server_removed="a server is not named any more",
        pattern_changed="a text must match another pattern",
        condition_changed="a value is held to another condition",
        text_content_changed="a text is to be read otherwise (`contentEncoding`, `contentMediaType`)",
        default_changed="what is meant by leaving a value out changed",
    ),
    Rule("required-property-removed", MAYBE, BREAKING, "a property that was always there is not declared any more"),
    Rule("property-refused", BREAKING, BREAKING, "a property that could be sent is refused now"),
    Rule("reply-body-removed", MAYBE, BREAKING, "a reply that had a body has none"),
    Rule("reply-status-added", COMPATIBLE, MAYBE, "a new reply of success is declared"),
    Rule("branches-exclusive", MAYBE, COMPATIBLE, "what fits several branches is refused now"),
    Rule("branches-inclusive", COMPATIBLE, MAYBE, "what fits several branches is not refused any more"),
    Rule("additional-properties-allowed", COMPATIBLE, MAYBE, "properties that are not declared are allowed now"),
    *_always(
        COMPATIBLE,
        operation_added="there is a new operation",
        operation_deprecated="an operation is deprecated now",
        parameter_added="a new parameter may be sent",
        parameter_deprecated="a parameter is deprecated now",
        body_added="an operation takes a body now, and need not",
        media_type_added="one more media type is taken, or sent",
        reply_error_added="a new error is declared",
        reply_status_narrowed="a range of replies is not declared any more, but some of it",
        reply_header_added="a reply has a new header",
        property_added="a property is new",
        branches_regrouped="branches came or went that others take in",
        format_noted="a format that asks nothing of a value changed",
        property_deprecated="a property is deprecated now",
        security_loosened="more callers may call",
        server_added="a server is new",
        webhook_added="there is a new webhook",
        callback_added="an operation makes a new call back",
    ),
)
RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}
"""Every rule by its name."""
