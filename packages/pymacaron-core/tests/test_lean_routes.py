"""The tree of the lean way: whatever it finds, Werkzeug would have matched, with the same values."""

import random
from typing import Any

import pytest
from pymacaron_core.lean.routes import tree_of
from pymacaron_core.routing import LateRule, Served
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

OWN = ("a", "b", "new", "<v>", "<w>")
BY_HAND = (*OWN, "<int:v>", "<path:v>", "<string(length=2):v>", "<any(a,b):v>", "a<v>", "", "")
ASKED = ("a", "b", "new", "7", "ab", "", "a.b")
METHODS = ("GET", "POST")
OPTIONS: tuple[dict[str, Any], ...] = (
    *({}, {}, {}, {"redirect_to": "/elsewhere"}, {"build_only": True}, {"alias": True}),
    *({"strict_slashes": False}, {"defaults": {"q": 1}}, {"subdomain": "www"}, {"methods": None}),
)


def path_of(chance: random.Random, segments: tuple[str, ...]) -> str:
    """A path, or a rule whose variables have different names."""
    chosen = [chance.choice(segments) for _ in range(chance.randint(1, 4))]
    return "/" + "/".join(each.replace("v>", f"v{n}>").replace("w>", f"w{n}>") for n, each in enumerate(chosen))


def routes_of(chance: random.Random) -> tuple[Map, dict[str, Served]]:
    """Some generated routes with some hand-written ones among them."""
    rules = Map(strict_slashes=chance.random() < 0.8, merge_slashes=chance.random() < 0.8)
    served: dict[str, Served] = {}
    for number in range(chance.randint(1, 5)):
        endpoint, is_own = str(number), chance.random() < 0.6
        text, method = path_of(chance, OWN if is_own else BY_HAND), chance.choice(METHODS)
        if is_own:
            rules.add(LateRule(text, endpoint=endpoint, methods=[method]))
            names = {each[1:-1]: each[1:-1] for each in text.split("/") if "<" in each}
            served[endpoint] = Served(None, None, None, names, None, frozenset(), None)  # type: ignore[arg-type]
        else:
            rules.add(Rule(text, endpoint=endpoint, **{"methods": [method], **chance.choice(OPTIONS)}))
    rules.update()
    return rules, served


@pytest.mark.parametrize("seed", range(6))
def test_what_the_tree_finds_is_what_werkzeug_matches(seed: int) -> None:
    chance, found = random.Random(seed), 0
    for _ in range(250):
        rules, served = routes_of(chance)
        tree, adapter = tree_of(rules.iter_rules(), served), rules.bind("localhost")
        for _ in range(12):
            path, method = path_of(chance, ASKED), chance.choice(METHODS)
            at_path = tree.static.get(path)
            route, values = (at_path.get(method), []) if at_path else tree.found(path, method) or (None, [])
            if route is None:
                continue
            found += 1
            try:
                rule, matched = adapter.match(path, method, return_rule=True)
            except HTTPException as error:
                pytest.fail(f"{method} {path} is {route.rule}, and {error!r} of {list(rules.iter_rules())}")
            told = dict(zip(route.served.names, values, strict=True))
            assert (rule, matched) == (route.rule, told), (path, list(rules.iter_rules()))
    assert found > 40
