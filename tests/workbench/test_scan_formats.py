"""One small study in every raw format: the same scan but for the format, and contracts that hold."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Collection
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from running import run

from ced_cdisc.read import odm
from ced_cdisc.read.discover import FoundTable, find_tables
from ced_cdisc.read.odm import KEYS

SUBJECTS = [f"P{number:02}" for number in range(1, 7)]
DEMOG = {"SUBJ": SUBJECTS, "SEX": ["M", "F"] * 3, "AGE": [41, 52, 63, 44, 55, 66]}
VITAL = {
    "SUBJ": [one for one in SUBJECTS for _ in range(2)],
    "VISIT": ["Screening", "Week 4"] * 6,
    "VISDAT": ["2021-01-04", "2021-02-01"] * 6,
    "WEIGHT": [70.5, 71.25, 80.5, 81.5, 64.5, 63.5, 90.5, 91.25, 77.5, 77.25, 58.5, 59.5],
}
TABLES = {"demog": DEMOG, "vital": VITAL}


pytestmark = pytest.mark.usefixtures("empty_raw")


def frame(table: dict[str, list[object]]) -> pd.DataFrame:
    return pd.DataFrame(table)


def dataset_json(ending: str) -> Callable[[str], None]:
    def write(name: str) -> None:
        table = TABLES[name]
        kinds = {str: "string", int: "integer", float: "double"}
        columns = [
            {"itemOID": n, "name": n, "label": n, "dataType": kinds[type(values[0])]}
            for n, values in table.items()
        ]
        body = [list(row) for row in zip(*table.values(), strict=True)]
        head = {
            "datasetJSONVersion": "1.1.0",
            "datasetJSONCreationDateTime": "2021-12-01T00:00:00",
            "name": name,
            "label": name,
            "itemGroupOID": name,
            "records": len(body),
            "columns": columns,
        }
        content = json.dumps(head | {"rows": body}).encode()
        if ending != "json":
            content = b"\n".join(json.dumps(part).encode() for part in [head, *body])
        Path("raw", f"{name}.{ending}").write_bytes(zlib.compress(content) if ending == "dsjc" else content)

    return write


def xpt(name: str) -> None:
    pyreadstat.write_xport(
        frame(TABLES[name]), Path("raw", f"{name}.xpt"), file_format_version=5, table_name=name.upper()
    )


WRITERS: dict[str, tuple[str, Callable[[str], None]]] = {
    "csv": ("text", lambda name: frame(TABLES[name]).to_csv(f"raw/{name}.csv", index=False)),
    "xlsx": ("xlsx", lambda name: frame(TABLES[name]).to_excel(f"raw/{name}.xlsx", index=False)),
    "xpt": ("xpt", xpt),
    "parquet": ("parquet", lambda name: frame(TABLES[name]).to_parquet(f"raw/{name}.parquet")),
    "json": ("json", dataset_json("json")),
    "ndjson": ("json", dataset_json("ndjson")),
    "dsjc": ("json", dataset_json("dsjc")),
}
SCAN = """\
demog  demog.END: FORM; 6 rows, 3 columns
  key, likely: SUBJ

"""
NO_DATASET = """\
specs from S1/mappings and S1/define
1 error in the specs
S1/mappings/study.yaml:2:1 CED032 the study has no dataset; write a spec in mappings/sdtm or mappings/adam
"""
"""All that check-spec finds in what `new` made: the contracts are sound."""


@pytest.mark.parametrize("ending", WRITERS)
def test_the_scan_is_the_same_but_for_the_format(ending: str) -> None:
    form, write = WRITERS[ending]
    for name in TABLES:
        write(name)
    code, out, err = run("scan", "raw")
    assert (code, err) == (0, "")
    out = "\n".join(line for line in out.splitlines() if not line.startswith("  all is ASCII"))
    assert out.startswith(f"demog  demog.{ending}: {form}{', comma, utf-8' * (ending == 'csv')}; 6 rows")
    seen = re.sub(rf"\.{ending}: [^;]*;", ".END: FORM;", out)
    assert seen.startswith(SCAN)
    for name in TABLES:
        WRITERS["parquet"][1](name)
        Path("raw", f"{name}.{ending}").unlink() if ending != "parquet" else None
    other = re.sub(r"\.parquet: [^;]*;", ".END: FORM;", run("scan", "raw")[1].rstrip("\n"))
    assert seen.rstrip("\n") == other


@pytest.mark.parametrize("ending", WRITERS)
def test_new_and_init_make_specs_that_are_read(ending: str) -> None:
    for name in TABLES:
        WRITERS[ending][1](name)
    assert run("new", "S1", "--raw", "raw")[0] == 0
    assert run("check-spec", "--mappings", "S1/mappings", "--define", "S1/define")[2] == NO_DATASET
    code, _, err = run("init", "VS", "--raw", "raw", "--mappings", "S1/mappings", "--define", "S1/define")
    assert code == 0, err
    assert (
        "collect: vital" in (made := Path("S1/mappings/sdtm/vs.yaml").read_text()) or "vital.WEIGHT" in made
    )


ODM = """\
<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot" FileOID="F">
<ClinicalData StudyOID="T1" MetaDataVersionOID="1">
{subjects}</ClinicalData>
</ODM>
"""
ODM_SUBJECT = """\
<SubjectData SubjectKey="{key}"><StudyEventData StudyEventOID="SE"><FormData FormOID="F">
<ItemGroupData ItemGroupOID="IG.DM"><ItemData ItemOID="I.SEX" Value="M"/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG.VS"><ItemData ItemOID="I.WEIGHT" Value="70.{at}"/></ItemGroupData>
</FormData></StudyEventData></SubjectData>
"""


def written_odm() -> None:
    subjects = "".join(ODM_SUBJECT.format(key=key, at=at) for at, key in enumerate(SUBJECTS, 1))
    Path("raw/export.xml").write_text(ODM.format(subjects=subjects))


def test_an_export_is_read_once_however_many_groups_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    written_odm()
    read: list[int] = []
    whole = odm.read_odm

    def counted(raw: bytes, groups: Collection[str] | None = None) -> odm.OdmData:
        read.append(len(raw))
        return whole(raw, groups)

    monkeypatch.setattr(odm, "read_odm", counted)
    assert [table.group for table in find_tables(Path("raw")) if isinstance(table, FoundTable)] == [
        "IG.DM",
        "IG.VS",
    ]
    assert len(read) == 1


def test_the_item_groups_of_an_export_are_tables() -> None:
    written_odm()
    code, out, err = run("scan", "raw")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if "export.xml" in line or "likely" in line] == [
        "dm  export.xml: odm, item group IG.DM; 6 rows, 8 columns",
        "  key, likely: SubjectKey",
        "vs  export.xml: odm, item group IG.VS; 6 rows, 8 columns",
        "  key, likely: SubjectKey",
        "2 tables; the subject is likely SubjectKey",
    ]
    assert run("new", "S1", "--raw", "raw")[0] == 0
    sources = Path("S1/mappings/sources.yaml").read_text()
    assert sources.partition("tables:\n")[2].partition("\n\n")[0] == (
        """\
  dm:
    file: export.xml
    group: IG.DM
    key: [SubjectKey]  # likely: no two rows are alike in it
    page: 3  # guess: forms of the annotated CRF follow each other as the files do
    # visit: {name: StudyEventOID, date: ?}  # decide: the date of the visit
    names: {I_SEX: I.SEX}  # likely: no spec can name them as the file does
    columns: ["""
        + ", ".join([*KEYS, "I_SEX]"])
    )
    assert run("check-spec", "--mappings", "S1/mappings", "--define", "S1/define")[2] == NO_DATASET
    code, _, err = run("init", "VS", "--raw", "raw", "--mappings", "S1/mappings", "--define", "S1/define")
    assert code == 0, err
    assert "vs.I_WEIGHT" in Path("S1/mappings/sdtm/vs.yaml").read_text()


def test_an_export_that_is_no_xml_is_told() -> None:
    Path("raw/export.xml").write_text("<ODM")
    code, out, err = run("scan", "raw")
    assert (code, out) == (11, "")
    assert err == (
        "1 error in the raw data\n"
        "raw/export.xml:1:1 CED271 the file of table export.xml is no well-formed XML: unclosed token; "
        "export it again\n"
    )


def test_columns_that_no_spec_can_name_get_names() -> None:
    Path("raw/demog.csv").write_text("SUBJ,Größe,AE Term,2nd\nP1,170,a,1\nP2,171,b,2\n", "utf-8")
    assert run("new", "S1", "--raw", "raw")[0] == 0
    sources = Path("S1/mappings/sources.yaml").read_text("utf-8")
    assert sources.partition("tables:\n")[2] == (
        """\
  demog:
    file: demog.csv
    key: [SUBJ]  # likely: no two rows are alike in it
    identifying: [AE_TERM]  # guess: not repeated
    page: 3  # guess: forms of the annotated CRF follow each other as the files do
    names: {GROESSE: Größe, AE_TERM: AE Term, C_2ND: 2nd}  # likely: no spec can name them as the file does
    columns: [SUBJ, GROESSE, AE_TERM, C_2ND]
"""
    )
    assert run("check-spec", "--mappings", "S1/mappings", "--define", "S1/define")[2] == NO_DATASET
