"""Trial design made of tables without subjects: the same as where it is written out, and what is refused."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Stopped
from ced_cdisc.pipeline import Build, build
from small_study import write_study

SOURCES = """\
  trial: {file: trial.csv, subject: none, key: [CODE, NO], columns: [CODE, NO, NAME, VALUE, NULL_FLAVOR]}
  arms:  {file: arms.csv, subject: none, key: [ARM, ORD], columns: [ARM, ORD, ELEMENT, EPOCH]}
"""
TS = """\
domain: TS
origin: Protocol
sort: [TSPARMCD, TSSEQ]
from: trial
variables:
  TSSEQ:    {collect: trial.NO, source: Sponsor}
  TSPARMCD: trial.CODE
  TSPARM:   trial.NAME
  TSVAL:    trial.VALUE
  TSVALNF:  trial.NULL_FLAVOR
  TSVALCD:  {absent: "Not coded"}
  TSVCDREF: {absent: "Not coded"}
  TSVCDVER: {absent: "Not coded"}
"""
WRITTEN_TS = """\
domain: TS
origin: Protocol
sort: [TSPARMCD, TSSEQ]
variables:
  TSVALCD:  {absent: "Not coded"}
  TSVCDREF: {absent: "Not coded"}
  TSVCDVER: {absent: "Not coded"}
rows:
  - {TSSEQ: 2, TSPARMCD: DOSE, TSPARM: Dose per Administration, TSVAL: 2.5}
  - {TSSEQ: 1, TSPARMCD: DOSE, TSPARM: Dose per Administration, TSVAL: 5}
  - {TSSEQ: 1, TSPARMCD: TITLE, TSPARM: Trial Title, TSVAL: A small study}
  - {TSSEQ: 1, TSPARMCD: AGEMAX, TSPARM: Planned Maximum Age of Subjects, TSVALNF: PINF}
"""
TE = """\
domain: TE
rows:
  - {ETCD: TRT, ELEMENT: Treatment, TESTRL: First dose, TEENRL: Last dose}
variables:
  TEDUR: {absent: "As long as needed"}
"""
TA = """\
domain: TA
origin: Assigned
from: arms
variables:
  ARMCD:    arms.ARM
  ARM:      {derive: "join(' ', 'Arm', arms.ARM)"}
  TAETORD:  arms.ORD
  ETCD:     arms.ELEMENT
  ELEMENT:  {assign: Treatment}
  TABRANCH: {absent: "One arm"}
  TATRANS:  {absent: "One arm"}
  EPOCH:    {collect: arms.EPOCH, ct: {T: TREATMENT}}
"""
TRIAL = """\
CODE,NO,NAME,VALUE,NULL_FLAVOR
TITLE,1,Trial Title,A small study,
DOSE,1,Dose per Administration,5,
DOSE,2,Dose per Administration,2.5,
AGEMAX,1,Planned Maximum Age of Subjects,,PINF
"""
FILES = {
    "mappings/sdtm/ts.yaml": TS,
    "mappings/sdtm/ta.yaml": TA,
    "mappings/sdtm/te.yaml": TE,
    "raw/trial.csv": TRIAL,
    "raw/arms.csv": "ARM,ORD,ELEMENT,EPOCH\nA,1,TRT,T\n",
}
SPEC = "mappings/sdtm/ts.yaml"
WRITE = "write the value into the table, or as a constant"


def write_sheets(folder: Path, *changes: tuple[str, str, str]) -> Path:
    write_study(folder)
    sources = folder / "mappings/sources.yaml"
    sources.write_text(sources.read_text() + SOURCES)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert text.count(old) == 1, (name, old)
        (folder / name).write_text(text.replace(old, new))
    return folder


def built(folder: Path, **more: bool | int) -> Build:
    specs = {"mappings": folder / "mappings", "define": folder / "define"}
    return build(folder / "raw", folder / "out", **specs, check=False, **more)  # pyright: ignore[reportArgumentType]


def test_a_sheet_with_a_term_of_a_parameter(tmp_path: Path) -> None:
    """Its list binds the values of that parameter alone."""
    change = (
        "raw/trial.csv",
        "TITLE,1,Trial Title,A small study",
        "TPHASE,1,Trial Phase Classification,PHASE II TRIAL",
    )
    folder = write_sheets(tmp_path, change)
    assert "PHASE II TRIAL" in built(folder)["TS"]["TSVAL"].to_list()
    assert 'CodeListOID="CL.TPHASE"' in (folder / "out/sdtm/define.xml").read_text()


def said(folder: Path, *changes: tuple[str, str, str]) -> list[str]:
    """The errors of a build."""
    with pytest.raises(Stopped) as stopped:
        built(write_sheets(folder, *changes))
    return [str(finding).replace(f"{folder}/", "") for finding in stopped.value.findings.sorted()]


def test_a_sheet_gives_what_written_rows_give(tmp_path: Path) -> None:
    made = built(write_sheets(tmp_path / "sheet"), verify=True)
    written = write_sheets(tmp_path / "rows")
    (written / SPEC).write_text(WRITTEN_TS)
    (written / "mappings/sources.yaml").write_text(
        (written / "mappings/sources.yaml").read_text().replace(SOURCES.splitlines()[0] + "\n", "")
    )
    (written / "raw/trial.csv").unlink()
    other = built(written)
    assert made.frames["TS"].equals(other.frames["TS"])
    assert made["TS"][["TSPARMCD", "TSSEQ", "TSVAL", "TSVALNF"]].fillna("").to_numpy().tolist() == [
        ["AGEMAX", 1, "", "PINF"],
        ["DOSE", 1, "5", ""],
        ["DOSE", 2, "2.5", ""],
        ["TITLE", 1, "A small study", ""],
    ]
    one, two = ((tmp_path / way / "out/sdtm/ts.xpt").read_bytes() for way in ("sheet", "rows"))
    assert one == two


def test_origins(tmp_path: Path) -> None:
    """A value has the origin that the domain says, unless its line says who wrote it, or computes it."""
    made = built(write_sheets(tmp_path))
    origins = {
        f"{dataset.name}.{variable.name}": f"{variable.origin.type} {variable.origin.source}"
        for dataset in made.packages["sdtm"].datasets
        if dataset.name in ("TS", "TA")
        for variable in dataset.variables
    }
    assert origins["TS.TSSEQ"] == "Assigned Sponsor"
    assert origins["TS.TSVAL"] == "Protocol Sponsor"
    assert origins["TA.TAETORD"] == "Assigned Sponsor"
    assert origins["TA.EPOCH"] == "Assigned Sponsor"
    assert origins["TA.ARM"] == "Derived Sponsor"


def test_parts_and_kept_datasets_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    whole = built(write_sheets(tmp_path))
    expected = (tmp_path / "out/sdtm/ts.xpt").read_bytes()
    assert built(tmp_path, parts=2).frames["TS"].equals(whole.frames["TS"])
    assert (tmp_path / "out/sdtm/ts.xpt").read_bytes() == expected
    assert built(tmp_path, incremental=True).reasons["TS"] != "kept"
    assert built(tmp_path, incremental=True).reasons["TS"] == "kept"
    (tmp_path / "raw/trial.csv").write_text(TRIAL.replace("A small study", "A study"))
    assert built(tmp_path, incremental=True).reasons["TS"] != "kept"
    assert "A study" in list(built(tmp_path)["TS"]["TSVAL"])


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "mappings/sdtm/ae.yaml",
            "from: ae",
            "from: trial",
            "mappings/sdtm/ae.yaml:2:7 CED144 trial has no subjects, so that no records of AE can be made of it; "
            "look its records up: with: {trial: {where: ..}}",
        ),
        (
            SPEC,
            "TSVAL:    trial.VALUE",
            "TSVAL:    {derive: \"if(trial.CODE = 'ACTSUB', text(count(DM.USUBJID)), trial.VALUE)\"}",
            f"{SPEC}:9:13 CED144 TS has no subjects, so that count() has no records to go over; {WRITE}",
        ),
        (
            SPEC,
            "TSVAL:    trial.VALUE",
            'TSVAL:    {derive: "coalesce(trial.VALUE, DM.SUBJID)"}',
            f"{SPEC}:9:13 CED144 TS has no subjects, so that DM.SUBJID has no records to go over; {WRITE}",
        ),
        (
            SPEC,
            "TSVALNF:  trial.NULL_FLAVOR",
            "TSVALNF:  {flag: last, order: TSPARMCD}",
            f"{SPEC}:10:13 CED144 TS has no subjects, so that flag has no records to go over; {WRITE}",
        ),
        (
            SPEC,
            "variables:\n",
            'supp:\n  TSMANY: {label: Subjects, derive: "text(count(DM.USUBJID))", idvar: TSSEQ}\nvariables:\n',
            f"{SPEC}:6:3 CED051 TS has no subjects, so no qualifiers; take it out",
        ),
        (
            "mappings/sdtm/ta.yaml",
            "variables:\n",
            "supp:\n  TANOTE: {label: Note, collect: arms.EPOCH, idvar: TAETORD}\nvariables:\n",
            "mappings/sdtm/ta.yaml:5:3 CED051 TA has no subjects, so no qualifiers; take it out",
        ),
        (
            SPEC,
            "from: trial",
            "from: trial\nvisit: yes",
            f"{SPEC}:1:1 CED128 'visit' has no effect in TS, whose records have no subjects; take it out",
        ),
        (
            SPEC,
            "from: trial",
            'from: trial\nwhere: "count(DM.USUBJID) = 2"',
            f"{SPEC}:5:8 CED144 TS has no subjects, so that count() has no records to go over; {WRITE}",
        ),
        (
            SPEC,
            "from: trial",
            "from: trial\nwith: {DM: USUBJID}",
            f"{SPEC}:5:8 CED144 TS has no subjects, so that DM has no records to go over; {WRITE}",
        ),
        (
            SPEC,
            "TSVAL:    trial.VALUE",
            'TSVAL:    {derive: "coalesce(trial.VALUE, USUBJID)"}',
            f"{SPEC}:9:45 CED012 unknown variable USUBJID; did you mean DM.USUBJID?",
        ),
        (
            SPEC,
            "  TSSEQ:    {collect: trial.NO, source: Sponsor}\n",
            "",
            f'{SPEC}:1:9 CED020 TS has no line for TSSEQ (Req); write a line, or {{absent: "why"}} for an expected one',
        ),
        (
            "mappings/sdtm/ae.yaml",
            "domain: AE",
            "domain: AE\norigin: Protocol",
            "mappings/sdtm/ae.yaml:1:9 CED128 'origin' of a domain is for written 'rows', and there are none; each line has an origin: its verb",
        ),
        (
            "raw/trial.csv",
            "DOSE,2,",
            "DOSE,two,",
            f"{SPEC}:6:23 CED253 TS.TSSEQ: 'two' of trial.NO is not a number; correct the data, or tell the reason under `not_done`; numeric(..) loses the text",
        ),
        (
            "raw/trial.csv",
            "TITLE,1,",
            "TITEL,1,",
            f"{SPEC}:7:13 CED264 TS.TSPARMCD: 'TITEL' is not in the codelist Trial Summary Parameter Test Code (C66738), on 1 record; did you mean TITLE?",
        ),
        (
            "raw/trial.csv",
            "TITLE,1,Trial Title,A small study",
            "TPHASE,1,Trial Phase Classification,Trial Phase 2",
            f"{SPEC}:9:13 CED264 TS.TSVAL: 'Trial Phase 2' is not in the codelist Trial Phase Response (C66737) of TPHASE, on 1 record; CT has it as a synonym of PHASE II TRIAL",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, file: str, old: str, new: str, expected: str) -> None:
    assert said(tmp_path, (file, old, new))[0].splitlines()[0] == expected
