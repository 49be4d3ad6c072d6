"""The values behind one value, down to raw cells, and the commands' words where a value is not one."""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.pipeline import Build
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.needed import lines_for
from ced_cdisc.plan.only import restrict
from ced_cdisc.plan.study import plan_study
from ced_cdisc.read.contract import TableContract
from ced_cdisc.read.plain import Chosen, plain_rows
from ced_cdisc.recompute import Reason, agree
from ced_cdisc.report.reasons_text import reasons_text
from ced_cdisc.spec.load import load_specs
from ced_cdisc.stages.tracing import carried_out, trace_value
from ced_cdisc.write.plan_parts import KnownPlan, PlanParts, packed
from shared_builds import Made
from small_study import write_study

CLONE = Path(__file__).parents[2]
RAW = CLONE / "examples" / "improve_ced" / "raw"
SPECS = "specs from mappings and define\n"
Read = tuple[list[dict[str, Any]], list[Finding]] | None


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["why", *arguments], prog_name="ced-cdisc")
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(Path(), {})


def test_a_study_day_down_to_the_cells_of_two_tables() -> None:
    assert run("AE", "USUBJID=T1-001", "AESPID=1", "AESTDY") == (
        0,
        """\
AE.AESTDY = 1  (AESTDTC 2020-02-10, AETERM Headache)  mappings/sdtm/ae.yaml:1
  AE.AESTDTC = '2020-02-10'  mappings/sdtm/ae.yaml:23
    ae.START = '10-FEB-2020'  line 2 of ae.csv
  DM.RFSTDTC = '2020-02-10'  mappings/sdtm/dm.yaml:5
    EX.EXSTDTC = '2020-02-10'  (EXSTDTC 2020-02-10)  mappings/sdtm/ex.yaml:9
      dose.DOSDT = '10-FEB-2020'  line 2 of dose.csv
""",
        SPECS,
    )


def test_names_are_known_in_any_case() -> None:
    assert run("ae", "usubjid=T1-001", "aespid=1", "aestdy") == run(
        "AE", "USUBJID=T1-001", "AESPID=1", "AESTDY"
    )


def test_a_written_record_leads_to_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CLONE)
    code, out, _ = run("TE", "ETCD=SCRN", "ELEMENT", "--raw", str(RAW))
    assert (code, out) == (0, "TE.ELEMENT = 'Screening'  (ETCD SCRN)  mappings/sdtm/te.yaml:1\n")


SUPP = "supp:\n  AEXTRA: {collect: ae.TERM, label: Extra}\n  AEMORE: {collect: ae.SEV, label: More}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["SUPPAE", "USUBJID=T1-001", "IDVARVAL=2", "QNAM=AEXTRA", "QVAL"],
        ["suppae", "usubjid=T1-001", "rdomain=AE", "idvar=AESEQ", "idvarval=2", "qnam=AEXTRA", "qval"],
        ["SUPPAE", "USUBJID=T1-001", "AESEQ=2", "AEXTRA"],
        ["AE", "USUBJID=T1-001", "AESEQ=2", "AEXTRA"],
    ],
)
def test_a_qualifier_is_named_as_its_record_or_that_of_the_parent(words: list[str]) -> None:
    spec = Path("mappings/sdtm/ae.yaml")
    spec.write_text(spec.read_text("utf-8") + SUPP, "utf-8")
    line = len(spec.read_text("utf-8").splitlines()) - 1
    assert run(*words) == (
        0,
        f"AE.AEXTRA = 'Headache'  (AESTDTC 2020-02-10, AETERM Headache)  mappings/sdtm/ae.yaml:{line}\n"
        "  ae.TERM = 'Headache'  line 2 of ae.csv\n",
        SPECS,
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["SUPPAE", "USUBJID=T1-001", "QVAL"],
            "SUPPAE holds the supplemental qualifiers of AE; ask for QNAM=AEXTRA, AEMORE QVAL",
        ),
        (
            ["suppdm", "USUBJID=T1-001", "QNAM=RACE1", "QVAL"],
            "there is no dataset suppdm; DM has no supplemental qualifiers",
        ),
    ],
)
def test_a_qualifier_that_is_not_one(words: list[str], said: str) -> None:
    spec = Path("mappings/sdtm/ae.yaml")
    spec.write_text(spec.read_text("utf-8") + SUPP, "utf-8")
    code, out, err = run(*words)
    assert (code, out, err) == (2, "", f"{SPECS}Error: {said}\n")


def test_a_count_leads_to_each_record() -> None:
    code, out, err = run("ADSL", "USUBJID=T1-001", "NAE")
    assert (code, err) == (0, SPECS)
    assert out == (
        """\
ADSL.NAE = 2  the count of 2 records  mappings/adam/adsl.yaml:8
  AE.AESEQ = 2  (AESTDTC 2020-02-10, AETERM Headache)  mappings/sdtm/ae.yaml:1
  AE.AESEQ = 1  (AESTDTC 2020-02, AETERM Bone pain)  mappings/sdtm/ae.yaml:1
"""
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["AE", "USUBJID=T1-001", "AETREM"], "AE has no variable AETREM; did you mean AETERM?"),
        (["AE", "USUBJD=T1-001", "AETERM"], "AE has no variable USUBJD; did you mean USUBJID?"),
        (["AX", "USUBJID=T1-001", "AETERM"], "there is no dataset AX; there are ADSL, AE, DM, EX"),
        (["AE", "AETERM"], "name the subject of the record: USUBJID=.."),
        (["AE", "USUBJID=T1-009", "AETERM"], "no raw table has a record of USUBJID T1-009"),
        (["AE", "USUBJID=001", "AETERM"], "no raw table has a record of USUBJID 001; did you mean T1-001?"),
        (
            ["AE", "USUBJID=T1-001", "AESPID=3", "AETERM"],
            "no record of AE with USUBJID T1-001 has AESPID '3'; there are 1, 2",
        ),
        (
            ["AE", "USUBJID=T1-001", "AETERM"],
            "2 records of AE have these values; tell them apart by AESTDTC=2020-02, 2020-02-10 or "
            "AETERM=Bone pain, Headache or AESEQ=1, 2",
        ),
        (["AE", "USUBJID=T1-001"], "name one variable beside NAME=VALUE, not 0"),
        (["AE", "A", "B"], "name one variable beside NAME=VALUE, not 2"),
    ],
)
def test_a_value_that_is_not_one(words: list[str], said: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.removeprefix(SPECS) == f"Error: {said}\n"


def test_a_known_plan_is_asked_for_one_dataset_alone_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the cache, only what the dataset needs is read; a value, or what is wrong, is told alike."""
    questions = [
        ["AE", "USUBJID=T1-001", "AESPID=1", "AESTDY"],
        ["adsl", "USUBJID=T1-001", "NAE"],
        ["AX", "USUBJID=T1-001", "AETERM"],
        ["AE", "USUBJID=T1-001", "AETREM"],
        ["AE", "USUBJID=T1-001", "AETERM"],
    ]
    anew = [run(*words) for words in questions]
    monkeypatch.setenv("CED_CDISC_CACHE", str(Path("cache").resolve()))
    assert [run(*words) for words in questions] == anew
    [entry] = Path("cache/plans").iterdir()
    content, time = entry.read_bytes(), entry.stat().st_mtime_ns
    assert [run(*words) for words in questions] == anew
    assert entry.read_bytes() == content and entry.stat().st_mtime_ns > time
    damaged = content.replace(b"NAE", b"EAN")  # a qualified name of ADSL's lines
    entry.write_bytes(damaged)
    assert run(*questions[0]) == anew[0]
    assert entry.read_bytes() == damaged, "AE needs nothing of ADSL, so nobody looked"
    assert run(*questions[1]) == anew[1]
    assert entry.read_bytes() == content


def test_a_folder_of_raw_tables_that_is_not_there() -> None:
    said = "Error: there is no folder none; name that of the raw tables with --raw\n"
    assert run("AE", "--raw", "none", "AETERM") == (2, "", said)


def test_faults_of_specs_and_of_the_data_are_told() -> None:
    write_study(Path(), {"raw/ae.csv": ("10-FEB-2020,12", "31-FEB-2020,12")})
    code, out, err = run("AE", "USUBJID=T1-001", "AESPID=1", "AESTDTC")
    assert code == 0
    assert out.startswith("AE.AESTDTC = missing")
    assert err.startswith(
        f"{SPECS}the data have faults, at which a build stops and values are missing here: "
    )
    Path("raw/ae.csv").unlink()
    code, out, err = run("AE", "USUBJID=T1-001", "AESPID=1", "AESTDTC")
    assert (code, out) == (11, "")
    assert "ae.csv" in err


@cache
def example() -> StudyPlan:
    findings = Findings()
    specs = load_specs(CLONE / "mappings", CLONE / "define", findings)
    assert specs is not None
    plan = plan_study(specs, findings)
    assert plan is not None
    return plan


@pytest.fixture(scope="module")
def built(example_build: Made) -> Build:
    return example_build[0]


def leaves(reason: Reason) -> Iterator[Reason]:
    if not reason.parts:
        yield reason
    for part in reason.parts:
        yield from leaves(part)


S1, S2 = "IMPROVECED-01-001", "IMPROVECED-01-002"
VALUES = [
    ("ADCF", {"USUBJID": S1, "PARAMCD": "CBFPCT", "AVISIT": "Month 6"}, "CHG"),  # change of a computed one
    ("ADCF", {"USUBJID": S1, "PARAMCD": "CBFPCT", "AVISIT": "Month 6"}, "BASE"),
    ("ADNTG", {"USUBJID": S1, "PARAMCD": "NTGDAY", "AVISIT": "Month 6"}, "AVAL"),  # a mean of a diary
    ("ADQSSAQ", {"USUBJID": S1, "PARAMCD": "SAQPL", "AVISIT": "Month 6"}, "CHG"),  # scores of items
    ("ADSL", {"USUBJID": S2}, "AGE"),
    ("LB", {"USUBJID": S1, "LBSEQ": "3"}, "LBSTRESN"),
    ("VS", {"USUBJID": S1, "VSSEQ": "2"}, "VSDY"),
    ("AE", {"USUBJID": S1, "AESEQ": "1"}, "AERELCEL"),  # a supplemental qualifier
]


def traced(dataset: str, given: dict[str, str], variable: str) -> tuple[Reason, StudyPlan]:
    reason, part, faults = trace_value(example(), RAW, dataset, given, variable, Findings())
    assert faults == []
    return reason, part


@pytest.mark.parametrize(("dataset", "given", "variable"), VALUES, ids=lambda value: str(value)[:24])
def test_the_value_is_that_of_the_build_and_leads_to_raw_cells(
    dataset: str, given: dict[str, str], variable: str, built: Build
) -> None:
    reason, part = traced(dataset, given, variable)
    frame = built.frames[dataset]
    if variable in frame.columns:
        rows = [
            row for row in frame.to_dicts() if all(_text(row[name]) == value for name, value in given.items())
        ]
        assert len(rows) == 1
        assert agree(rows[0][variable], reason.value)
    ends = list(leaves(reason))
    cells = [end for end in ends if end.table in part.tables]
    assert cells
    for cell in cells:
        table = part.tables[cell.table]
        assert cell.record is not None
        line = cell.record.values["__row"]
        if table.file.endswith(".csv") and table.encoding == "utf-8" and isinstance(line, int):
            assert _cell(table.file, line, cell.name) == (cell.value or ""), cell
    text = reasons_text(reason, part)
    assert text.count("\n") < 200
    assert f"{dataset}.{variable} = " in text


def _cell(file: str, line: int, column: str) -> str:
    """A cell of a raw file as the csv module reads it; files of the example have a row a line."""
    with (RAW / file).open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        for row in reader:
            if reader.line_num == line:
                return row[column].strip()
    raise AssertionError(f"{file} has no line {line}")


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_a_score_leads_to_the_answers_of_its_items() -> None:
    """The physical limitation score: items Q1A to Q1I with an answer 1 to 5; 6 counts as no answer."""
    reason, _ = traced("ADQSSAQ", {"USUBJID": S1, "PARAMCD": "SAQPL", "AVISIT": "Month 6"}, "AVAL")
    answers = {(end.name, end.value) for end in leaves(reason) if end.table == "saq"}
    with (RAW / "saq.csv").open(encoding="utf-8-sig", newline="") as opened:
        [row] = [r for r in csv.DictReader(opened) if (r["SUBJ"], r["VISITNM"]) == ("01-001", "MONTH 6")]
    answered = {
        (name, value)
        for name, value in row.items()
        if name in {f"Q1{item}" for item in "ABCDEFGHI"} and value in set("12345")
    }
    assert answers >= answered
    assert 5 <= len(answered) <= 9


@pytest.mark.parametrize("dataset", ["ADCF", "ADAE", "ADTTE", "LB", "QS"])
def test_the_data_of_a_subject_alone_give_its_values(dataset: str, built: Build) -> None:
    """What `why` shows is computed of one subject's rows: it must be what the build made of all rows."""
    reasons, _ = carried_out(example(), RAW, dataset, S1, Findings())
    mine = [record.values for record in reasons.datasets[dataset] if record.values.get("USUBJID") == S1]
    theirs = [row for row in built.frames[dataset].to_dicts() if row["USUBJID"] == S1]
    assert len(mine) == len(theirs) > 0
    for one, other in zip(mine, theirs, strict=True):
        for name, value in other.items():
            assert agree(one.get(name), value), (name, one.get(name), value)


def values_of(dataset: str, person: str, frame: list[dict[str, object]]) -> StudyPlan:
    reasons, part = carried_out(example(), RAW, dataset, person, Findings())
    mine = [record.values for record in reasons.datasets[dataset] if record.values.get("USUBJID") == person]
    theirs = [row for row in frame if row["USUBJID"] == person]
    assert len(mine) == len(theirs) > 0
    for one, other in zip(mine, theirs, strict=True):
        for name, value in other.items():
            assert agree(one.get(name), value), (person, name, one.get(name), value)
    return part


def test_tables_that_only_witness_visits_are_read_where_visits_were_not_planned(built: Build) -> None:
    """The number of an unscheduled visit depends on dates in all tables, that of a planned one on none."""
    frame = built.frames["LB"].to_dicts()
    visited: dict[str, bool] = {}
    for row in frame:
        later = visited.get(row["USUBJID"], False)
        visited[row["USUBJID"]] = later or str(row["VISIT"]).startswith("UNSCHEDULED")
    assert set(visited.values()) == {True, False}
    for unplanned in (True, False):
        person = min(name for name, found in visited.items() if found is unplanned)
        part = values_of("LB", person, frame)
        assert ("vitals" in part.tables) is unplanned


def test_of_pooled_studies_those_alone_are_read_that_have_the_subject(
    built: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = built.frames["ADCF"].to_dicts()
    controls = set(built.frames["controls/DM"]["USUBJID"])
    control = min(row["USUBJID"] for row in frame if row["USUBJID"] in controls)
    read: list[str] = []

    def noted(raw: Path, contract: TableContract, column: str, chosen: Chosen) -> Read:
        read.append(contract.name)
        return plain_rows(raw, contract, column, chosen)

    monkeypatch.setattr("ced_cdisc.stages.subject_rows.plain_rows", noted)
    values_of("ADCF", S1, frame)
    assert "cathlab" in read and "controls/hc_cathlab" not in read
    read.clear()
    values_of("ADCF", control, frame)
    assert "cathlab" not in read and "controls/hc_cathlab" in read


def test_the_docs_show_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of the examples of docs/workbench.md that is not shortened, in its order."""
    monkeypatch.chdir(CLONE)
    text = (CLONE / "docs" / "workbench.md").read_text("utf-8")
    examples = re.findall(r"^    \$ ced-cdisc ((?:explain|why) .*)\n((?:(?:    .*)?\n)+)", text, re.MULTILINE)
    assert len(examples) == 2
    for command, shown in examples:
        result = CliRunner().invoke(main, shlex.split(command), prog_name="ced-cdisc")
        printed = iter(result.stdout.splitlines())
        wanted = [line.removeprefix("    ") for line in shown.splitlines()]
        for line in wanted:
            if line.strip() and ".." not in line:
                assert line in printed, (command, line)  # from where the line before was found


@pytest.mark.parametrize("dataset", ["XC", "VS"])
def test_lines_that_share_a_tree_are_told_apart(dataset: str) -> None:
    """Blocks that say the same share its tree; a value's line is that of the block of its record."""
    reasons, part = carried_out(example(), RAW, dataset, S1, Findings())
    places: dict[tuple[str, int], set[str]] = {}
    for line in (line for block in part.dataset(dataset).blocks for line in block.lines):
        places.setdefault((line.variable, id(line.tree)), set()).add(str(line.where))
    shared = {variable for (variable, _), where in places.items() if len(where) > 1}
    assert shared
    seen = 0
    for record in reasons.datasets[dataset]:
        assert record.block is not None
        for line in (line for line in record.block.lines if line.variable in shared):
            reason = reasons.of(record, line.variable)
            seen += reason.line is line
            assert reason.line is line or not reason.parts, (line.variable, str(line.where))
    assert seen


def test_what_a_dataset_needs_of_a_kept_plan() -> None:
    """For each dataset the part that is read gives the lines that the whole plan gives, without codelists."""
    known = KnownPlan(example(), (), {}, ())
    parts = PlanParts(*packed(known))
    whole = parts.whole()
    assert whole == known
    for study in example().studies:
        for dataset in study.datasets:
            name = study.qualified(dataset.name)
            part = parts.of_dataset(name.lower())
            assert part is not None
            assert [one.tables for one in part.plan.studies] == [one.tables for one in example().studies]
            variables = [variable.name for variable in dataset.variables]
            mine, theirs = (lines_for(plan, name, variables) for plan in (part.plan, example()))
            for one, other in zip(
                restrict(mine, [name], Findings()).studies,
                restrict(theirs, [name], Findings()).studies,
                strict=True,
            ):
                assert [trees(d) for d in one.datasets] == [trees(d) for d in other.datasets], name
    assert parts.of_dataset("NONE") is None


def trees(dataset: DatasetPlan) -> tuple[object, ...]:
    lines = [line for block in dataset.blocks for line in block.lines]
    lines += [line for one in dataset.computed for line in (*one.first, *one.lines)]
    return dataset.name, dataset.keep, [(line.variable, line.tree) for line in (*lines, *dataset.lines)]


def test_a_question_loads_no_library_of_frames() -> None:
    code = """import sys
from ced_cdisc.cli import main
main(sys.argv[1:], prog_name="ced-cdisc", standalone_mode=False)
print({"polars", "numpy", "pyarrow"} & set(sys.modules))
"""
    words = ["why", "AE", "USUBJID=T1-001", "AESPID=1", "AESTDY"]
    run = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, encoding="utf-8")
    assert run.stdout.startswith("AE.AESTDY = 1") and run.stdout.endswith("\nset()\n")


@pytest.mark.parametrize("dataset", ["AE", "DM", "RELREC", "ADSL", "ADEX"])
def test_the_lines_that_one_variable_needs_give_its_values(dataset: str) -> None:
    """Each variable computed by the lines alone that it needs is what all lines of the study make it."""
    whole, _ = carried_out(example(), RAW, dataset, S1, Findings())
    for variable in example().dataset(dataset).variables:
        part = lines_for(example(), dataset, [variable.name])
        alone, _ = carried_out(part, RAW, dataset, S1, Findings())
        mine = [record.column(variable.name) for record in alone.datasets[dataset]]
        assert mine == [record.column(variable.name) for record in whole.datasets[dataset]], variable.name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ADT", "ADTTE.ADT"),
        ("__event", "ADTTE, the event"),
        ("__e2", "ADTTE, event 2 as listed"),
        ("__c1", "ADTTE, censoring 1 as listed"),
        ("__e1_undated", "ADTTE, event 1 as listed, records without a date"),
        ("__take1", "ADTTE, take 1 as listed"),
    ],
)
def test_what_no_dataset_shows_is_named_in_words(name: str, shown: str) -> None:
    specs = load_specs(Path("mappings"), Path("define"), Findings())
    plan = plan_study(specs, Findings()) if specs is not None else None
    assert plan is not None
    assert reasons_text(Reason("ADTTE", None, name, 1.0), plan).partition(" = ")[0] == shown
