"""What define.xml says of the variables of an analysis dataset, where several records or sources share one."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from analysis_study import BDS, build, variable
from result_specs import RESULT, WITH_DISPLAY, advs
from test_sources import STACK

from ced_cdisc.plan.analyses import AnalysisMethod
from ced_cdisc.plan.method_words import sentence, title

THIRDS = BDS.replace(
    "variables:\n",
    "  THIRD:   {param: Third of the Pulse, computed: PULSE / 3, by: [ADT], decimals: 2}\n"
    "  SEVENTH: {param: Seventh of the Pulse, computed: PULSE / 7, by: [ADT], decimals: 2}\n"
    'variables:\n  ABLFL: {flag: last, where: "ADY < 1", by: [PARAMCD], order: [ADT]}\n'
    "  BASE: {derive: \"only(AVAL where ABLFL = 'Y' on PARAMCD)\"}\n",
)


def test_parameters_of_which_the_same_is_said_share_a_row_of_base(tmp_path: Path) -> None:
    made = build(tmp_path, {"ADVS": THIRDS})
    levels = {
        name: [level.where[0].values for level in variable(made, "ADVS", name).value_level]
        for name in ("AVAL", "BASE")
    }
    assert levels == {
        "AVAL": [("PULSE",), ("SEVENTH",), ("SYSBP",), ("THIRD",)],
        "BASE": [("PULSE", "SYSBP"), ("SEVENTH", "THIRD")],
    }


def test_decimals_that_are_given_are_shown_and_the_digits_are_those_of_the_values(tmp_path: Path) -> None:
    made = build(tmp_path, {"ADVS": THIRDS})
    for name in ("AVAL", "BASE"):
        level = variable(made, "ADVS", name).value_level[-1 if name == "BASE" else 1]
        rows = made.frames["ADVS"].filter(pl.col("PARAMCD").is_in(level.where[0].values))
        places = [len(f"{value!r}".partition(".")[2]) for value in rows[name].drop_nulls()]
        assert (level.significant_digits, level.display_format[-2:]) == (max(places), ".2")
        assert max(places) > 10
        assert level.length == 3 + max(places)
    values = made.frames["ADVS"].filter(pl.col("PARAMCD") == "THIRD")["AVAL"]
    assert values[0] == 70 / 3


def test_values_of_fewer_decimals_than_are_given_have_those(tmp_path: Path) -> None:
    halves = THIRDS.replace("PULSE / 3", "PULSE / 2").replace("PULSE / 7", "PULSE / 2 + 0.25")
    levels = variable(build(tmp_path, {"ADVS": halves}), "ADVS", "AVAL").value_level
    told = {level.where[0].values: (level.type, level.significant_digits) for level in levels}
    assert told == {
        ("PULSE",): ("integer", None),
        ("SYSBP",): ("integer", None),
        ("SEVENTH",): ("float", 2),
        ("THIRD",): ("float", 2),
    }


CHOSEN = {
    "PULSE": 'The records of VS where VS.VSSTRESN and ADSL.TRTSDT are present and VS.VSTESTCD is "PULSE".',
    "SYSBP": 'The records of VS where VS.VSSTRESN and ADSL.TRTSDT are present and VS.VSTESTCD is "SYSBP".',
    "THIRD": None,
    "SEVENTH": None,
}


@pytest.mark.parametrize("value", ["value: VS.VSSTRESN", "text: VS.VSSTRESC"])
def test_a_parameter_says_which_records_it_takes(tmp_path: Path, value: str) -> None:
    """Its AVAL says it, or AVALC where it has no AVAL; those that are computed have records of their own."""
    spec = THIRDS if value.startswith("value") else BDS.replace("value: VS.VSSTRESN", value)
    where = 'from: VS\nwhere: "VS.VSSTRESN is present and ADSL.TRTSDT is present"\n'
    made = build(tmp_path, {"ADVS": spec.replace("from: VS\n", where)})
    name = "AVAL" if value.startswith("value") else "AVALC"
    said = {
        level.where[0].values[0]: level.comment.text if level.comment is not None else None
        for level in variable(made, "ADVS", name).value_level
    }
    assert said == {code: text for code, text in CHOSEN.items() if code in said}
    assert {"PULSE", "SYSBP"} <= said.keys()
    assert variable(made, "ADVS", name).comment is None


def test_all_records_of_a_source_say_nothing(tmp_path: Path) -> None:
    spec = BDS.replace(", rows: \"VS.VSTESTCD = 'SYSBP'\"", "").replace(
        "  PULSE: {param: Pulse Rate (beats/min), rows: \"VS.VSTESTCD = 'PULSE'\", value: VS.VSSTRESN}\n", ""
    )
    spec = spec.replace("value: VS.VSSTRESN", "value: VS.VSSEQ")
    made = variable(build(tmp_path, {"ADVS": spec}), "ADVS", "AVAL")
    assert (made.comment, made.value_level) == (None, ())


def test_a_single_parameter_says_it_at_the_variable(tmp_path: Path) -> None:
    spec = BDS.replace(
        "  PULSE: {param: Pulse Rate (beats/min), rows: \"VS.VSTESTCD = 'PULSE'\", value: VS.VSSTRESN}\n", ""
    )
    made = variable(build(tmp_path, {"ADVS": spec}), "ADVS", "AVAL")
    assert (made.comment.text, made.value_level) == ('The records of VS where VS.VSTESTCD is "SYSBP".', ())


def test_a_variable_copied_from_several_sources_names_each(tmp_path: Path) -> None:
    made = build(tmp_path, {"ADMIX": STACK})
    told = {name: variable(made, "ADMIX", name).origin for name in ("STUDYID", "USUBJID", "SRCSEQ")}
    assert {name: (origin.type, origin.description) for name, origin in told.items() if origin} == {
        "STUDYID": ("Predecessor", "VS.STUDYID or EX.STUDYID"),
        "USUBJID": ("Predecessor", "VS.USUBJID or EX.USUBJID"),
        "SRCSEQ": ("Predecessor", "VS.VSSEQ or EX.EXSEQ"),
    }


def test_a_required_variable_is_mandatory_where_it_has_no_gap(tmp_path: Path) -> None:
    made = build(tmp_path, {"ADMIX": STACK})
    told = {name: variable(made, "ADMIX", name) for name in ("USUBJID", "PARAMCD", "ADT")}
    assert {name: (v.core, v.mandatory) for name, v in told.items()} == {
        "USUBJID": ("Req", True),
        "PARAMCD": ("Req", True),
        "ADT": ("Cond", False),
    }


def test_numbers_of_parameters_count_those_that_are_not_kept(tmp_path: Path) -> None:
    text = THIRDS.replace("value: VS.VSSTRESN}\n  PULSE", "value: VS.VSSTRESN, keep: no}\n  PULSE")
    made = build(tmp_path, {"ADVS": text})
    terms = {term.value: term.decode for term in variable(made, "ADVS", "PARAMN").codelist.terms}
    assert terms == {"2": "Pulse Rate (beats/min)", "3": "Third of the Pulse", "4": "Seventh of the Pulse"}
    assert set(made.frames["ADVS"]["PARAMN"]) == {2.0, 3.0, 4.0}


def test_a_parameter_that_is_not_kept_says_of_which_records_it_is(tmp_path: Path) -> None:
    text = THIRDS.replace("PULSE'\", value: VS.VSSTRESN}", "PULSE'\", value: VS.VSSTRESN, keep: no}")
    levels = variable(build(tmp_path / "1", {"ADVS": text}), "ADVS", "AVAL").value_level
    assert [level.method.text for level in levels if level.where[0].values == ("THIRD",)] == [
        "PULSE / 3. A parameter's code stands for its AVAL with the same USUBJID and ADT. PULSE, not kept as a "
        'parameter, is Pulse Rate (beats/min): VS.VSSTRESN, of the records of VS where VS.VSTESTCD is "PULSE".'
    ]
    text = text.replace(
        "from: VS\n", "from: VS\nfor: [{sign: <}, {sign: '>='}]\nwhere: date(VS.VSDTC) {sign} ADSL.TRTSDT\n"
    )
    levels = variable(build(tmp_path / "2", {"ADVS": text}), "ADVS", "AVAL").value_level
    [said] = [level.method.text for level in levels if level.where[0].values == ("THIRD",)]
    assert said.endswith(
        "is Pulse Rate (beats/min): VS.VSSTRESN, of the records of (1) VS where the date part of VS.VSDTC is before "
        'ADSL.TRTSDT and VS.VSTESTCD is "PULSE"; (2) VS where the date part of VS.VSDTC is on or after ADSL.TRTSDT '
        'and VS.VSTESTCD is "PULSE".'
    )


@pytest.mark.parametrize(
    ("lines", "structure"),
    [
        ("", ""),
        ("  AVISIT: {derive: VS.VISIT}\n  AVISITN: {derive: VS.VISITNUM}\n", " per analysis visit"),
        (
            "  ATPT: {assign: PREDOSE}\n  BASETYPE: {assign: LAST}\n",
            " per baseline type per analysis timepoint",
        ),
    ],
)
def test_the_structure_claims_no_more_than_the_dataset_has(
    tmp_path: Path, lines: str, structure: str
) -> None:
    """Of a visit there may be several records, as of a window, and no time points."""
    made = build(tmp_path, {"ADVS": BDS.replace("rows:\n", f"rows:\n{lines}")})
    [advs] = [one for one in made.packages["adam"].datasets if one.name == "ADVS"]
    assert advs.structure == f"One or more records per subject per parameter{structure}"


def test_a_derived_record_is_told_in_a_sentence(tmp_path: Path) -> None:
    text = BDS.replace(
        "variables:\n",
        'records:\n  - {dtype: AVERAGE, by: [ADT], where: "AVAL > 100", value: mean(AVAL)}\nvariables:\n',
    )
    method = variable(build(tmp_path, {"ADVS": text}), "ADVS", "DTYPE").method
    assert method.text == (
        "AVERAGE on the one record that is derived for each subject, PARAMCD and ADT from its records where AVAL "
        "is above 100; it has the values that they share. Missing on all other records."
    )


def test_a_result_names_what_it_counts_and_ends_with_its_note(tmp_path: Path) -> None:
    text = RESULT.replace(
        "method: mean and SD", "method: count\n    value: 120\n    note: 120 mmHg is the limit."
    )
    build(tmp_path, advs(text), WITH_DISPLAY)
    document = json.loads((tmp_path / "out" / "adam" / "results.json").read_bytes())
    assert document["displays"][0]["results"][0]["variant"] == "number of records with AVAL = 120"
    define = (tmp_path / "out" / "adam" / "define.xml").read_text(encoding="utf-8")
    assert (
        "Records of ADVS with PARAMCD = SYSBP, AVISIT = Baseline and ANL01FL = Y. Number of records with AVAL = 120. "
        "120 mmHg is the limit.<"
    ) in define


def test_a_count_of_a_variable_names_it() -> None:
    method = AnalysisMethod(name="count", show=("{n}",))
    assert title(method, "AVAL") == "number of records with AVAL"
    assert sentence(method, "AVAL") == "Number of records with AVAL."


def test_which_records_a_parameter_takes_of_one_source_is_said_of_that_source(tmp_path: Path) -> None:
    """The other block takes all of its records."""
    one = '{param: Measurement, value: "VS.VSSTRESN"}'
    text = f"""\
dataset: ADMIX
label: Measurements and Doses
class: BDS
stack:
  - {{from: VS, where: "VS.VSTESTCD = 'SYSBP'", parameters: {{ONE: {one}}}}}
  - {{from: EX, parameters: {{ONE: {one.replace("VS.VSSTRESN", "EX.EXDOSE")}}}}}
sort: [PARAMCD, AVAL]
"""
    comment = variable(build(tmp_path, {"ADMIX": text}), "ADMIX", "AVAL").comment
    assert comment is not None
    assert comment.text == 'In records made from VS: the records of VS where VS.VSTESTCD is "SYSBP".'


def test_an_occurrence_or_time_to_event_says_which_records_it_has(tmp_path: Path) -> None:
    """No AVAL says it; what is written in the spec goes before it."""
    adae = """\
dataset: ADAE
label: Adverse Event Analysis Dataset
class: AE
from: AE
where: "AE.AESEV != 'MILD' and ADSL.TRTSDT <= date('2020-12-31')"
copy: [AE.AETERM, AE.AESEQ]
rows: {ASTDT: {derive: "date(AE.AESTDTC)"}}
sort: [AESEQ]
"""
    adtte = """\
dataset: ADTTE
label: Time to Event Analysis Dataset
class: TTE
from: ADSL
where: ADSL.TRTSDT is present
parameters:
  TTAE:
    param: Time to First AE (days)
    start: ADSL.TRTSDT
    events: [{from: ADAE, where: ASTDT is present, date: ASTDT, describe: Adverse event}]
    censors: [{from: ADSL, date: "add_days(TRTSDT, 100)", describe: No event}]
sort: [PARAMCD]
"""
    written = adae.replace("ADAE", "ADAX").replace("sort", "comment: The worse ones.\nsort")
    built = build(tmp_path, {"ADAE": adae, "ADTTE": adtte, "ADAX": written, "ADVS": THIRDS})
    said = {one.name: one.comment and one.comment.text for one in built.packages["adam"].datasets}
    assert said == {
        "ADSL": None,
        "ADAE": 'The records of AE where AE.AESEV is not "MILD" and ADSL.TRTSDT is on or before the date part of '
        '"2020-12-31".',
        "ADAX": "The worse ones.",
        "ADTTE": "The records of ADSL where ADSL.TRTSDT is present.",
        "ADVS": None,
    }
