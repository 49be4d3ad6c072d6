"""Rules: the sentence of each in the YAML of its family, the function of each in the module beside it.

A family is a module ``families/NAME.py`` and a file ``families/NAME.yaml``. The YAML gives a rule its id,
its texts and its cases; ``check:`` names the function, by default the rule's key. What the YAML can say is
in docs/writing-rules.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from importlib import import_module
from importlib.resources import files
from typing import Any, Literal, cast

from msgspec import Struct

from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.submission import Datasets, WithOthers
from ced_cdisc.core.conformance import RuleText
from ced_cdisc.core.findings import Severity
from ced_cdisc.write.readings import read_of_tool

FAMILIES = (
    "structure", "values", "terminology", "logic", "results", "relations", "linked", "design",
    "habits", "adam", "adam_values", "adam_source", "adam_habits", "define_data",
)  # fmt: skip
"""The families in the order of the page docs/conformance-rules.md."""

Check = Callable[[Any], Iterable[Look]]
"""The function of a rule; what it takes says what its words may hang on: see :data:`Scope`."""
Scope = Literal["each", "each with others", "all"]
"""Whether a rule looks at each dataset by itself (it takes :class:`.Datasets`), at each by itself and others
up (:class:`.WithOthers`), or at all of them together (:class:`~.submission.Submission`)."""
SCOPES: tuple[Scope, ...] = ("each", "each with others", "all")
OF_EACH = SCOPES[:2]
_TAKES: Mapping[object, Scope] = {Datasets.__name__: "each", WithOthers.__name__: "each with others"}
Needs = Literal["", "SDTMIG", "ADaMIG", "SDTM CT", "ADaM CT", "define"]


class Rule(Struct, frozen=True, eq=False, dict=True):
    """A rule: its texts and its function.

    Attributes:
        needs: tables without which it says nothing: of the guide that governs (``SDTMIG``, ``ADaMIG``), of
            terminology (``SDTM CT``, ``ADaM CT``), or a define.xml; empty for a rule that holds alike.
        versions: the versions of its guide that have the rule; empty for all.
        name: its key in the YAML of its family.
    """

    text: RuleText
    check: Check
    needs: Needs = ""
    versions: tuple[str, ...] = ()
    name: str = ""

    @cached_property
    def scope(self) -> Scope:
        """What it looks at together."""
        asked_for: dict[str, object] = getattr(self.check, "__annotations__", {})
        return _TAKES.get(next(iter(asked_for.values()), None), "all")

    @property
    def cases(self) -> Mapping[str, list[Any]]:
        """What it passes and fails, by these words; read where it is asked for, since a check needs none."""
        entry = _with_cases(self.text.family)["rules"][self.name]
        return {"passes": entry.get("passes", []), "fails": entry.get("fails", [])}


_CASES = re.compile(r"^    (?:passes|fails):.*\n(?:(?: {5}.*|[ ]*)\n)*", re.MULTILINE)


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule of every family, by id.

    Raises:
        ValueError: two rules have one id, or a family's YAML contradicts itself.
    """
    texts = read_of_tool("rules", lambda: {family: family_yaml(family) for family in FAMILIES})
    rules = [rule for family, data in texts.items() for rule in _rules(family, data)]
    ids = [rule.text.id for rule in rules]
    if len(set(ids)) < len(ids):
        raise ValueError(f"an id is given twice: {sorted({i for i in ids if ids.count(i) > 1})}")
    return tuple(sorted(rules, key=lambda rule: rule.text.id))


def family_rules(family: str) -> list[Rule]:
    """The rules of one family, in the order of its YAML."""
    return _rules(family, family_yaml(family))


def _rules(family: str, data: Mapping[str, Any]) -> list[Rule]:
    module = import_module(f"ced_cdisc.conformance.families.{family}")
    letter = data["letter"]
    rules: list[Rule] = []
    for name, entry in data["rules"].items():
        identifier = f"CED-{letter}{int(entry['id']):03d}"
        text = RuleText(
            id=identifier,
            family=family,
            title=entry["title"],
            says=entry["says"],
            do=entry["do"],
            severity=Severity(entry.get("severity", "error")),
            standard=entry["standard"],
            section=str(entry.get("section", "")),
            public=tuple(str(entry.get("public", "")).split()),
        )
        rules.append(
            Rule(
                text,
                getattr(module, name),
                cast(Needs, entry.get("needs", "")),
                tuple(str(entry.get("versions", "")).split()),
                name,
            )
        )
    return rules


def family_yaml(family: str, *, cases: bool = False) -> dict[str, Any]:
    """The YAML of a family; with the cases of its rules, which are most of it, only where they are wanted.

    All scalars but numbers and null are texts there: NO and 2020-01-01 are.
    """
    text = (files("ced_cdisc.conformance.families") / f"{family}.yaml").read_text(encoding="utf-8")
    if not cases:
        text = _CASES.sub("", text)
    import yaml  # which takes as long to load as all of it to read; see :func:`read_of_tool`

    return cast("dict[str, Any]", yaml.load(text, Loader=_loader()))


@lru_cache(maxsize=1)
def _loader() -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    kept = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:null"}
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag in kept]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


@lru_cache
def _with_cases(family: str) -> dict[str, Any]:
    return family_yaml(family, cases=True)
