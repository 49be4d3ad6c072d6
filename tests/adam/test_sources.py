"""Where records come from: several sources, repeated records, the trace, other classes, one-to-one names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from analysis_study import BDS, build, messages, refused, rows, variable

from small_study import FILES

STACK = """\
dataset: ADMIX
label: Measurements and Doses
class: BDS
trace: yes
stack:
  - from: VS
    where: "VS.VSTESTCD = 'SYSBP'"
    rows: {ADT: {derive: "date(VS.VSDTC)"}}
    parameters:
      SYSBP: {param: Systolic Blood Pressure (mmHg), value: VS.VSSTRESN}
      HIGH:  {param: Pressure above 130 mmHg, value: "if(VS.VSSTRESN > 130, 1, 0)"}
  - from: EX
    rows: {ADT: {derive: "date(EX.EXSTDTC)"}}
    parameters:
      DOSE: {param: Dose (mg), value: EX.EXDOSE}
parameters:
  TDOSE: {param: Total Dose (mg), computed: sum(DOSE)}
variables:
  ADY: {derive: "study_day(ADT, ADSL.TRTSDT)"}
sort: [PARAMN, ADT]
"""


def test_records_of_several_sources_stand_one_below_the_other(tmp_path: Path) -> None:
    made = build(tmp_path, {"ADMIX": STACK})
    names = ("PARAMCD", "PARAMN", "ADT", "ADY", "AVAL", "SRCDOM", "SRCVAR", "SRCSEQ")
    assert rows(made, "ADMIX", *names, where=pl.col("USUBJID") == "T1-002") == [
        ("SYSBP", 1.0, "02-03", -9.0, 110.0, "VS", "VSSTRESN", 4.0),
        ("SYSBP", 1.0, "03-12", 30.0, 150.0, "VS", "VSSTRESN", 5.0),
        ("SYSBP", 1.0, "03-14", 32.0, 155.0, "VS", "VSSTRESN", 6.0),
        ("HIGH", 2.0, "02-03", -9.0, 0.0, "VS", "VSSTRESN", 4.0),
        ("HIGH", 2.0, "03-12", 30.0, 1.0, "VS", "VSSTRESN", 5.0),
        ("HIGH", 2.0, "03-14", 32.0, 1.0, "VS", "VSSTRESN", 6.0),
        ("DOSE", 3.0, "02-12", 1.0, 2.5, "EX", "EXDOSE", 1.0),
        ("TDOSE", 4.0, None, None, 2.5, None, None, None),
    ]
    assert [variable(made, "ADMIX", name).comment.text for name in ("SRCDOM", "SRCVAR", "SRCSEQ")] == [
        "Given for records that are made from one record of a source; missing on all others.",
        "Given for records that are made from one variable of one record of a source; missing on all others.",
        "Given for records that are made from one record of a source; missing on all others.",
    ]


def test_what_is_copied_of_a_subject_is_copied_to_the_records_of_all_sources(tmp_path: Path) -> None:
    """One block is made from ADSL: the copies of ADSL above are for the others as well, and for computed ones."""
    text = STACK.replace("trace: yes", "copy: [ADSL.SEX, VS.VISITNUM]").replace(
        "parameters:\n  TDOSE",
        "  - from: ADSL\n    parameters:\n      AGE: {param: Age (years), value: ADSL.AGE}\nparameters:\n  TDOSE",
    )
    text = text.replace("  - from: EX\n", "  - from: EX\n    copy: [ADSL.TRTSDT]\n")
    made = build(tmp_path, {"ADMIX": text})
    names = ("PARAMCD", "SEX", "TRTSDT", "VISITNUM")
    one = (pl.col("USUBJID") == "T1-002") & (pl.col("PARAMCD") != "HIGH")
    assert rows(made, "ADMIX", *names, where=one) == [
        ("SYSBP", "F", None, 1.0),
        ("SYSBP", "F", None, 4.0),
        ("SYSBP", "F", None, 5.0),
        ("DOSE", "F", "02-12", None),
        ("AGE", "F", None, None),
        ("TDOSE", "F", None, None),
    ]


def test_without_one_variable_that_a_value_reads_there_is_no_srcvar(tmp_path: Path) -> None:
    """It would hold nothing, and define.xml could not say where it comes from."""
    one = "if(VS.VSSTRESN > 130, 1, 0)"
    both = "coalesce(VS.VSSTRESN, numeric(VS.VSORRES))"
    text = STACK.replace(one, both).replace("value: VS.VSSTRESN", f'value: "{both}"')
    made = build(tmp_path, {"ADMIX": text})
    assert "SRCVAR" in made.frames["ADMIX"].columns  # of the doses
    text = text.replace("value: EX.EXDOSE", 'value: "coalesce(EX.EXDOSE, number(EX.EXDOSTXT))"')
    made = build(tmp_path / "none", {"ADMIX": text.replace("number(EX.EXDOSTXT)", "EX.EXSTDY")})
    columns = made.frames["ADMIX"].columns
    assert ("SRCDOM" in columns, "SRCVAR" in columns, "SRCSEQ" in columns) == (True, False, True)


def test_a_record_of_several_baseline_types_is_repeated(tmp_path: Path) -> None:
    text = BDS.replace(
        "rows:\n",
        "for:\n"
        '  - {type: LAST BEFORE TREATMENT, taken: "VS.VSSTRESN is present"}\n'
        "  - {type: WEEK 2, taken: \"VS.VISIT != 'SCREENING'\"}\n"
        'where: "{taken}"\n'
        'rows:\n  BASETYPE: {assign: "{type}"}\n',
    ).replace(
        "variables:\n",
        "variables:\n"
        "  ABLFL:\n    flag: last\n    by: [PARAMCD, BASETYPE]\n    order: [ADT]\n"
        "    where: \"BASETYPE = 'WEEK 2' and ADY = 8 or BASETYPE != 'WEEK 2' and ADY < 1\"\n"
        "  BASE: {derive: \"only(AVAL where ABLFL = 'Y' on PARAMCD, BASETYPE)\"}\n",
    )
    made = build(tmp_path, {"ADVS": text.replace("sort: [PARAMCD", "sort: [PARAMCD, BASETYPE")})
    one = (pl.col("USUBJID") == "T1-001") & (pl.col("PARAMCD") == "SYSBP")
    assert rows(made, "ADVS", "BASETYPE", "ADT", "AVAL", "ABLFL", "BASE", where=one) == [
        ("LAST BEFORE TREATMENT", "02-01", 120.0, None, 124.0),
        ("LAST BEFORE TREATMENT", "02-09", 124.0, "Y", 124.0),
        ("LAST BEFORE TREATMENT", "02-17", 140.0, None, 124.0),
        ("LAST BEFORE TREATMENT", "02-24", 130.0, None, 124.0),
        ("WEEK 2", "02-17", 140.0, "Y", 140.0),
        ("WEEK 2", "02-24", 130.0, None, 140.0),
    ]


def test_a_dataset_of_another_class_takes_any_structure(tmp_path: Path) -> None:
    text = """\
dataset: ADDOSE
label: Doses
class: OTHER
from: EX
copy: [EX.EXTRT, EX.EXDOSE]
trace: yes
sort: [EXTRT, SRCSEQ]
"""
    made = build(tmp_path, {"ADDOSE": text})
    assert rows(made, "ADDOSE", "USUBJID", "EXDOSE", "SRCDOM", "SRCSEQ")[0] == ("T1-001", 5.0, "EX", 1.0)
    assert variable(made, "ADDOSE", "SRCDOM").comment is None  # every record has it
    dataset = next(d for d in made.packages["adam"].datasets if d.name == "ADDOSE")
    assert (dataset.class_name, dataset.subclass) == ("ADAM OTHER", "")


def test_a_computed_parameter_may_read_the_subject(tmp_path: Path) -> None:
    """ADSL has one record a subject: its variables are known to computed records as to all others."""
    text = BDS.replace(
        "variables:\n",
        '  SINCE: {param: Pulse and Days, computed: "PULSE + days_between(ADSL.TRTSDT, ADT)", by: [ADT]}\nvariables:\n',
    )
    made = build(tmp_path, {"ADVS": text})
    start = dict(rows(made, "ADSL", "USUBJID", "TRTSDT"))
    found = made.frames["ADVS"].filter(pl.col("PARAMCD") == "SINCE")
    pulse = {
        (row["USUBJID"], row["ADT"]): row["AVAL"]
        for row in made.frames["ADVS"].filter(pl.col("PARAMCD") == "PULSE").to_dicts()
    }
    expected = {
        (s, at): value + (at - date(at.year, *map(int, start[s].split("-")))).days
        for (s, at), value in pulse.items()
    }
    assert {(row["USUBJID"], row["ADT"]): row["AVAL"] for row in found.to_dicts()} == expected
    assert len(expected) == 6
    assert not [name for name in made.frames["ADVS"].columns if "." in name]


def test_decimals_and_words_of_a_parameter_are_shown(tmp_path: Path) -> None:
    text = BDS.replace(
        "variables:\n",
        "  THIRD: {param: Third of the Pulse, computed: PULSE / 3, by: [ADT], decimals: 2, as: One third of the pulse.}\n"
        'variables:\n  ABLFL: {flag: last, where: "ADY < 1", by: [PARAMCD], order: [ADT]}\n'
        "  BASE: {derive: \"only(AVAL where ABLFL = 'Y' on PARAMCD)\"}\n",
    )
    made = build(tmp_path, {"ADVS": text})
    level = variable(made, "ADVS", "AVAL").value_level[2]
    assert level.where[0].values == ("THIRD",)
    assert (level.type, level.length, level.significant_digits, level.display_format) == (
        "float",
        18,
        15,
        "5.2",
    )
    assert level.method.text == "One third of the pulse."
    base = next(v for v in variable(made, "ADVS", "BASE").value_level if v.where[0].values == ("THIRD",))
    assert (base.significant_digits, base.display_format) == (15, "5.2")
    assert made.frames["ADVS"].filter(pl.col("PARAMCD") == "THIRD")["AVAL"][0] == 70 / 3


def test_avalc_and_aval_are_one_to_one_within_a_parameter(tmp_path: Path) -> None:
    text = BDS.replace(
        "value: VS.VSSTRESN}\n  PULSE",
        "value: VS.VSSTRESN, text: \"if(VS.VSSTRESN > 125, 'HIGH', text(VS.VSSTRESN))\"}\n  PULSE",
    )
    assert refused(tmp_path, {"ADVS": text})[0] == (
        "mappings/adam/advs.yaml:8:107 CED284 ADVS: SYSBP has AVALC 'HIGH' with AVAL 130, 140, 150, 155; "
        "within a parameter each AVAL has one AVALC, and each AVALC one AVAL\n"
        "    vitals.csv line 4, subject T1-001\n    vitals.csv line 5, subject T1-001\n"
        "    vitals.csv line 7, subject T1-002\n    and 1 more"
    )


def test_datasets_in_a_circle_are_one_fault(tmp_path: Path) -> None:
    """What one of them reads of another is not called unknown beside it."""
    adsl = FILES["mappings/adam/adsl.yaml"].replace(
        "variables:\n", 'variables:\n  PEAK: {derive: "max(ADVS.AVAL)", label: Peak}\n'
    )
    assert messages(tmp_path, {"ADSL": adsl, "ADVS": BDS}) == [
        "mappings/adam/adsl.yaml:1:10 CED025 datasets need each other: ADSL -> ADVS -> ADSL"
    ]


FAULTS = [
    (
        BDS,
        "  PULSE: {param: Pulse Rate (beats/min)",
        "  PULSE: {param: Systolic Blood Pressure (mmHg)",
        "9:18 CED034 SYSBP and PULSE have one PARAM: 'Systolic Blood Pressure (mmHg)'",
    ),
    (
        BDS,
        "  PULSE:",
        "  PULSERATE:",
        "9:3 CED034 'PULSERATE' is no parameter code: up to 8 capitals, digits and _, no digit first",
    ),
    (
        STACK,
        "      DOSE:",
        "      SYSBP:",
        "15:22 CED034 SYSBP means 'Systolic Blood Pressure (mmHg)' in one place and 'Dose (mg)' here",
    ),
    (
        STACK,
        "stack:\n",
        "from: VS\nstack:\n",
        "5:7 CED018 beside 'stack', the words from, with, where, unknown and for stand in its blocks",
    ),
    (
        STACK,
        "computed: sum(DOSE)",
        "value: VS.VSSTRESN",
        "17:3 CED018 parameter TDOSE has no source: beside 'stack' only computed ones stand here; write it in a block of 'stack'",
    ),
    (
        STACK,
        "  - from: EX\n",
        "  - from: EX\n    copy: [VS.VSPOS]\n",
        "13:12 CED012 VS is not looked up here; add it: with: {VS: USUBJID}, or use first(), max() .. over it",
    ),
    (STACK, "  - from: EX\n    rows", "  - rows", "12:5 CED007 the key 'from' is missing"),
    (BDS, "from: VS\n", "", "1:1 CED007 the key 'from' is missing; from: DM, or stack: with a source each"),
    (BDS, "from: VS\n", "from: VSS\n", "4:7 CED016 unknown dataset VSS; did you mean VS?"),
]


@pytest.mark.parametrize(("text", "old", "new", "wanted"), FAULTS)
def test_misuse_is_told(tmp_path: Path, text: str, old: str, new: str, wanted: str) -> None:
    name = "ADVS" if text is BDS else "ADMIX"
    assert old in text
    found = messages(tmp_path, {name: text.replace(old, new)})
    assert f"mappings/adam/{name.lower()}.yaml:{wanted}" in found
