"""Lines that match raw codes with the terms of a codelist: both engines, every fault, and define.xml."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.derive.catalogue import FUNCTIONS as CATALOGUE
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.english import sentence
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.pipeline import Build, build
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import DataFault, evaluate, recompute
from ced_cdisc.stages.reading import read_raw
from small_study import RAW, write_study
from spec_messages import messages

DEF = "{http://www.cdisc.org/ns/def/v2.1}"
AE, RAW_AE = "mappings/sdtm/ae.yaml", "raw/ae.csv"
LINE = "{collect: ae.SEV, ct: {1: MILD, 2: MODERATE, 3: SEVERE}}"


def study(folder: Path, line: str, codes: str = "Mild Moderate Severe", codelists: str = "") -> Path:
    """The small study with another line of AESEV, and its raw severities."""
    write_study(folder, {AE: (LINE, line)})
    text = RAW["ae.csv"]
    for old, new in zip((",1,10-FEB", ",2,UN-FEB", ",3,14-FEB"), codes.split(), strict=True):
        assert old in text
        text = text.replace(old, f",{new},{old.rpartition(',')[2]}")
    (folder / RAW_AE).write_text(text, encoding="utf-8")
    if codelists:
        with (folder / "define/define.yaml").open("a", encoding="utf-8") as file:
            file.write(codelists)
    return folder


def built(folder: Path) -> Build:
    return build(
        folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define", check=False
    )


def severities(folder: Path) -> list[str | None]:
    """AESEV by subject and sponsor's id, from the first engine; the second one has the same."""
    made = built(folder)
    frame = made.frames["AE"].sort("USUBJID", "AESPID")
    raw = read_raw(folder / "raw", made.plan, Findings())
    again, faults = recompute(made.plan, {name: t.frame.drop(ROW).to_dicts() for name, t in raw.items()})
    assert faults == []
    other = sorted(again["AE"], key=lambda row: (row["USUBJID"], row["AESPID"]))
    assert [row["AESEV"] for row in other] == frame["AESEV"].to_list()
    return frame["AESEV"].to_list()


TERMS = ["MILD", "MODERATE", "SEVERE"]


@pytest.mark.parametrize(
    ("line", "codes", "expected"),
    [
        ("ae.SEV", "MILD MODERATE SEVERE", TERMS),
        ("{collect: ae.SEV, case: ignore}", "mild Moderate SEVERE", TERMS),
        ("{collect: ae.SEV, match: synonym}", "1 2 3", TERMS),
        ("{collect: ae.SEV, match: synonym}", "1 MODERATE 3", TERMS),
        ("{collect: ae.SEV, match: synonym, case: ignore}", "1 moderate 3", TERMS),
        ("{collect: ae.SEV, match: synonym, ct: {1: SEVERE}}", "1 2 3", ["SEVERE", "MODERATE", "SEVERE"]),
        ("{collect: ae.SEV, ct: {light: MILD}, match: submission value}", "light MODERATE SEVERE", TERMS),
        ("{collect: ae.SEV, ct: {a: MILD, B: MODERATE, c: SEVERE}, case: ignore}", "A b C", TERMS),
        (
            "{collect: ae.SEV, ct: {mild: SEVERE}, match: submission value, case: ignore}",
            "MILD Mild MODERATE",
            ["SEVERE", "SEVERE", "MODERATE"],
        ),
        ("{collect: ae.SEV, match: synonym, else: MILD}", "x 2 y", ["MILD", "MODERATE", "MILD"]),
        ("{collect: ae.SEV, match: synonym, ct: {9: ''}}", "9 2 3", [None, "MODERATE", "SEVERE"]),
    ],
)
def test_codes_become_terms(tmp_path: Path, line: str, codes: str, expected: list[str | None]) -> None:
    assert severities(study(tmp_path, line, codes)) == expected


def test_preferred_terms_and_decodes_of_the_sponsor(tmp_path: Path) -> None:
    lists = """codelists:
  SEV: {name: Severity, terms: {L: Low, H: High}, variables: AESEV}
"""
    line = "{collect: ae.SEV, match: preferred term, case: ignore}"
    assert severities(study(tmp_path, line, "low High L", lists)) == ["L", "H", "L"]


def test_a_term_that_the_sponsor_added_is_matched_and_marked(tmp_path: Path) -> None:
    """The sponsor's term has no NCI code; its list keeps that of the published one."""
    lists = """codelists:
  SEV: {extends: C66769, terms: {VERY MILD: Hardly felt}, exception: The protocol has it., variables: AESEV}
"""
    line = "{collect: ae.SEV, match: preferred term, ct: {1: VERY MILD, 2: MODERATE, 3: MILD}}"
    assert severities(study(tmp_path, line, "1 2 3", lists)) == ["VERY MILD", "MODERATE", "MILD"]
    xml = etree.parse(str(tmp_path / "out/sdtm/define.xml"))
    found = xml.xpath("//*[local-name()='CodeList'][@OID='CL.AESEV']/*[@CodedValue]")
    marked = {item.get("CodedValue"): item.get(f"{DEF}ExtendedValue") for item in found}
    assert marked == {"MILD": None, "MODERATE": None, "VERY MILD": "Yes"}
    coded = {item.get("CodedValue") for item in found if item.find("{*}Alias") is not None}
    assert coded == {"MILD", "MODERATE"}


def test_a_matched_line_stays_collected(tmp_path: Path) -> None:
    made = built(study(tmp_path, "{collect: ae.SEV, match: synonym}", "1 2 1"))
    ae = next(d for d in made.packages["sdtm"].datasets if d.name == "AE")
    severity = next(v for v in ae.variables if v.name == "AESEV")
    assert (severity.origin.type, severity.method) == ("Collected", None)
    assert severity.codelist is not None
    assert [term.value for term in severity.codelist.terms] == ["MILD", "MODERATE"]


FAULTS = [
    (
        "{collect: ae.SEV, match: synonym}",
        "1 2 Grad_3",
        f"{AE}:19:23 CED250 AE.AESEV: raw value 'Grad_3' of ae.SEV has no term by synonym of codelist "
        "AESEV (C66769); did you mean Grade 3, which is SEVERE?\n    ae.csv line 4, subject T1-002",
    ),
    (
        "{collect: ae.SEV, ct: {X: MILD}, match: submission value}",
        "X MODERTE SEVERE",
        f"{AE}:19:23 CED250 AE.AESEV: raw value 'MODERTE' of ae.SEV has no term in ct or by submission value "
        "of codelist AESEV (C66769); did you mean MODERATE?\n    ae.csv line 3, subject T1-001",
    ),
    (
        "{collect: ae.SEV, match: synonym}",
        "1 moderate 3",
        f"{AE}:19:23 CED250 AE.AESEV: raw value 'moderate' of ae.SEV has no term by synonym of codelist "
        "AESEV (C66769); 'case: ignore' takes it as MODERATE\n    ae.csv line 3, subject T1-001",
    ),
    (
        "ae.SEV",
        "Mild MODERATE SEVERE",
        f"{AE}:19:13 CED264 AE.AESEV: 'Mild' is not in the codelist Severity/Intensity Scale for Adverse "
        "Events (C66769), on 1 record; did you mean MILD?\n    ae.csv line 2, subject T1-001",
    ),
]


def stopped(folder: Path) -> list[str]:
    with pytest.raises(Stopped) as info:
        built(folder)
    return [str(finding).removeprefix(f"{folder}/") for finding in info.value.findings.errors]


@pytest.mark.parametrize(("line", "codes", "expected"), FAULTS)
def test_a_code_that_fits_no_term(tmp_path: Path, line: str, codes: str, expected: str) -> None:
    assert stopped(study(tmp_path, line, codes)) == [expected]


SUPP = "supp:\n  UNIT: {collect: ae.SEV, codelist: UNIT, label: Unit, match: synonym"


@pytest.mark.parametrize("more", ["}", ", else: mg}"])
def test_a_code_that_fits_two_terms(tmp_path: Path, more: str) -> None:
    folder = study(tmp_path, "{assign: MILD}", "mg BAU mg")
    path = folder / AE
    path.write_text(path.read_text(encoding="utf-8") + SUPP + more, encoding="utf-8")
    assert stopped(folder) == [
        f"{AE}:26:19 CED280 SUPPAE.UNIT: raw value 'BAU' of ae.SEV fits several terms of codelist "
        "UNIT (C71620): BAU, Binding Ab Unit; write the one that is meant in ct"
        "\n    ae.csv line 3, subject T1-001"
    ]


SPEC_FAULTS = [
    (
        "{collect: ae.SEV, match: synonym, codelist: SEV}",
        "CED080 'match' needs a published codelist for synonyms, and SEV is the sponsor's",
    ),
    (
        "{collect: ae.SEV, case: ignore, codelist: DICT}",
        "CED080 'case' needs terms, and the codelist DICT of AE.AESEV is a dictionary",
    ),
    (
        "{collect: ae.SEV, case: ignore, ct: {x: MILD, X: SEVERE}}",
        "CED081 codes 'x' and 'X' of AE.AESEV are one where case is ignored; give them one term",
    ),
    (
        "{collect: ae.SEV, match: synonyms}",
        "CED008 'synonyms' is not a value of 'match'; did you mean synonym?",
    ),
    (
        "{collect: ae.SEV, case: upper}",
        "CED008 'upper' is not a value of 'case'; one of ignore",
    ),
    (
        "{assign: MILD, case: ignore}",
        "CED018 'case' does not go with 'assign' in the line of AE.AESEV; "
        "it goes with collect, derive, cases, copy",
    ),
    (
        "{derive: number(ae.SEV), match: synonym}",
        "CED014 'match' decodes text, not number",
    ),
]


@pytest.mark.parametrize(("line", "expected"), SPEC_FAULTS)
def test_a_fault_of_the_spec(tmp_path: Path, line: str, expected: str) -> None:
    lists = """codelists:
  SEV: {name: Severity, terms: {L: Low, H: High}}
  DICT: {name: Dictionary, dictionary: MedDRA, version: "27.0"}
"""
    found = messages(study(tmp_path, line, codelists=lists))
    assert [text.partition(" ")[2] for text in found if text.startswith(f"{AE}:19:")] == [expected]


def test_a_variable_without_terms(tmp_path: Path) -> None:
    write_study(tmp_path, {AE: ("AETERM:   ae.TERM", "AETERM: {collect: ae.TERM, match: synonym}")})
    assert messages(tmp_path) == [
        f"{AE}:6:11 CED080 'match' needs a codelist, and AE.AETERM has none; bind one with codelist:"
    ]
    number = tmp_path / "number"
    write_study(number, {"mappings/sdtm/ex.yaml": ("dose.DOSE", "{collect: dose.DOSE, case: ignore}")})
    assert messages(number) == [
        "mappings/sdtm/ex.yaml:6:13 CED080 'case' gives text, and EX.EXDOSE is number"
    ]


def test_a_term_that_is_added_twice(tmp_path: Path) -> None:
    lists = """codelists:
  A: {extends: C66769, terms: {VERY MILD: ""}, exception: One.}
  B: {extends: AESEV, terms: {VERY MILD: ""}, exception: Two.}
"""
    found = messages(study(tmp_path, LINE, codelists=lists))
    assert found == ["define/define.yaml:5:31 CED029 'VERY MILD' is added to codelist AESEV (C66769) twice"]


def test_a_variable_that_is_bound_twice(tmp_path: Path) -> None:
    lists = """codelists:
  A: {name: A, terms: {X: X}, variables: AETERM}
  B: {name: B, terms: {X: X}, variables: AETERM}
"""
    found = messages(study(tmp_path, LINE, codelists=lists))
    assert "define/define.yaml:5:42 CED029 AETERM is bound to the codelists A and B" in found


TEXTS = st.text("aAbBİß", max_size=2)
NODES = st.builds(
    tree.Recode,
    of=st.just(tree.Column(name="x", scope=Scope.VARIABLE, type=Type.TEXT)),
    pairs=st.dictionaries(TEXTS, TEXTS, max_size=3).map(lambda made: tuple(made.items())),
    otherwise=st.none() | TEXTS,
    terms=st.dictionaries(st.text("AB", min_size=1, max_size=2), st.lists(TEXTS, max_size=3), max_size=4).map(
        lambda made: tuple((term, tuple(texts)) for term, texts in made.items())
    ),
    match=st.just("synonym"),
    ignore_case=st.booleans(),
    type=st.just(Type.TEXT),
)


@given(NODES, st.lists(st.none() | TEXTS.filter(bool), min_size=1, max_size=5))
def test_both_engines_match_alike(node: tree.Recode, texts: list[str | None]) -> None:
    """A table whose codes differ by case alone gives the first one's term, as no spec can have it."""
    compiled = compile_node(node, FUNCTIONS, ["x"], {})
    frame = pl.DataFrame({"x": texts}, schema={"x": pl.String})
    fast = frame.select(compiled.expr.alias("y"))["y"].to_list()
    bad = [
        {fault.kind for fault in compiled.faults if frame.select(fault.bad.alias("y"))["y"].to_list()[row]}
        for row in range(len(texts))
    ]
    for text, value, faults in zip(texts, fast, bad, strict=True):
        try:
            again = evaluate(node, lambda name, text=text: text)
        except DataFault as fault:
            assert faults == {"several" if "several" in str(fault) else "recode"}
        else:
            assert (value, faults) == (again, set())


@pytest.mark.parametrize(
    ("pairs", "otherwise", "ignore", "expected"),
    [
        ((), None, False, "X decoded by synonym of codelist AESEV (C66769)."),
        (
            (("1", "MILD"),),
            "SEVERE",
            True,
            'X decoded as 1 = "MILD", else by synonym of codelist AESEV (C66769), any other = "SEVERE", '
            "ignoring letter case.",
        ),
    ],
)
def test_the_english_of_a_match(
    pairs: tuple[tuple[str, str], ...], otherwise: str | None, ignore: bool, expected: str
) -> None:
    node = tree.Recode(
        of=tree.Column(name="X", scope=Scope.VARIABLE, type=Type.TEXT),
        pairs=pairs,
        otherwise=otherwise,
        match="synonym",
        codelist="AESEV (C66769)",
        ignore_case=ignore,
        type=Type.TEXT,
    )
    assert sentence(node, CATALOGUE) == expected
