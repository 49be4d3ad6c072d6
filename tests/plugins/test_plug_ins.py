"""Plug-ins: what they give, where they show, and every way in which one is not right."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.core.guide import Table
from ced_cdisc.describe.guides.facts import Facts, plugins
from ced_cdisc.pipeline import build
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.spec.locate import find_study
from ced_cdisc.spec.plan_key import plan_key
from ced_cdisc.stages.planning import make_plan
from small_study import write_study

HEAD = "from ced_cdisc.derivations import derivation\n"
BAND = (
    HEAD
    + """
@derivation(inputs={"age": "number", "sex": "text"}, output="text", method="the band of {age} and {sex}")
def band(age, sex):
    if age is None:
        return None
    return f"{sex}{int(age) // 10 * 10}"
"""
)
SUMS = (
    HEAD
    + """
@derivation(
    inputs={"severity": "text", "day": "number"}, output="number", frames="FRAMES", group=["severity"],
    method="the sum of {day}",
)
def total(frame):
    return RESULT
"""
)
NAMED = {"mappings/study.yaml": ("snapshot", "derivations: derivations.py\nsnapshot")}
ADSL = {"mappings/adam/adsl.yaml": ("  NAE:", '  BAND: {derive: "band(AGE, SEX)", label: Band}\n  NAE:')}
ADAE = """\
dataset: ADAE
label: Adverse Events Analysis Dataset
class: AE
from: AE
copy: [AE.AETERM, AE.AESEV, AE.AESEQ]
variables:
  DAYS: {derive: "total(AESEV, AESEQ)", label: Total}
sort: [AESEQ]
"""


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CED_CDISC_CACHE", "off")


def write(code: str, changes: dict[str, tuple[str, str]] | None = None) -> None:
    write_study(Path(), NAMED | (ADSL if changes is None else changes))
    Path("mappings/derivations.py").write_text(code, encoding="utf-8")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(arguments), prog_name="ced-cdisc")
    return result.exit_code, result.output


def faults() -> list[str]:
    """What check-spec says."""
    findings = Findings()
    with pytest.raises(Stopped) as stopped:
        make_plan(find_study(None, None, Path()), findings)
    return [str(one) for one in stopped.value.findings.errors]


def stops(*, verify: bool = False) -> list[str]:
    """What a build says."""
    with pytest.raises(Stopped) as stopped:
        build("raw", "out", check=False, verify=verify)
    return [str(one) for one in stopped.value.findings.errors]


def test_a_function_of_one_record_has_value_method_lineage_and_digest() -> None:
    write(BAND)
    done = build("raw", "out", check=False, verify=True)
    assert done.frames["ADSL"]["BAND"].to_list() == ["M40", None]
    method = "The band of AGE and SEX."
    define = Path("out/adam/define.xml").read_text(encoding="utf-8")
    assert f'<TranslatedText xml:lang="en">{method}</TranslatedText>' in define
    assert run("explain", "ADSL.BAND")[1].partition("\n\n")[0].splitlines()[1:] == [
        "ADSL.BAND: Band (Char, Derived)",
        "    mappings/adam/adsl.yaml:8",
        f"        {method}",
        "    from ADSL.AGE, ADSL.SEX",
    ]
    why = run("why", "ADSL", "USUBJID=T1-001", "BAND")[1].splitlines()
    assert why[1] == "ADSL.BAND = 'M40'  mappings/adam/adsl.yaml:8"
    assert why[2].startswith("  ADSL.AGE = 49")
    inputs = json.loads(Path("out/build.json").read_text())["inputs"]
    assert len(inputs["mappings/derivations.py"]) == 64


def test_what_plug_ins_give_never_counts_as_verified() -> None:
    write(BAND)
    with_plugin = build("raw", "out", check=False, verify=True).verified
    assert with_plugin is not None
    write_study(Path("plain"))
    plain = build(
        "plain/raw", "other", mappings="plain/mappings", define="plain/define", check=False, verify=True
    ).verified
    assert plain is not None
    assert (with_plugin.values, with_plugin.rerun, plain.rerun) == (plain.values, 2, 0)
    assert str(with_plugin) == (
        f"verified: both engines agree on {plain.values} values of {plain.datasets} datasets; not verified: "
        "2 values of plug-ins, which no second engine can compute (run again, they came out the same)"
    )


@pytest.mark.parametrize(
    ("frames", "result"),
    [
        ("record", "[sum(one['day'] for one in frame)] * len(frame)"),
        ("polars", "frame['day'].sum() + 0 * frame['day']"),
        ("pandas", "frame['day'].sum() + 0 * frame['day']"),
    ],
)
def test_a_group_is_of_one_subject_and_of_the_inputs_that_divide_it(frames: str, result: str) -> None:
    write(SUMS.replace("FRAMES", frames).replace("RESULT", result), {})
    Path("mappings/adam/adae.yaml").write_text(ADAE.replace("AESEV, AESEQ)", "AESEV, AESEQ)"))
    raw = Path("raw/ae.csv")
    raw.write_text(raw.read_text() + "001,3,Cramp,2,20-FEB-2020,\n")
    done = build("raw", "out", check=False, verify=True)
    rows = done.frames["ADAE"].select("USUBJID", "AESEV", "AESEQ", "DAYS").rows()
    sums: dict[tuple[str, str], float] = {}
    for subject, severity, number, _ in rows:
        sums[subject, severity] = sums.get((subject, severity), 0) + number
    assert len(rows) == 4
    assert len(sums) == 3
    assert all(days == sums[subject, severity] for subject, severity, _, days in rows)
    said = "The sum of AESEQ, over the subject's records with the same AESEV."
    assert said in run("explain", "ADAE.DAYS")[1]


def test_specs_alone_run_nothing() -> None:
    write_study(Path())
    Path("mappings/derivations.py").write_text("raise SystemError('run')")
    assert run("check-spec") == (0, "specs from mappings and define\nthe specs of 4 datasets are in order\n")


def test_the_plan_goes_to_another_process_without_the_file() -> None:
    write(BAND)
    plan, _ = make_plan(find_study(None, None, Path()), Findings())
    Path("plan").write_bytes(pickle.dumps(plan))
    Path("mappings/derivations.py").unlink()
    code = (
        "import pickle, pathlib\n"
        "from ced_cdisc.derivations.run import Runner\n"
        "plan = pickle.loads(pathlib.Path('plan').read_bytes())\n"
        "print(Runner().rows(plan.derivations[0], [(49.0, 'M')])[0].value)"
    )
    source = str(Path(sys.modules["ced_cdisc"].__file__ or "").parents[1])
    env = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "M40\n"


def test_an_edited_plug_in_is_another_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    write(BAND)
    monkeypatch.setenv("CED_CDISC_CACHE", str(Path("cache").absolute()))
    study = find_study(None, None, Path())
    before = plan_key(study)
    first, _ = make_plan(study, Findings())
    Path("mappings/derivations.py").write_text(BAND.replace("* 10", "* 10 + 1"))
    assert plan_key(study) != before or before is None
    second, _ = make_plan(study, Findings())
    assert _trees(first, "ADSL", "BAND") != _trees(second, "ADSL", "BAND")
    assert build("raw", "out", check=False).frames["ADSL"]["BAND"].to_list() == ["M41", None]


def _trees(plan: StudyPlan, dataset: str, variable: str) -> list[object]:
    """The trees of a variable, in which the digest of the source stands."""
    return [line.tree for line in plan.dataset(dataset).lines if line.variable == variable] or [
        line.tree for b in plan.dataset(dataset).blocks for line in b.lines if line.variable == variable
    ]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "import nowhere_at_all\n",
            "mappings/derivations.py:1 CED150 the derivations of mappings/derivations.py stop: "
            "ModuleNotFoundError: No module named 'nowhere_at_all'; mappings/study.yaml:3:14 names it",
        ),
        (
            "def broken(:\n",
            "mappings/derivations.py:1 CED150 the derivations of mappings/derivations.py stop: SyntaxError: "
            "invalid syntax; mappings/study.yaml:3:14 names it",
        ),
        (
            "x = 1\n",
            "mappings/study.yaml:3:14 CED151 mappings/derivations.py declares no derivation; declare one with "
            "@derivation, or take the file out of study.yaml",
        ),
        (
            BAND.replace("def band(age, sex)", "def band(age, arm)"),
            "mappings/derivations.py:3 CED151 derivation band: its parameters are age, arm, its declared inputs "
            "age, sex; both must be the same, in the same order",
        ),
        (
            BAND.replace('"sex": "text"', '"sex": "txt"'),
            "mappings/derivations.py:3 CED151 derivation band: input sex has the unknown type 'txt'; did you mean "
            "text?",
        ),
        (
            BAND.replace('output="text"', 'output="string"'),
            "mappings/derivations.py:3 CED151 derivation band: its output has the unknown type 'string'; it is "
            "one of text, number, dtc, date, datetime, truth",
        ),
        (
            BAND.replace('{sex}")', '{sexe}")'),
            "mappings/derivations.py:3 CED151 derivation band: its method names {sexe}, which is no input; did "
            "you mean sex?",
        ),
        (
            BAND.replace('{sex}")', '{sex}.")'),
            "mappings/derivations.py:3 CED151 derivation band: its method must be words without a full stop; "
            "method='the body mass index of ..'",
        ),
        (
            BAND.replace('{sex}")', "{sex}\", group=['arm'])"),
            "mappings/derivations.py:3 CED151 derivation band: its group names arm, which is no input; it is one "
            "of age, sex",
        ),
        (
            BAND.replace('{sex}")', "{sex}\", frames='polar')"),
            "mappings/derivations.py:3 CED151 derivation band: 'polar' is no kind of frames; did you mean polars?",
        ),
        (
            BAND.replace('{sex}")', "{sex}\", frames='polars')"),
            "mappings/derivations.py:3 CED151 derivation band: it has 2 parameters; it is called with a polars "
            "DataFrame alone",
        ),
        (
            BAND.replace('{sex}")', "{sex}\", name='Band')"),
            "mappings/derivations.py:3 CED151 derivation Band: 'Band' is no name of a function; lower case "
            "letters, digits and _",
        ),
        (
            BAND.replace('inputs={"age": "number", "sex": "text"}', "inputs={}").replace(
                "{age} and {sex}", "x"
            ),
            "mappings/derivations.py:3 CED151 derivation band: it declares no input; name each argument with its "
            "type",
        ),
        (
            BAND.replace('{sex}")', "{sex}\", name='upper')"),
            "mappings/derivations.py:3 CED152 derivation upper has the name of a function or word of the "
            "language; give it another name",
        ),
        (
            BAND + BAND.replace("def band", "def other").replace('{sex}")', "{sex}\", name='band')"),
            "mappings/derivations.py:10 CED152 derivation band is declared at mappings/derivations.py:3 already; "
            "give it another name",
        ),
        (
            BAND.replace("def band", "def bands"),
            "mappings/adam/adsl.yaml:8:19 CED013 unknown function band(); did you mean bands?",
        ),
    ],
)
def test_a_declaration_that_is_not_right(code: str, message: str) -> None:
    write(code)
    assert message in faults()


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (
            "derivation.py",
            "mappings/study.yaml:3:14 CED150 there is no file derivation.py beside the study.yaml that names it; "
            "did you mean derivations.py?",
        ),
        (
            "../derivations.py",
            "mappings/study.yaml:3:14 CED150 '../derivations.py' is no Python file in mappings or a folder "
            "directly below it; letters, digits, - and _, as in derivations.py",
        ),
        (
            "acme",
            "mappings/study.yaml:3:14 CED153 no installed package offers the derivations 'acme'; no installed "
            "package has an entry point in ced_cdisc.derivations",
        ),
    ],
)
def test_a_source_that_is_not_there(named: str, message: str) -> None:
    write(BAND)
    study = Path("mappings/study.yaml")
    study.write_text(study.read_text().replace("derivations: derivations.py", f"derivations: {named}"))
    assert message in faults()


def test_a_file_that_is_not_utf8() -> None:
    write(BAND)
    Path("mappings/derivations.py").write_bytes(b"# \xff\n")
    message = "mappings/study.yaml:3:14 CED150 mappings/derivations.py is not UTF-8: byte 3 cannot be read"
    assert message in faults()


def test_an_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    write(BAND)
    study = Path("mappings/study.yaml")
    study.write_text(study.read_text().replace("derivations.py", "acme"))
    package = Path("site/acme_cdisc")
    info = Path("site/acme_cdisc-1.2.dist-info")
    for folder in (package, info):
        folder.mkdir(parents=True)
    (package / "__init__.py").write_text(BAND)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-cdisc\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[ced_cdisc.derivations]\nacme = acme_cdisc\n")
    monkeypatch.syspath_prepend(str(Path("site").absolute()))
    monkeypatch.setenv("CED_CDISC_CACHE", str(Path("cache").absolute()))
    done = build("raw", "out", check=False)
    assert done.frames["ADSL"]["BAND"].to_list() == ["M40", None]
    inputs = json.loads(Path("out/build.json").read_text())["inputs"]
    digest = inputs["plug-in acme-cdisc 1.2 (acme_cdisc)"]
    (package / "__init__.py").write_text(BAND + "# edited\n")
    plan, _ = make_plan(find_study(None, None, Path()), Findings())
    assert plan.derivations[0].source.digest != digest


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "band(AGE)",
            "mappings/adam/adsl.yaml:8:19 CED015 band() is written band(age, sex)",
        ),
        (
            "band(SEX, SEX)",
            "mappings/adam/adsl.yaml:8:24 CED014 age of band() must be number, not text; number(..) reads a number "
            "from text",
        ),
    ],
)
def test_a_call_that_does_not_fit(expression: str, message: str) -> None:
    write(BAND)
    spec = Path("mappings/adam/adsl.yaml")
    spec.write_text(spec.read_text().replace("band(AGE, SEX)", expression))
    assert message in faults()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "max(total(AESEV, AESEQ))",
            "mappings/adam/adae.yaml:7:23 CED154 total() looks at several records, and cannot stand inside or hold "
            "a function over several records; give that value a variable of its own",
        ),
        (
            "total(upper(AESEV), AESEQ)",
            "mappings/adam/adae.yaml:7:25 CED154 severity of total() divides its groups and must be a variable of "
            "this dataset",
        ),
        (
            "total(AESEV, days_between(ADSL.TRTSDT, ADSL.TRTSDT))",
            "mappings/adam/adae.yaml:7:45 CED154 total() looks at records of this dataset, not at ADSL.TRTSDT; "
            "give that value a variable of its own",
        ),
    ],
)
def test_a_group_that_is_not_at_hand(expression: str, message: str) -> None:
    write(SUMS.replace("FRAMES", "polars").replace("RESULT", "frame['day']"), {})
    Path("mappings/adam/adae.yaml").write_text(ADAE.replace("total(AESEV, AESEQ)", expression))
    assert message in faults()


def test_a_group_in_the_lines_of_single_records() -> None:
    write(SUMS.replace("FRAMES", "polars").replace("RESULT", "frame['day']"), {})
    Path("mappings/adam/adae.yaml").write_text(
        ADAE.replace("variables:", "rows:").replace("total(AESEV, AESEQ)", "total(AETERM, 1)")
    )
    assert (
        "mappings/adam/adae.yaml:7:9 CED154 total() looks at several records, which are not all there yet; write "
        "it in a line over the whole dataset (in ADaM: `variables`)"
    ) in faults()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "    return 1 / 0",
            "mappings/adam/adsl.yaml:8:19 CED780 ADSL.BAND: band() stopped at mappings/derivations.py:5: "
            "ZeroDivisionError: division by zero; correct the plug-in, or the condition under which it is called\n"
            "    demog.csv line 2, subject T1-001\n    demog.csv line 3, subject T1-002",
        ),
        (
            "    return age",
            "mappings/adam/adsl.yaml:8:19 CED781 ADSL.BAND: band() at mappings/derivations.py:3 returned 49.0 "
            "(float), not a text; correct the plug-in, or the condition under which it is called\n"
            "    demog.csv line 2, subject T1-001",
        ),
    ],
)
def test_a_record_at_which_a_plug_in_is_at_fault(body: str, message: str) -> None:
    write(BAND[: BAND.index("    if age")] + body + "\n")
    assert message in stops()


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("frame['day'].head(0)", "total() at mappings/derivations.py:3 returned 0 values for 1 records"),
        (
            "frame",
            "total() at mappings/derivations.py:3 returned a polars DataFrame, not a polars Series",
        ),
        (
            "frame['other']",
            'total() stopped at mappings/derivations.py:8: ColumnNotFoundError: "other" not found',
        ),
    ],
)
def test_a_frame_that_is_not_right(result: str, message: str) -> None:
    write(SUMS.replace("FRAMES", "polars").replace("RESULT", result), {})
    Path("mappings/adam/adae.yaml").write_text(ADAE)
    hint = "correct the plug-in, or the condition under which it is called"
    code = "CED780" if "stopped" in message else "CED781"
    line = f"mappings/adam/adae.yaml:7:19 {code} ADAE.DAYS: {message}; {hint}\n    ae.csv line 2, subject T1-001\n"
    assert any(one.startswith(line) for one in stops()), stops()


def test_a_value_that_hangs_on_more_than_its_inputs_is_found_when_it_is_run_again() -> None:
    counting = BAND.replace(HEAD, HEAD + "calls = []\n").replace(
        "    if age", "    calls.append(1)\n    return str(len(calls))\n    if age"
    )
    write(counting)
    assert stops(verify=True) == [
        "mappings/adam/adsl.yaml:8:9 CED782 ADSL.BAND differs in 2 of 2 records when band() is run again; the value "
        "of a plug-in must hang on its declared inputs alone: no clock, chance or other records\n"
        "    record 1, subject T1-001: '2', computed again '3'\n"
        "    record 2, subject T1-002: '1', computed again '4'"
    ]


@pytest.mark.parametrize(("when", "stopped"), [("AESEQ = 1", True), ("AESEQ > 5", False)])
def test_a_group_that_fails_as_a_whole_is_told_of_the_records_that_take_its_value(
    when: str, stopped: bool
) -> None:
    write(SUMS.replace("FRAMES", "record").replace("RESULT", "[1 / (len(frame) - 2)] * len(frame)"), {})
    raw = Path("raw/ae.csv")
    raw.write_text(raw.read_text() + "001,3,Cramp,2,20-FEB-2020,\n")
    line = f'DAYS: {{derive: "total(AESEV, AESEQ)", label: Total, when: "{when}"}}'
    spec = ADAE.replace('DAYS: {derive: "total(AESEV, AESEQ)", label: Total}', line)
    Path("mappings/adam/adae.yaml").write_text(spec)
    if not stopped:
        assert build("raw", "out", check=False, verify=True).frames["ADAE"]["DAYS"].null_count() == 4
        return
    (message,) = stops()
    assert message == (
        "mappings/adam/adae.yaml:7:19 CED780 ADAE.DAYS: total() stopped at mappings/derivations.py:8: "
        "ZeroDivisionError: division by zero; correct the plug-in, or the condition under which it is called\n"
        "    ae.csv line 3, subject T1-001"
    )


LN = (
    HEAD
    + """
import math

@derivation(inputs={"x": "number"}, output="number", method="the natural logarithm of {x}")
def ln(x):
    return None if x is None else math.log(x)
"""
)
ADEX = """\
dataset: ADEX
label: Doses
class: BDS
from: EX
rows: {ADT: {derive: "date(EX.EXSTDTC)"}}
parameters:
  DOSE: {param: Dose (mg), value: EX.EXDOSE}
  LDOSE: {param: Log of the Dose, computed: "ln(DOSE) + ln(max(DOSE))", by: [ADT]}
sort: [PARAMCD, ADT]
"""


def test_the_words_of_a_plug_in_in_a_computed_parameter_and_in_the_guides() -> None:
    write(LN, {})
    Path("mappings/adam/adex.yaml").write_text(ADEX)
    plan, _ = make_plan(find_study(None, None, Path()), Findings())
    line = next(one for one in plan.dataset("ADEX").computed[0].lines if one.variable == "AVAL")
    assert line.method is not None
    assert line.method.text == (
        "(the natural logarithm of DOSE) + (the natural logarithm of (the largest DOSE)). "
        "A parameter's code stands for its AVAL with the same USUBJID and ADT."
    )
    words, listed = plugins(cast(Facts, SimpleNamespace(plan=plan)))
    assert "functions in Python" in str(words)
    assert isinstance(listed, Table)
    cells = [run.text for row in listed.rows for cell in row for run in cell]
    assert cells == ["ln", "mappings/derivations.py", "the natural logarithm of {x}"]
    without = SimpleNamespace(plan=replace(plan, derivations=()))
    assert list(plugins(cast(Facts, without))) == []
