"""Every message of a comparison, whole."""

from __future__ import annotations

from compared_sides import Side, compared, said

from ced_cdisc.compare.datasets import Settings, compare_tables
from ced_cdisc.compare.keys import choose_keys
from ced_cdisc.compare.model import Attribute, ComparedVariable
from ced_cdisc.core.findings import Severity


def codes(*differences: object) -> list[str]:
    return [d.code for d in differences]  # type: ignore[attr-defined]


def test_ced700_values_with_blanks_and_control_characters_made_visible() -> None:
    found = compared({"K": ["1", "2"], "V": ["a  b ", "x\ty"]}, {"K": ["1", "2"], "V": ["q", ""]}, "K")
    assert said(found) == ["V differs in 1 of 2 records: missing in B", "V differs in 1 of 2 records"]
    missing, other = found.differences
    assert codes(missing, other) == ["CED700", "CED700"]
    assert (missing.records[0].place, missing.records[0].a, missing.records[0].b) == (
        "K=2",
        "'x\\ty'",
        "(missing)",
    )
    assert (other.records[0].a, other.records[0].b) == ("'a··b·'", "'q'")
    assert found.result == "1 variable with other values"


def test_ced701_whole_subjects_first_then_records_then_the_key_that_differs() -> None:
    a = {"USUBJID": ["1", "1", "2", "2", "4"], "DTC": ["2020", "2021", "x", "y", "2020-01-01"]}
    b = {"USUBJID": ["1", "1", "3", "4"], "DTC": ["2020", "2022", "z", "2020-01"]}
    found = compared(a, b, "USUBJID", "DTC")
    assert said(found) == [
        "1 subject only in A, with 2 records: 2 (2 records)",
        "2 records only in A; by subject: 1 (1), 4 (1)",
        "1 subject only in B, with 1 record: 3 (1 record)",
        "2 records only in B; by subject: 1 (1), 4 (1)",
        "note: 2 records only in A and as many only in B have the same keys but for DTC",
    ]
    assert set(codes(*found.differences)) == {"CED701"}
    assert [(r.place, r.a, r.b) for r in found.differences[-1].records] == [
        ("USUBJID=1", "2021", "2022"),
        ("USUBJID=4", "2020-01-01", "2020-01"),
    ]
    assert found.result == "7 records on one side only"


def test_ced702_variables_of_one_side_with_the_name_that_they_may_have() -> None:
    found = compared({"K": ["1"], "AVAL": [1.0], "X": ["q"]}, {"K": ["1"], "AVALL": [1.0]}, "K")
    assert codes(*found.differences) == ["CED702", "CED702"]
    assert said(found) == [
        "2 variables only in A: AVAL, X; AVAL: is it AVALL?",
        "1 variable only in B: AVALL; AVALL: is it AVAL?",
    ]
    assert found.result == "metadata"


def described(shown: str, label: str, *variables: ComparedVariable) -> Side:
    return Side({v.name: ["1"] for v in variables}, shown, label=label, variables=variables)


def test_ced704_to_ced708_metadata_and_what_may_be_ignored() -> None:
    a = described(
        "a.xpt",
        "One",
        ComparedVariable("K", "Char", "Key", 8),
        ComparedVariable("V", "Char", "Value", 8, "$8."),
        ComparedVariable("W", "Char", "", 8),
    )
    b = described(
        "b.xpt",
        "Other",
        ComparedVariable("K", "Char", "Key", 20),
        ComparedVariable("W", "Char", "More", 8),
        ComparedVariable("V", "Char", "Value", 8),
    )
    found = compared(a, b, "K")
    assert codes(*found.differences) == ["CED704", "CED704", "CED706", "CED707", "CED708"]
    assert said(found) == [
        "the label of the dataset differs: A 'One', B 'Other'",
        "the labels differ in 1 variable; W: A none, B 'More'",
        "the lengths differ [bytes] in 1 variable; K: A 8, B 20",
        "the formats differ in 1 variable; V: A $8., B none",
        "the order of the variables differs: 1 variable moved; V: after K in A, after W in B",
    ]
    ignore = frozenset({"labels", "lengths", "formats", "order"})
    assert compared(a, b, "K", ignore=ignore).equal


def test_ced709_repeated_keys_are_paired_in_order_and_a_better_key_is_named() -> None:
    a = {"K": ["1", "1", "2"], "V": ["p", "q", "r"], "N": [1.0, 2.0, 1.0]}
    found = compared(a, a, "K")
    assert found.equal
    assert [d.severity for d in found.differences] == [Severity.WARNING]
    assert codes(*found.differences) == ["CED709"]
    assert said(found) == [
        "warning: the keys are not unique in 2 records of A and 2 of B: these are paired in the order of the "
        "records; such as K=1; with V among the keys they would be unique"
    ]


def test_ced710_position_is_said() -> None:
    a, b = Side({"V": [1.0, 2.0, 3.0]}), Side({"V": [1.0, 5.0]}, "b.xpt")
    found = compare_tables(a, b, Settings())
    assert codes(*found.differences) == ["CED710", "CED701", "CED700"]
    assert said(found) == [
        "note: no keys are known: the records are compared by position; name the keys with --keys, or put "
        "define.xml beside the file",
        "1 record only in A: from row 3 on",
        "V differs in 1 of 2 records",
    ]
    assert found.differences[-1].records[0].place == "row=2"


def test_ced712_what_a_kind_of_file_does_not_know_is_said() -> None:
    class Csv(Side):
        knows: frozenset[Attribute] = frozenset()

    columns = {"K": ["1"], "V": ["1.0"]}
    b = Csv(columns, "b.csv", variables=[ComparedVariable("K", "Any"), ComparedVariable("V", "Any")])
    found = compared(Side(columns), b, "K")
    assert found.equal
    assert codes(*found.differences) == ["CED712"]
    assert said(found) == ["note: b.csv (B) has no labels, types, lengths, formats: not compared"]


def test_the_choice_of_keys() -> None:
    lb = ("STUDYID", "USUBJID", "LBSEQ", "LBTESTCD", "LBDTC", "VISITNUM", "LBSPEC")

    def chosen(unique: set[str], *defined: tuple[str, tuple[str, ...]], name: str = "LB") -> tuple[str, str]:
        keys = choose_keys(name, lb, defined, lambda names: unique <= set(names))
        return " ".join(keys.names), keys.source

    assert chosen(set(), ("define.xml of A", ("USUBJID", "LBSEQ"))) == ("USUBJID LBSEQ", "define.xml of A")
    natural = "STUDYID USUBJID LBTESTCD VISITNUM"
    assert chosen(set(), ("define.xml of A", ("USUBJID", "GONE"))) == (natural, "the standard")
    assert chosen({"LBDTC"}) == (f"{natural} LBDTC LBSPEC", "the standard, completed")
    assert chosen({"LBSEQ"}) == ("STUDYID USUBJID LBSEQ", "the standard, completed")
    assert chosen({"nothing is"}) == (natural, "the standard")
    assert chosen(set(), name="LBCH")[0] == natural
    assert choose_keys("ADSL", ("USUBJID", "AGE"), (), lambda _: True).names == ("USUBJID",)
    assert choose_keys("ADVS", ("USUBJID", "PARAMCD"), (), lambda _: True).names == ("USUBJID", "PARAMCD")
    assert choose_keys("SUPPAE", ("USUBJID", "RDOMAIN", "QNAM"), (), lambda _: True).names == (
        *("RDOMAIN", "USUBJID"),
        "QNAM",
    )
    assert choose_keys("ODD", ("A", "B"), (), lambda _: True).names == ()
