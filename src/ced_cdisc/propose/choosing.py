"""Which raw table a domain is likely made from."""

from __future__ import annotations

from collections.abc import Sequence

from ced_cdisc.propose.long import row_columns
from ced_cdisc.propose.matching import matched
from ced_cdisc.propose.profile import TableProfile
from ced_cdisc.propose.wide import wide_tests
from ced_cdisc.propose.words import folded, test_code
from ced_cdisc.standards.ct import CtCodelist, CtPackage
from ced_cdisc.standards.ig import IgDataset

_NAMES = {
    "AE": "ae adverse nebenwirkung uae ereignis",
    "CM": "cm conmed concomitant begleitmedikation med",
    "DM": "dm demog patient subject pat stamm",
    "DS": "ds disp dispo abschluss disposition eos completion end",
    "DV": "dv deviation abweichung",
    "EC": "ec ex dose dosing exposure medikation",
    "EG": "eg ecg ekg",
    "EX": "ex dose dosing exposure medikation infusion treatment studienmedikation",
    "IE": "ie eligibility inclusion exclusion criteria einschluss kriterien",
    "IS": "is immuno immunogenicity ada nab antibody antibodies antikoerper titer titre titres serology",
    "LB": "lb lab labor laboratory labs",
    "MH": "mh medhist history anamnese",
    "PC": "pc pk conc concentration concentrations konzentration konzentrationen plasma",
    "PE": "pe physexam physical koerper",
    "PP": "pp pkparam pkpar pkparams pkparameters nca",
    "PR": "pr procedure procedures eingriff eingriffe",
    "QS": "qs quest fragebogen",
    "VS": "vs vital vitals vitalzeichen",
}


def likely_tables(
    dataset: IgDataset, tests: CtCodelist | None, tables: Sequence[TableProfile], ct: CtPackage
) -> list[TableProfile]:
    """The tables that come nearest, best first; those that say nothing of the domain are left out.

    A table that is called like the domain counts most, then tests that it holds, then columns that fit. Of
    tables that are called so and hold tests of the domain none is passed over: together they are the domain.
    """
    scored = [(_score(dataset, tests, table, ct), table) for table in tables]
    found = [(score, table) for score, table in scored if score >= 1]
    found.sort(key=lambda item: (-item[0], item[1].name))
    best = found[0][0] if found else 0
    return [
        table
        for score, table in found
        if score > best - 0.5 or (tests is not None and score > _called(table.name, _words(dataset.name)) > 0)
    ]


def _score(dataset: IgDataset, tests: CtCodelist | None, table: TableProfile, ct: CtPackage) -> float:
    code, name = dataset.name, folded(table.name)
    words = _words(code)
    score = _called(table.name, words)
    if not score and tests is None and _is_of_another(code, name):
        return 0.0
    if tests is not None:
        rows = row_columns(table)
        if rows is not None:
            known = sum(
                bool(test_code(code, value) or tests.by_synonym(value) or tests.term(value))
                for value, _ in rows.test.values
            )
            return score + 3 * known / len(rows.test.values)
        found = {test.code for test in wide_tests(table, code, tests, ct)}
        return score + min(3.0, len(found))
    own = [v for v in dataset.variables if v.name.startswith(code) or code == "DM"]
    matches = matched(own, table.columns, code)
    topic = any(match.variable.role == "Topic" for match in matches.values() if match.sure != "guess")
    return score + topic + min(1.0, len(matches) / 8)


def _words(code: str) -> list[str]:
    return [folded(word) for word in _NAMES.get(code, code.casefold()).split()]


def _called(table: str, words: Sequence[str]) -> float:
    """How much a table is called as a domain: as a whole, in its last part (the sheet), or in another one."""
    if folded(table) in words:
        return 3.0
    *before, last = (folded(part) for part in table.split("_"))
    long = [word for word in words if len(word) > 2]
    if last in words or any(last.startswith(word) for word in long):
        return 2.2
    return 1.6 if any(part.startswith(word) for part in before for word in long) else 0.0


def _is_of_another(code: str, name: str) -> bool:
    """Whether a table is called as another domain, so that its columns alone say little."""
    return any(name in listed.split() for other, listed in _NAMES.items() if other != code)
