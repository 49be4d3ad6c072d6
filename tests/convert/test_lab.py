"""A laboratory study, with values computed by hand, and what is said of data and specs at fault."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from ced_cdisc.core.findings import Findings, Severity, Stopped
from ced_cdisc.pipeline import Build, build
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import compare, recompute
from ced_cdisc.stages.reading import read_raw
from lab_study import lab_study

LB, VS, STUDY, SOURCES = (
    "mappings/sdtm/lb.yaml",
    "mappings/sdtm/vs.yaml",
    "mappings/study.yaml",
    "mappings/sources.yaml",
)
RESULT = ("ORRES", "ORRESU", "ORNRLO", "ORNRHI", "STRESC", "STRESN", "STRESU", "STNRLO", "STNRHI", "NRIND")


def built(folder: Path) -> Build:
    mappings, define = folder / "mappings", folder / "define"
    return build(folder / "raw", folder / "out", mappings=mappings, define=define, check=False)


def said(folder: Path) -> list[str]:
    """The faults, without the folder."""
    with pytest.raises(Stopped) as caught:
        built(folder)
    errors = (f for f in caught.value.findings.sorted() if f.severity is Severity.ERROR)
    return [str(finding).replace(f"{folder}/", "") for finding in errors]


def rows(made: Build, domain: str) -> list[tuple[object, ...]]:
    frame = made.frames[domain]
    names = [f"{domain}{name}" for name in ("TESTCD", "DTC", *RESULT)]
    return sorted((row["USUBJID"], *(row.get(n) for n in names)) for row in frame.to_dicts())  # pyright: ignore[reportReturnType]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Build]:
    folder = lab_study(tmp_path_factory.mktemp("lab"))
    return folder, built(folder)


def test_the_values_of_the_laboratory(made: tuple[Path, Build]) -> None:
    """GLUC: mg/dL x 10 / 180.156; CREAT: mg/dL x 10000 / 113.120; HGB: mmol/L x 16.1145; K and Na: valence 1.

    90 x 10 / 180.156 = 4.99567, 70: 3.88552, 99: 5.49524, 99.5: 5.52299, 10: 0.55507; 1.1 x 88.40170 = 97.24187,
    0.6: 53.04102, 1.2: 106.08204; 8.7 x 16.1145 = 140.19615.
    """
    first, second, third = "2020-02-10", "2020-02-11", "2020-02-12"
    one, two, no = "T1-001", "T1-002", None
    assert rows(made[1], "LB") == [
        (one, "CREAT", first, "1.1", "mg/dL", "0.6", "1.2", "97", 97.0, "umol/L", 53.0, 106.0, "NORMAL"),
        (one, "CRP", first, ">=200", "mg/L", no, "5", ">=200", no, "mg/L", no, 5.0, "HIGH"),
        (one, "GLUC", first, "90", "mg/dL", "70", "99", "5", 5.0, "mmol/L", 3.89, 5.5, "NORMAL"),
        (one, "GLUC", second, "<10", "mg/dL", "70", "99", "<0.56", no, "mmol/L", 3.89, 5.5, "LOW"),
        (one, "GLUC", third, "6.1", "mmol/L", "3.9", "5.5", "6.1", 6.1, "mmol/L", 3.9, 5.5, "HIGH"),
        (one, "HGB", first, "14.1", "g/dL", no, "15.5", "141", 141.0, "g/L", no, 155.0, "NORMAL"),
        (one, "K", first, "5.9", "mEq/L", "3.5", "5.1", "5.9", 5.9, "mmol/L", 3.5, 5.1, "HIGH"),
        (one, "PROT", first, "1+", no, no, no, "1+", no, no, no, no, no),
        (one, "WBC", first, "3.2", "10^9/L", "4", "11", "3.2", 3.2, "10^9/L", 4.0, 11.0, "LOW"),
        (one, "WBC", second, "5200", "10^6/L", "4000", "11000", "5.2", 5.2, "10^9/L", 4.0, 11.0, "NORMAL"),
        (two, "GLUC", third, "99,5", "mg/dL", "70", "99,5", "5.52", 5.52, "mmol/L", 3.89, 5.52, "NORMAL"),
        (two, "HGB", third, "8.7", "mmol/L", no, no, "140.19615", 140.19615, "g/L", no, no, no),
        (two, "PH", third, "5,5", no, no, no, "5.5", 5.5, no, no, no, no),
        (two, "PLAT", third, "1.150", "10^9/L", "150", no, "1150", 1150.0, "10^9/L", 150.0, no, "NORMAL"),
    ]


def test_the_values_of_the_vital_signs(made: tuple[Path, Build]) -> None:
    """The study's pound is 0.4536 kg: 150 lb are 68.04 kg (of the table's 68.0388555 kg); (96 F - 32) / 1.8 = 35.56."""
    one, no = "T1-001", None
    assert rows(made[1], "VS") == [
        (one, "TEMP", "2020-02-10", "98.6", "F", "96", "99.5", "37", 37.0, "C", 35.6, 37.5, "NORMAL"),
        (one, "TEMP", "2020-02-11", "95", "F", "96", "99.5", "35", 35.0, "C", 35.6, 37.5, "LOW"),
        (one, "WEIGHT", "2020-02-10", "150", "LB", no, no, "68.04", 68.04, "kg", no, no, no),
        (one, "WEIGHT", "2020-02-11", "150", "kg", no, no, "150", 150.0, "kg", no, no, no),
    ]


def test_both_engines_agree(made: tuple[Path, Build]) -> None:
    folder, build_ = made
    tables = read_raw(folder / "raw", build_.plan, Findings())
    texts = {name: table.frame.drop(ROW).to_dicts() for name, table in tables.items()}
    again, faults = recompute(build_.plan, texts)
    assert faults == []
    for name in ("LB", "VS"):
        frame = build_.frames[name]
        assert compare(frame.to_dicts(), again[name], frame.columns, name) == []


def methods(made: Build, domain: str, variable: str) -> dict[str, str]:
    dataset = next(d for d in made.packages["sdtm"].datasets if d.name == domain)
    found = next(v for v in dataset.variables if v.name == variable)
    return {
        value: level.method.text
        for level in found.value_level
        if level.method is not None
        for value in level.where[0].values
    }


def test_the_methods_say_how_a_result_was_converted(made: tuple[Path, Build]) -> None:
    laboratory = methods(made[1], "LB", "LBSTRESN")
    assert laboratory["CREAT"] == (
        "LBORRES, converted from the unit in LBORRESU to umol/L (from mass by the molar mass of creatinine "
        "113.120 g/mol) and rounded to a whole number, halves away from zero; missing where LBORRES has a comparator such as <."
    )
    assert laboratory["WBC"] == (
        "LBORRES, converted from the unit in LBORRESU to 10^9/L; missing where LBORRES has a comparator such "
        "as <."
    )
    assert laboratory["PLAT"] == (
        "LBORRES (written with a decimal comma and thousands separators) as a number; "
        "missing where LBORRES has a comparator such as <."
    )
    assert methods(made[1], "LB", "LBSTNRHI")["K"] == (
        "LBORNRHI, converted from the unit in LBORRESU to mmol/L "
        "(from mass by the molar mass of potassium 39.098 g/mol, from equivalents by the valence 1)."
    )
    assert methods(made[1], "VS", "VSSTRESN")["WEIGHT"] == (
        "VSORRES, converted from the unit in VSORRESU to kg (with 1 LB = 0.4536 kg) and "
        "rounded to 2 decimals, halves away from zero; missing where VSORRES has a comparator such as <."
    )
    assert methods(made[1], "LB", "LBNRIND")["PLAT"] == (
        "LOW where LBORRES is below LBORNRLO; otherwise NORMAL. A result with a comparator, such as <6, has "
        "an indicator only if all values that it may stand for have the same one. Missing also where the result "
        "is not a number or has no normal range."
    )


COMPARED = [
    ("<2", "2", "5", "LOW"),  # below 2: below the limit whatever it is
    ("<=2", "2", "5", None),  # 2 itself would be normal
    ("<=1", "2", "5", "LOW"),
    ("<3", "2", "5", None),
    ("<5", "", "5", "NORMAL"),
    ("<=5", "", "5", "NORMAL"),
    ("<6", "", "5", None),
    (">5", "2", "5", "HIGH"),
    (">=5", "2", "5", None),
    (">=6", "2", "5", "HIGH"),
    (">2", "2", "", "NORMAL"),
    (">=2", "2", "", "NORMAL"),
    (">1", "2", "", None),
    (">9", "2", "", "NORMAL"),
    ("<9", "", "", None),
]
"""Results with a comparator, the limits of the range, and the indicator."""


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Build]:
    """The study with a result of CRP for each of them, on a day of its own."""
    row = "001,CRP,2020-02-10,>=200,mg/L,,5\n"
    results = "".join(
        f"001,CRP,2020-03-{day:02},{result},mg/L,{low},{high}\n"
        for day, (result, low, high, _) in enumerate(COMPARED, start=1)
    )
    folder = lab_study(tmp_path_factory.mktemp("compared"), ("raw/lab.csv", row, results))
    return folder, built(folder)


@pytest.mark.parametrize("number", range(len(COMPARED)), ids=lambda number: "-".join(COMPARED[number][:3]))
def test_a_comparator_is_judged_where_all_values_lie_on_one_side(
    compared: tuple[Path, Build], number: int
) -> None:
    result, _, _, expected = COMPARED[number]
    (found,) = (
        row
        for row in compared[1].frames["LB"].to_dicts()
        if (row["LBTESTCD"], row["LBDTC"]) == ("CRP", f"2020-03-{number + 1:02}")
    )
    assert (found["LBORRES"], found["LBNRIND"]) == (result, expected)


def test_both_engines_judge_comparators_alike(compared: tuple[Path, Build]) -> None:
    test_both_engines_agree(compared)


def test_the_origins_of_results_stay_collected(made: tuple[Path, Build]) -> None:
    dataset = next(d for d in made[1].packages["sdtm"].datasets if d.name == "LB")
    for name in ("LBORRES", "LBORNRLO"):
        found = next(v for v in dataset.variables if v.name == name)
        kinds = {(v, level.origin.type) for level in found.value_level for v in level.where[0].values}
        assert {kind for _, kind in kinds if kind != "Assigned"} == {"Collected"}


def test_the_codelist_of_units_has_those_that_were_used(made: tuple[Path, Build]) -> None:
    text = (made[0] / "out/sdtm/define.xml").read_text()
    block = re.search(r'<CodeList OID="CL.UNIT".*?</CodeList>', text, re.DOTALL)
    assert block is not None
    assert sorted(re.findall(r'CodedValue="([^"]*)"', block[0])) == [
        "10^6/L",
        "10^9/L",
        "g/L",
        "g/dL",
        "mEq/L",
        "mg",
        "mg/L",
        "mg/dL",
        "mmol/L",
        "umol/L",
    ]


def test_a_flag_alone_is_collected(tmp_path: Path) -> None:
    range_ = "    range:  {low: lab.LO, high: lab.HI}\n"
    done = built(lab_study(tmp_path, (LB, range_, "")))
    found = done.frames["LB"].filter(done.frames["LB"]["LBORRES"] == "6.1").to_dicts()[0]
    assert (found["LBORRES"], found["LBNRIND"]) == ("6.1", "HIGH")
    dataset = next(d for d in done.packages["sdtm"].datasets if d.name == "LB")
    nrind = next(v for v in dataset.variables if v.name == "LBNRIND")
    level = next(one for one in nrind.value_level if "GLUC" in one.where[0].values)
    assert level.origin.type == "Collected"


def test_a_factor_that_differs_from_the_table_is_told(tmp_path: Path) -> None:
    made = built(lab_study(tmp_path, (STUDY, "0.4536", "0.46")))
    assert [str(f).replace(f"{tmp_path}/", "") for f in made.findings.sorted() if f.code == "CED072"] == [
        "mappings/study.yaml:8:24 CED072 1 LB is 0.46 kg in this study, 0.453592 in the table; "
        "the study's factor is used"
    ]
    assert 69.0 in made.frames["VS"]["VSSTRESN"].to_list()


def test_units_of_the_study(tmp_path: Path) -> None:
    change = (STUDY, "  TABL: TABLET\n", "  mgdl: mg/dL\n")
    made = built(lab_study(tmp_path, change, ("raw/lab.csv", "90,mg/dl", "90,mgdl")))
    assert made.frames["LB"]["LBORRESU"].to_list().count("mg/dL") == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("raw/lab.csv", "001,K,", "001,NA,"),
            "mappings/sdtm/lb.yaml:6:7 CED250 LB: raw value 'NA' of lab.TEST has no term in ct; "
            "ct has GLU, CREA, K, WBC, HB, CRP, UPROT, OLD\n    lab.csv line 6, subject T1-001",
        ),
        (
            ("raw/lab.csv", "001,K,", "001,,"),
            "mappings/sdtm/lb.yaml:6:7 CED250 LB: raw value '(none)' of lab.TEST has no term in ct; "
            "ct has GLU, CREA, K, WBC, HB, CRP, UPROT, OLD\n    lab.csv line 6, subject T1-001",
        ),
        (
            ("raw/lab.csv", "3.2,x10(9)/L", "3.2,x10E9/L"),
            "mappings/sdtm/lb.yaml:9:13 CED273 LB.LBORRESU: 'x10E9/L' of lab.UNIT is no known unit; "
            "did you mean 10^9/L?\n    lab.csv line 7, subject T1-001",
        ),
        (
            ("raw/lab.csv", "8.7,mmol/L", "8.7,"),
            "mappings/sdtm/lb.yaml:9:13 CED274 LB.LBORRESU: a result to be converted has no unit of lab.UNIT\n"
            "    lab.csv line 13, subject T1-002",
        ),
        (
            ("raw/lab.csv", "8.7,mmol/L", "8.7,mmol/kg"),
            "mappings/sdtm/lb.yaml:17:7 CED255 LB.LBSTRESN: unit 'mmol/kg' of LBORRESU has no conversion to g/L; "
            "g/L is of another quantity\n    lab.csv line 13, subject T1-002",
        ),
        (
            ("raw/lab.csv", "8.7,mmol/L", "8.7,kg"),
            "mappings/sdtm/lb.yaml:17:7 CED255 LB.LBSTRESN: unit 'kg' of LBORRESU has no conversion to g/L; "
            "g/L is of another quantity\n    lab.csv line 13, subject T1-002",
        ),
        (
            ("raw/lab.csv", "8.7,mmol/L", "8.7 X,mmol/L"),
            "mappings/sdtm/lb.yaml:17:7 CED253 LB.LBSTRESN: '8.7 X' of LBORRES is not a number; "
            "extract(..) takes the number out, and its unit for a line of its own\n    lab.csv line 13, subject T1-002",
        ),
        (
            ("raw/panel.csv", ";5,5", ";5.5"),
            "mappings/sdtm/lb.yaml:27:16 CED253 LB.LBSTRESN: '5.5' of LBORRES is not a number; "
            "correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n    panel.csv line 2, subject T1-002",
        ),
        (
            ("raw/panel.csv", "1.150", "1.15"),
            "mappings/sdtm/lb.yaml:26:16 CED253 LB.LBSTRESN: '1.15' of LBORRES is not a number; "
            "correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n    panel.csv line 2, subject T1-002",
        ),
    ],
)
def test_data_at_fault(tmp_path: Path, change: tuple[str, str, str], message: str) -> None:
    assert said(lab_study(tmp_path, change)) == [message]


def test_a_table_with_either_decimal_sign(tmp_path: Path) -> None:
    either = ("mappings/sources.yaml", "decimal: comma, thousands: yes", "decimal: either")
    folder = lab_study(
        tmp_path, either, ("raw/panel.csv", ";5,5", ";5.5"), ("raw/panel.csv", "1.150", "1,150")
    )
    done = built(folder)
    found = done.frames["LB"].filter(
        pl.col("LBTESTCD").is_in(["GLUC", "PLAT", "PH"]) & (pl.col("USUBJID") == "T1-002")
    )
    assert found.select("LBTESTCD", "LBORRES", "LBSTRESN").rows() == [
        ("GLUC", "99,5", 5.52),
        ("PH", "5.5", 5.5),
        ("PLAT", "1,150", 1.15),
    ]
    assert methods(done, "LB", "LBSTRESN")["PLAT"] == (
        "LBORRES (written with a decimal point or comma) as a number; missing where LBORRES has a comparator "
        "such as <."
    )
    test_both_engines_agree((folder, done))


@pytest.mark.parametrize(
    ("notation", "value"),
    [
        ("decimal: comma, thousands: yes", "if({result} = '5,5', number({result}), numeric(trim({result})))"),
        ("decimal: either", "number({result})"),
        ("decimal: either", "number(decimal({result}, 'either'))"),
    ],
)
def test_a_value_of_ones_own_reads_the_result_as_its_table_writes_numbers(
    tmp_path: Path, notation: str, value: str
) -> None:
    changes = [
        ("mappings/sources.yaml", "decimal: comma, thousands: yes", notation),
        (LB, "result: panel.PH", f'result: panel.PH, value: "{value}"'),
    ]
    folder = lab_study(tmp_path, *changes)
    done = built(folder)
    found = done.frames["LB"].filter(pl.col("LBTESTCD") == "PH")
    assert found.select("LBORRES", "LBSTRESC", "LBSTRESN").rows() == [("5,5", "5.5", 5.5)]
    test_both_engines_agree((folder, done))


def test_a_notation_that_is_none_is_a_fault(tmp_path: Path) -> None:
    value = "number(decimal({result}, 'decimals either'))"
    folder = lab_study(tmp_path, (LB, "result: panel.PH", f'result: panel.PH, value: "{value}"'))
    assert said(folder) == [
        "mappings/sdtm/lb.yaml:27:45 CED014 'decimals either' is no notation of numbers; it is one of comma, either, "
        "groups, comma groups"
    ]


def test_a_number_with_two_decimal_signs_is_shown_as_collected(tmp_path: Path) -> None:
    changes = [
        ("mappings/sources.yaml", "decimal: comma, thousands: yes", "decimal: either"),
        ("raw/panel.csv", "1.150", "1.150,5"),
    ]
    assert said(lab_study(tmp_path, *changes)) == [
        "mappings/sdtm/lb.yaml:26:16 CED253 LB.LBSTRESN: '1.150,5' of LBORRES is not a number; "
        "correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n    panel.csv line 2, subject T1-002"
    ]


@pytest.mark.parametrize(
    "result",
    [
        '{derive: "trim(panel.PLT)"}',
        """{derive: "coalesce(extract(panel.PLT, '^(.*)$'), 'ND')"}""",
        """{cases: [{when: "panel.PLT is present", then: "only(panel.PLT)"}, {else: "'ND'"}]}""",
        """{derive: "if(panel.PH = '5,5', decimal(panel.PLT, 'comma groups'), missing)"}""",
        """{derive: "text(number(panel.PLT))"}""",
    ],
)
def test_a_computed_result_is_read_as_its_table_writes_numbers(tmp_path: Path, result: str) -> None:
    folder = lab_study(tmp_path, (LB, "result: panel.PLT", f"result: {result}"))
    done = built(folder)
    found = done.frames["LB"].filter(pl.col("LBTESTCD") == "PLAT")
    assert found.select("LBSTRESC", "LBSTRESN", "LBNRIND").rows() == [("1150", 1150.0, "NORMAL")]
    test_both_engines_agree((folder, done))


def test_a_result_of_numbers_that_are_written_in_two_ways(tmp_path: Path) -> None:
    result = """{derive: "coalesce(panel.PLT, text(number(panel.PH)))"}"""
    assert said(lab_study(tmp_path, (LB, "result: panel.PLT", f"result: {result}"))) == [
        "mappings/sdtm/lb.yaml:26:30 CED165 a text is made of numbers that are written in two ways; "
        "decimal(.., 'comma') gives one of them with a point"
    ]


def test_duplicates_by_a_number_in_the_notation_of_the_table(tmp_path: Path) -> None:
    again = "002;2020-02-12;99,5;70;99,5;1.150;5,5\n"
    folder = lab_study(
        tmp_path,
        (
            "mappings/sources.yaml",
            "{file: panel.csv,",
            "{file: panel.csv, duplicates: {keep: last, by: PLT},",
        ),
        ("raw/panel.csv", again, again + again.replace("1.150", "900")),
    )
    done = built(folder)
    found = done.frames["LB"].filter(pl.col("LBTESTCD") == "PLAT")
    assert found["LBSTRESN"].to_list() == [1150.0]
    test_both_engines_agree((folder, done))


EX = "mappings/sdtm/ex.yaml"
DOSES = [
    (EX, "from: dose", "from: dose\nwith: {panel: subject}"),
    ("raw/dose.csv", "12-FEB-2020,2.5", "12-FEB-2020,\n001,3,12-FEB-2020,2.125"),
]


@pytest.mark.parametrize(
    "number",
    [
        "number(coalesce(dose.DOSE, panel.PLT))",
        "number(coalesce(dose.DOSE, decimal(panel.PLT, 'comma groups'), panel.PH))",
        "numeric(if(dose.DOSE is present, dose.DOSE, trim(panel.PLT)))",
    ],
)
def test_numbers_of_several_tables_are_each_read_in_their_way(tmp_path: Path, number: str) -> None:
    # 2.125 of the one table is no 2125, though 1.150 of the other one is 1150
    dose = (EX, "EXDOSE:   dose.DOSE", f'EXDOSE:   {{derive: "{number}"}}')
    folder = lab_study(tmp_path, *DOSES, dose)
    done = built(folder)
    assert done.frames["EX"]["EXDOSE"].to_list() == [5, 5, 2.125, 1150]
    test_both_engines_agree((folder, done))


def test_a_text_of_numbers_that_are_written_in_two_ways(tmp_path: Path) -> None:
    dose = (EX, "EXDOSE:   dose.DOSE", 'EXDOSE:   {derive: "number(trim(coalesce(dose.DOSE, panel.PLT)))"}')
    assert said(lab_study(tmp_path, *DOSES, dose)) == [
        "mappings/sdtm/ex.yaml:7:30 CED165 a text is made of numbers that are written in two ways; "
        "decimal(.., 'comma') gives one of them with a point"
    ]


def test_thousands_do_not_begin_with_nothing(tmp_path: Path) -> None:
    # 0.150 of a table with decimal commas is the number of somebody who writes points: not 150
    changes = [("raw/panel.csv", "1.150", "0.150")]
    assert said(lab_study(tmp_path, *changes)) == [
        "mappings/sdtm/lb.yaml:26:16 CED253 LB.LBSTRESN: '0.150' of LBORRES is not a number; "
        "correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n    panel.csv line 2, subject T1-002"
    ]


def test_one_test_with_two_standard_units_in_the_data(tmp_path: Path) -> None:
    changes = [
        (LB, "      HGB:   {standard: g/L}\n", "      HGB:   {}\n"),
        (
            LB,
            "LBDTC: {collect: lab.DT, date: ISO}",
            "LBDTC: {collect: lab.DT, date: ISO}\n      LBSTRESU: lab.UNIT",
        ),
        (LB, "    unit:   lab.UNIT\n", ""),
        (LB, "standard: mmol/L, decimals: 2}\n      CREAT: {standard: umol/L, decimals: 0}", "decimals: 2}"),
        (LB, "      K:     {standard: mmol/L}\n      WBC:   {standard: 10^9/L}\n", ""),
        (LB, "      CRP:   {standard: mg/L}\n", ""),
        ("raw/lab.csv", "mg/dl", "mg/dL"),
        ("raw/lab.csv", "mmol/l", "mmol/L"),
        ("raw/lab.csv", "MG/DL", "mg/dL"),
        ("raw/lab.csv", "x10(9)/L", "10^9/L"),
        ("raw/lab.csv", "/uL", "10^9/L"),
    ]
    hint = "a test has one standard unit: 'standard' of the test names it"
    assert said(lab_study(tmp_path, *changes)) == [
        f"mappings/sdtm/lb.yaml:17:17 CED275 LB.LBSTRESU: test GLUC has the standard units mg/dL, mmol/L; {hint}\n"
        "    lab.csv line 4, subject T1-001\n    panel.csv line 2, subject T1-002",
        f"mappings/sdtm/lb.yaml:17:17 CED275 LB.LBSTRESU: test HGB has the standard units g/dL, mmol/L; {hint}\n"
        "    lab.csv line 13, subject T1-002",
    ]


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        (
            [(LB, "unit: mg/dL, standard: mmol/L", "unit: mg/dL, standard: mg/L")],
            [
                "mappings/sdtm/lb.yaml:25:64 CED070 LB.GLUC has two standard units: mg/L here, mmol/L in "
                "mappings/sdtm/lb.yaml:13:25; a test has one standard unit in a dataset"
            ],
        ),
        (
            [("mappings/sources.yaml", "decimal: comma", "decimal: either")],
            [
                "mappings/sources.yaml:8:3 CED018 table panel: numbers with 'decimal: either' have no thousands, "
                "since 1,234 could be two; take 'thousands' away, or say which sign"
            ],
        ),
        (
            [(STUDY, "TABL: TABLET", "TABL: TABLTE")],
            [
                "mappings/study.yaml:7:9 CED071 'TABLTE' is no unit of the terminology; did you mean TABLET?",
            ],
        ),
        (
            [(STUDY, "to: kg", "to: kgg")],
            [
                "mappings/study.yaml:8:12 CED071 'kgg' is no unit with a factor that is known; did you mean kg?",
            ],
        ),
        (
            [(STUDY, "0.4536", "0")],
            ["mappings/study.yaml:8:24 CED071 '0' is no factor; a number above 0, such as 0.4536"],
        ),
        (
            [(LB, "      CRP:   {", "      CPR:   {")],
            [
                "mappings/sdtm/lb.yaml:18:7 CED073 no record is made of test CPR; did you mean CRP?",
            ],
        ),
        (
            [(LB, "    result: lab.RES\n", "")],
            [
                "mappings/sdtm/lb.yaml:6:7 CED073 'test' takes a raw column, 'ct' with it, and 'result' beside it",
            ],
        ),
        (
            [(LB, "    long:\n", "    result: panel.GLU\n    long:\n")],
            [
                "mappings/sdtm/lb.yaml:24:13 CED073 'result' needs 'test', the raw column that says which test "
                "a row is",
            ],
        ),
        (
            [(LB, "GLUC:  {standard: mmol/L", "GLUC:  {unit: mg/dL, standard: mol")],
            [
                "mappings/sdtm/lb.yaml:13:38 CED027 no conversion from mg/dL to mol",
                "mappings/sdtm/lb.yaml:25:64 CED070 LB.GLUC has two standard units: mmol/L here, mol in "
                "mappings/sdtm/lb.yaml:13:38; a test has one standard unit in a dataset",
            ],
        ),
        (
            [(LB, "flags:  {H: HIGH", "flags:  {H: HIHG")],
            [
                "mappings/sdtm/lb.yaml:11:17 CED021 'HIHG' is no term of codelist NRIND (C78736) of LB.LBNRIND; "
                "did you mean HIGH?",
            ],
        ),
    ],
)
def test_specs_at_fault(tmp_path: Path, changes: list[tuple[str, str, str]], messages: list[str]) -> None:
    assert said(lab_study(tmp_path, *changes)) == messages


LIMIT = (
    "LBDTC: {collect: lab.DT, date: ISO}\n  - from",
    "LBLLOQ: lab.LO\n      LBDTC: {collect: lab.DT, date: ISO}\n  - from",
)
RANGE = ("range:  {low: lab.LO, high: lab.HI}", "range:  {high: lab.HI}")


def test_a_limit_of_an_assay_is_not_left_in_the_unit_collected(tmp_path: Path) -> None:
    """K has mEq/L for mmol/L, which is the same number; a glucose in mmol/L and HGB without limit are right, too."""

    def told(test: str, unit: str, records: str, more: str = "") -> str:
        converted = f"convert(number(lab.LO), LBORRESU, '{unit}'{more})"
        return (
            f"mappings/sdtm/lb.yaml:21:15 CED858 LB: LBLLOQ of {test} is as collected beside results that are converted to "
            f"{unit}, on {records}; under 'variables' of the test write LBLLOQ: {{derive: \"{converted}\"}}, "
            f'or {{derive: "number(lab.LO)"}} if the table has it in {unit}'
        )

    faults = said(lab_study(tmp_path, (LB, *LIMIT), (LB, *RANGE)))
    assert [fault.split("\n")[0] for fault in faults] == [
        told("CREAT", "umol/L", "1 record", ", 'CREAT'"),
        told("GLUC", "mmol/L", "2 records", ", 'GLUC'"),
        told("WBC", "10^9/L", "1 record"),
    ]


def test_a_limit_of_an_assay_that_is_converted(tmp_path: Path) -> None:
    """Glucose: 70 mg/dL x 10 / 180.156 = 3.88552 mmol/L; the others are said to be in the standard unit."""
    converted = "convert(number(lab.LO), LBORRESU, 'mmol/L', 'GLUC')"
    folder = lab_study(
        tmp_path,
        (LB, LIMIT[0], LIMIT[1].replace("lab.LO", '{derive: "number(lab.LO)"}')),
        (LB, *RANGE),
        (
            LB,
            "GLUC:  {standard: mmol/L, decimals: 2}",
            f'GLUC:  {{standard: mmol/L, decimals: 2, variables: {{LBLLOQ: {{derive: "round({converted}, 4)"}}}}}}',
        ),
    )
    found = (
        built(folder).frames["LB"].filter((pl.col("LBTESTCD") == "GLUC") & (pl.col("USUBJID") == "T1-001"))
    )
    assert found["LBLLOQ"].to_list() == [3.8855, 3.8855, 3.9]
