"""Two packages compared: what changed, list by list and term by term."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.report.ct_text import comparison_text
from ced_cdisc.standards.ct import CtCodelist, CtTerm, load_ct
from ced_cdisc.standards.ct_diff import Edition, ListChange, TermChange, compare, moved


def codelist(code: str, name: str, *terms: str, extensible: bool = False) -> CtCodelist:
    """A list of terms written ``C1 VALUE synonym/synonym``."""
    made: list[CtTerm] = []
    for text in terms:
        nci, value, synonyms = (*text.split(" "), "")[:3]
        made.append(CtTerm(nci, value, tuple(filter(None, synonyms.split("/"))), value.title()))
    return CtCodelist(code, name, name, extensible, tuple(made))


def edition(version: str, *lists: CtCodelist) -> Edition:
    return Edition("SDTM", version, {one.code: one for one in lists})


OLD = edition(
    "2024-09-27",
    codelist("C10", "SEV", "C1 MILD 1", "C2 MODERATE 2", "C3 SEVERE 3", "C4 FATAL"),
    codelist("C11", "NY", "C5 Y", "C6 N", extensible=True),
    codelist("C12", "GONE", "C7 X"),
    codelist("C13", "ROUTE", "C8 ORAL"),
)
NEW = edition(
    "2025-03-28",
    codelist("C10", "SEV", "C1 LIGHT 1", "C3 SEVERE 2", "C9 FATAL", "C20 WORSE 3"),
    codelist("C11", "NOYES", "C5 Y", "C6 N"),
    codelist("C13", "ROUTE", "C8 ORAL"),
    codelist("C14", "FRESH", "C7 X"),
)


def test_each_kind_of_change() -> None:
    change = compare(OLD, NEW)
    assert change.lists == (
        ListChange("added", "C14", "", "FRESH"),
        ListChange("removed", "C12", "GONE", ""),
        ListChange("renamed", "C11", "NY", "NOYES"),
        ListChange("extensible", "C11", "Yes", "No"),
    )
    assert change.terms == (
        TermChange("added", "C10", "C20", "", "WORSE"),
        TermChange("recoded", "C10", "C4", "C4", "C9"),
        TermChange("removed", "C10", "C2", "MODERATE", ""),
        TermChange("renamed", "C10", "C1", "MILD", "LIGHT"),
    )


def test_the_text() -> None:
    assert (
        comparison_text(compare(OLD, NEW))
        == """\
SDTM CT 2024-09-27 -> 2025-03-28
  codelists: 1 added, 1 removed, 1 renamed, 1 with another extensibility
  terms: 1 added, 1 removed, 1 renamed, 1 recoded
codelist FRESH (C14) added
codelist GONE (C12) removed
codelist NY (C11) renamed to NOYES
codelist NY (C11) extensible: Yes -> No
terms of SEV (C10)
  added WORSE (C20)
  recoded C4 -> C9
  removed MODERATE (C2)
  renamed MILD -> LIGHT (C1)
"""
    )


def test_the_same_package_has_no_change() -> None:
    shipped = load_ct("ADaM")
    same = Edition("ADaM", "2024-09-27", {code: shipped.codelist(code) for code in shipped})
    assert comparison_text(compare(same, same)) == "ADaM CT 2024-09-27 -> 2024-09-27: no change\n"


def test_a_synonym_that_moves_to_another_term() -> None:
    """'1' keeps its concept, '2' moves, '3' moves to a new one; MODERATE and MILD are no texts of both."""
    found = moved(OLD.lists["C10"], NEW.lists["C10"], "synonym")
    assert found == [("2", "MODERATE", "SEVERE"), ("3", "SEVERE", "WORSE")]
    assert moved(OLD.lists["C13"], NEW.lists["C13"], "synonym") == []


TERMS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("UVWXYZ"), max_size=6).filter(
    lambda terms: len(set(terms.values())) == len(terms)
)


@given(TERMS, TERMS)
def test_the_changes_lead_from_one_list_to_the_other(old: dict[str, str], new: dict[str, str]) -> None:
    def made(terms: dict[str, str]) -> CtCodelist:
        return codelist("C10", "SEV", *(f"{code} {value}" for code, value in terms.items()))

    changed = dict(old)
    for term in compare(edition("a", made(old)), edition("b", made(new))).terms:
        if term.kind == "removed":
            assert changed.pop(term.code) == term.before
        elif term.kind == "recoded":
            changed[term.after] = changed.pop(term.before)
        else:
            assert changed.get(term.code, "") == term.before
            changed[term.code] = term.after
    assert changed == new
