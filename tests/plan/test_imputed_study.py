"""Imputed dates, collected times and unknown answers in a whole small study, built and computed again."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from ced_cdisc.core.findings import Finding, Findings, Stopped
from ced_cdisc.pipeline import Build, build
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import compare, recompute
from ced_cdisc.stages.reading import read_raw
from small_study import write_study

ADAE = """\
dataset: ADAE
label: Adverse Events Analysis Dataset
class: OCCDS
from: AE
copy: [AE.AESEQ, AE.AETERM, AE.AESTDTC, ADSL.TRTSDT]
rows:
  ASTDT:   {impute: AE.AESTDTC, highest: month, to: first, not_before: ADSL.TRTSDT}
  AENDT:
    {impute: AE.AEENDTC, highest: month, to: last, not_before: ASTDT, not_after: [DM.RFENDTC, DM.RFXENDTC]}
  ASTDTM:  {impute: AE.AESTDTC, highest: month, to: first}
  NEARDT: {impute: AE.AESTDTC, highest: day, to: mid, when: "AE.AESEV = 'MODERATE'", label: A, flags: NEARFL}
  TRTEMFL: {cases: [{when: "AE.AESTDTC >= DM.RFXSTDTC", then: "'Y'"}]}
sort: [AESEQ]
"""
AE, RAW_AE, STUDY = "mappings/sdtm/ae.yaml", "raw/ae.csv", "mappings/study.yaml"


def written(folder: Path, changes: dict[str, tuple[str, str]] | None = None, adae: str = "") -> Path:
    write_study(folder, changes)
    if adae:
        (folder / "mappings/adam/adae.yaml").write_text(adae)
    return folder


def built(folder: Path) -> Build:
    """The build; the second engine has the same values."""
    made = build(
        folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define", check=False
    )
    tables = read_raw(folder / "raw", made.plan, Findings())
    rows, faults = recompute(made.plan, {n: t.frame.drop(ROW).to_dicts() for n, t in tables.items()})
    assert faults == []
    for name in made.frames:
        if name in rows:
            frame = made.frames[name]
            assert compare(frame.to_dicts(), rows[name], frame.columns, name) == []
    return made


def said_in(folder: Path, finding: Finding) -> str:
    return str(finding).replace(f"{folder.as_posix()}/", "")


def refused(folder: Path) -> list[str]:
    with pytest.raises(Stopped) as stopped:
        build(
            folder / "raw",
            folder / "out",
            mappings=folder / "mappings",
            define=folder / "define",
            check=False,
        )
    return [said_in(folder, finding) for finding in stopped.value.findings.sorted()]


def test_dates_and_their_flags(tmp_path: Path) -> None:
    made = built(written(tmp_path, adae=ADAE))
    rows = made.frames["ADAE"].select(
        "ASTDT", "ASTDTF", "AENDT", "AENDTF", "ASTDTM", "ASTTMF", "NEARDT", "NEARFL"
    )
    assert sorted(rows.rows(), key=str) == [
        (date(2020, 2, 10), "D", None, None, datetime(2020, 2, 1), "H", date(2020, 2, 15), "D"),  # noqa: DTZ001
        (date(2020, 2, 10), None, date(2020, 2, 12), None, datetime(2020, 2, 10), "H", None, None),  # noqa: DTZ001
        (date(2020, 2, 14), None, date(2020, 2, 14), None, datetime(2020, 2, 14), "H", None, None),  # noqa: DTZ001
    ]


def test_define_says_how(tmp_path: Path) -> None:
    made = built(written(tmp_path, adae=ADAE))
    variables = {v.name: v for v in made.plan.dataset("ADAE").variables}
    assert [*variables][-10:] == [
        "TRTSDT", "ASTDT", "ASTDTF", "AENDT", "AENDTF", "ASTDTM", "ASTTMF", "NEARDT", "NEARFL", "TRTEMFL",
    ]  # fmt: skip
    end, flag, near = variables["AENDT"], variables["AENDTF"], variables["NEARFL"]
    assert end.method is not None
    assert flag.method is not None
    assert (end.origin.type, end.method.type, end.method.name) == (
        "Derived",
        "Imputation",
        "Imputation of AENDT",
    )
    assert end.method.text == (
        "The date of AE.AEENDTC; a missing day imputed as the last day of the month; a missing month and day "
        "as 31 December; missing if the year is missing; what is imputed is not before ASTDT and "
        "not after DM.RFENDTC or DM.RFXENDTC, as far as the parts in AE.AEENDTC allow."
    )
    assert end.method.formula == (
        "impute AE.AEENDTC highest month to last not before ASTDT not after DM.RFENDTC, DM.RFXENDTC"
    )
    assert (flag.label, flag.codelist.code if flag.codelist else "") == (
        "Analysis End Date Imputation Flag",
        "C81223",
    )
    assert (flag.method.type, flag.method.formula) == ("Computation", "date_flag(AE.AEENDTC, AENDT)")
    assert flag.method.text == (
        "The highest part of the date that is imputed in AENDT because AE.AEENDTC does not have it: Y "
        "(year), M (month) or D (day); missing if no part is."
    )
    assert near.label == "Date Imputation Flag of NEARDT"
    xml = (tmp_path / "out/adam/define.xml").read_text()
    assert xml.count('Type="Imputation"') == 4


NOTE = (
    "mappings/adam/adae.yaml:12:12 CED270 ADAE.TRTEMFL: a condition is neither true nor false, and counts as "
    "not true; look at the dates, impute them, or accept it with unknown: accept\n    subject T1-001"
)


@pytest.mark.parametrize(
    ("word", "said"),
    [("", [("note", NOTE)]), (", unknown: report", [("warning", NOTE)]), (", unknown: accept", [])],
)
def test_an_unknown_answer_names_its_subject(tmp_path: Path, word: str, said: list[tuple[str, str]]) -> None:
    adae = ADAE.replace("then: \"'Y'\"}]", "then: \"'Y'\"}]" + word)
    made = built(written(tmp_path, adae=adae))
    assert [(f.severity.value, said_in(tmp_path, f)) for f in made.findings.sorted()] == said


def test_a_missing_date_is_told_where_the_spec_asks(tmp_path: Path) -> None:
    line = (
        'ANL01FL: {{cases: [{{when: "AE.AEENDTC >= DM.RFXSTDTC", then: "\'Y\'"}}, {{else: "\'N\'"}}]{word}}}'
    )
    for word, subjects in (("", 0), (", unknown: report", 1)):
        folder = tmp_path / str(subjects)
        adae = ADAE[: ADAE.index("  TRTEMFL")] + f"  {line.format(word=word)}\nsort: [AESEQ]\n"
        found = built(written(folder, adae=adae)).findings.sorted()
        assert [f.records for f in found] == [("subject T1-001",)] * subjects


def test_a_flag_of_the_last_record_asks_its_where(tmp_path: Path) -> None:
    line = '  LASTFL: {flag: last, where: "AESTDTC <= ADSL.FIRSTDTC", order: [AESEQ], label: Last}\n'
    adae = ADAE[: ADAE.index("rows:")] + f"variables:\n{line}sort: [AESEQ]\n"
    changes = {"mappings/adam/adsl.yaml": ("  NAE:", "  FIRSTDTC: {copy: DM.RFXSTDTC, label: First}\n  NAE:")}
    found = built(written(tmp_path, changes, adae)).findings.sorted()
    assert [(f.code, f.records) for f in found] == [("CED270", ("subject T1-001",))]


def test_dates_that_two_formats_read_differently(tmp_path: Path) -> None:
    folder = written(tmp_path, {RAW_AE: ("Headache,1,10-FEB-2020", "Headache,1,03/05/2020")})
    path = folder / AE
    path.write_text(
        path.read_text().replace("START, date: edc", "START, date: [edc, MM/DD/YYYY, DD/MM/YYYY]")
    )
    assert refused(folder) == [
        "mappings/sdtm/ae.yaml:23:23 CED268 AE.AESTDTC: '03/05/2020' of ae.START is 2020-03-05 by MM/DD/YYYY "
        "and 2020-05-03 by DD/MM/YYYY; keep the formats that were agreed for this column\n"
        "    ae.csv line 2, subject T1-001"
    ]


def test_visit_dates_that_two_formats_read_differently(tmp_path: Path) -> None:
    folder = written(
        tmp_path, {"mappings/sources.yaml": ("page: 2,", "page: 2, visit: {name: DAY, date: DOSDT},")}
    )
    visits = "date: [edc, MM/DD/YYYY, DD/MM/YYYY]\nvisits:\n  - {number: 1, visit: DAY 1, raw: ['1', '2']}\n"
    (folder / "mappings/visits.yaml").write_text(visits)
    raw = folder / "raw/dose.csv"
    raw.write_text(raw.read_text().replace("001,2,11-FEB-2020", "001,2,03/05/2020"))
    ex = folder / "mappings/sdtm/ex.yaml"
    ex.write_text(ex.read_text().replace("date: edc", "date: [edc, MM/DD/YYYY]"))
    assert refused(folder) == [
        "mappings/sources.yaml:4:17 CED268 visit date '03/05/2020' of dose.DOSDT is 2020-03-05 by MM/DD/YYYY "
        "and 2020-05-03 by DD/MM/YYYY; keep the formats that were agreed for this column\n"
        "    dose.csv line 3, subject T1-001"
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "duration(ae.SEV, ae.TERM)",
            "'1 Headache' of ae.TERM is no amount of a unit of time; "
            "units are years, months, weeks, days, hours, min and sec",
        ),
        (
            "duration_of(ae.TERM)",
            "'Headache' of ae.TERM is not a duration; "
            "a duration is written 7:04, 1:02:03, with a unit as in 2 weeks, or in ISO 8601",
        ),
    ],
)
def test_durations_at_fault(tmp_path: Path, line: str, said: str) -> None:
    folder = written(tmp_path, {AE: ("AESER:", f'AEDUR:    {{derive: "{line}"}}\n  AESER:')})
    first = refused(folder)[0 if "amount" in said else 1]
    assert first == f"mappings/sdtm/ae.yaml:20:23 CED269 AE.AEDUR: {said}\n    ae.csv line 2, subject T1-001"


def test_durations_and_two_digit_years(tmp_path: Path) -> None:
    folder = written(tmp_path, {STUDY: ("formats:", "pivot: 1950\nformats:")})
    ae = folder / AE
    lines = "  AEDUR:    {derive: \"duration(ae.SEV, 'days')\"}\n  AESER:"
    text = (
        ae.read_text().replace("  AESER:", lines).replace("START, date: edc", "START, date: [edc, DD-MON-YY]")
    )
    ae.write_text(text)
    raw = folder / "raw/ae.csv"
    raw.write_text(raw.read_text().replace("Headache,1,10-FEB-2020", "Headache,1,10-FEB-20"))
    frame = built(folder).frames["AE"].sort("AESPID", "USUBJID")
    assert frame.filter(frame["AETERM"] == "Headache")["AESTDTC"].to_list() == ["2020-02-10"]
    assert sorted(frame["AEDUR"].to_list()) == ["P1D", "P2D", "P3D"]


def test_a_time_on_a_twelve_hour_clock(tmp_path: Path) -> None:
    line = "{collect: ae.START, date: edc, time: ae.STOP, times: [H:MM AM, UNK]}"
    folder = written(tmp_path, {AE: ("{collect: ae.START, date: edc}", line)})
    ae = folder / AE
    ae.write_text(ae.read_text().replace("{collect: ae.STOP, date: edc}", '{absent: "Not collected"}'))
    header = "SUBJ,AENO,TERM,SEV,START,STOP\n"
    rows = "001,1,Headache,1,10-FEB-2020,12:05 AM\n001,2,Pain,2,UN-FEB-2020,unk\n"
    rows += "002,1,Nausea,3,14-FEB-2020,1:30 pm\n"
    (folder / "raw/ae.csv").write_text(header + rows)
    assert built(folder).frames["AE"].sort("AETERM")["AESTDTC"].to_list() == [
        "2020-02-10T00:05",
        "2020-02-14T13:30",
        "2020-02",
    ]
    (folder / "raw/ae.csv").write_text(header + rows.replace("1:30 pm", "13:30 pm"))
    assert refused(folder) == [
        "mappings/sdtm/ae.yaml:23:23 CED252 AE.AESTDTC: time '13:30 pm' of ae.STOP fits none of the formats "
        "H:MM AM, UNK\n    ae.csv line 4, subject T1-002"
    ]


def fine(folder: Path, moment: str) -> Path:
    """A study in which the first treatment began at a moment of ISO 8601."""
    lines = (
        '  TRTSDT: {derive: "date(DM.RFXSTDTC)"}\n  TRTSDTM: {derive: "datetime(DM.RFXSTDTC)"}\n'
        "  TRT01DTM: {impute: DM.RFXSTDTC, highest: none, label: Begin}\n"
    )
    formats = ("UN-UNK-YYYY]", "UN-UNK-YYYY, ISO]")
    write_study(folder, {STUDY: formats, "raw/dose.csv": ("10-FEB-2020", moment)})
    adsl = folder / "mappings/adam/adsl.yaml"
    adsl.write_text(adsl.read_text().replace('  TRTSDT: {derive: "date(DM.RFXSTDTC)"}\n', lines))
    return folder


def test_the_fraction_of_a_second_stays(tmp_path: Path) -> None:
    made = built(fine(tmp_path, "2020-02-10T08:15:30.25"))
    moments = made.frames["ADSL"].select("TRTSDTM", "TRT01DTM").row(0)
    assert moments == (datetime(2020, 2, 10, 8, 15, 30, 250_000),) * 2  # noqa: DTZ001
    adsl = next(one for one in made.packages["adam"].datasets if one.name == "ADSL")
    said = [adsl.variable(name) for name in ("TRTSDTM", "TRT01DTM")]
    assert [(one.type, one.length, one.significant_digits) for one in said] == [("float", 13, 2)] * 2


def test_digits_behind_the_microsecond_are_a_fault(tmp_path: Path) -> None:
    moment = "2020-02-10T08:15:30.1234567"
    with pytest.raises(Stopped) as stopped:
        built(fine(tmp_path, moment))
    said = "of DM.RFXSTDTC has more digits than a date-time of a dataset can have"
    hint = "it holds microseconds; (.F) in the format of the collected time cuts them"
    found = [
        said_in(tmp_path, one).partition("\n")[0] for one in stopped.value.findings if one.code == "CED253"
    ]
    assert found == [
        f"mappings/adam/adsl.yaml:{place}: '{moment}' {said}; {hint}"
        for place in ("8:22 CED253 ADSL.TRTSDTM", "9:22 CED253 ADSL.TRT01DTM")
    ]
