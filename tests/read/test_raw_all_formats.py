"""One small study, its tables written in every format by other packages: the same bytes are built from each."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import psycopg
import pyreadstat
import pytest
from lxml import etree
from postgres_server import PASSWORD, USER, server

import ced_cdisc
from ced_cdisc.core.findings import Stopped
from ced_cdisc.read.odm import KEYS
from small_study import write_study

FEB = [date(2020, 2, day) for day in range(1, 30)]
TABLES: dict[str, dict[str, list[Any]]] = {
    "demog": {
        "SUBJ": ["001", "002"],
        "BRTHDAT": ["05-JUN-1970", "UN-UNK-1966"],
        "SEX": [1, 2],
        "ICFDT": [FEB[0], FEB[2]],
    },
    "dose": {
        "SUBJ": ["001", "001", "002"],
        "DAY": [1, 2, 1],
        "DOSDT": [FEB[9], FEB[10], FEB[11]],
        "DOSE": [5.0, 5.0, 2.5],
    },
    "ae": {
        "SUBJ": ["001", "001", "002"],
        "AENO": [1, 2, 1],
        "TERM": ["Headache", "Bone pain, both <legs>", "Nausea"],
        "SEV": [1, 2, 3],
        "START": ["10-FEB-2020", "UN-FEB-2020", "14-FEB-2020"],
        "STOP": ["12-FEB-2020", None, "14-FEB-2020"],
    },
}
KEY = {"demog": ["SUBJ"], "dose": ["SUBJ", "DAY"], "ae": ["SUBJ", "AENO"]}
PAGE = {"demog": 1, "dose": 2, "ae": 3}
DEFAULTS: dict[str, Any] = {"subject": "SUBJ"}

Writer = Callable[[Path, str, dict[str, list[Any]]], dict[str, Any]]
"""Writes a table into a folder; gives what its contract says of the file."""


def rows(table: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*table.values(), strict=True))


def shown(value: Any) -> str:
    """A value as people write it into a text file."""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def text(delimiter: str, ending: str, encoding: str = "utf-8", comma: bool = False) -> Writer:
    def write(folder: Path, name: str, table: dict[str, list[Any]]) -> dict[str, Any]:
        def cell(value: Any) -> str:
            word = shown(value).replace(".", ",") if comma and isinstance(value, float) else shown(value)
            return f'"{word}"' if delimiter in word else word

        lines = [delimiter.join(table), *(delimiter.join(map(cell, row)) for row in rows(table))]
        (folder / f"{name}.{ending}").write_bytes(("\n".join(lines) + "\n").encode(encoding))
        said = {"file": f"{name}.{ending}", "delimiter": delimiter, "encoding": encoding}
        return said | ({"decimal": "comma"} if comma else {})

    return write


def workbook(folder: Path, name: str, table: dict[str, list[Any]]) -> dict[str, Any]:
    """One workbook of all tables; the first one makes it."""
    path = folder / "listings.xlsx"
    book = openpyxl.load_workbook(path) if path.exists() else openpyxl.Workbook()
    sheet = book.create_sheet(name)
    for row in [tuple(table), *rows(table)]:
        sheet.append(row)
    book.save(path)
    return {"file": "listings.xlsx", "sheet": name}


def transport(folder: Path, name: str, table: dict[str, list[Any]]) -> dict[str, Any]:
    pyreadstat.write_xport(
        pd.DataFrame(table), folder / f"{name}.xpt", file_format_version=5, table_name=name.upper()
    )
    return {"file": f"{name}.xpt"}


def parquet(folder: Path, name: str, table: dict[str, list[Any]]) -> dict[str, Any]:
    pd.DataFrame(table).to_parquet(folder / f"{name}.parquet")
    return {"file": f"{name}.parquet"}


def dataset_json(ending: str) -> Writer:
    def write(folder: Path, name: str, table: dict[str, list[Any]]) -> dict[str, Any]:
        kinds = {int: "integer", float: "double", date: "date", str: "string"}
        columns = [
            {"itemOID": n, "name": n, "label": n, "dataType": kinds[type(values[0])]}
            for n, values in table.items()
        ]
        head: dict[str, Any] = {
            "datasetJSONVersion": "1.1.0",
            "datasetJSONCreationDateTime": "2020-12-01T00:00:00",
        }
        head |= {
            "name": name,
            "label": name,
            "itemGroupOID": name,
            "records": len(rows(table)),
            "columns": columns,
        }
        body = [[v.isoformat() if isinstance(v, date) else v for v in row] for row in rows(table)]
        content = json.dumps(head | {"rows": body}).encode()
        if ending != "json":
            content = b"\n".join(json.dumps(part).encode() for part in [head, *body])
        if ending == "dsjc":
            content = zlib.compress(content)
        (folder / f"{name}.{ending}").write_bytes(content)
        return {"file": f"{name}.{ending}"}

    return write


def odm(folder: Path, name: str, table: dict[str, list[Any]]) -> dict[str, Any]:
    """One export of all tables; the first one makes it."""
    space = "http://www.cdisc.org/ns/odm/v1.3"
    path = folder / "export.xml"
    if not path.exists():
        root = etree.Element(f"{{{space}}}ODM", nsmap={None: space}, FileType="Snapshot", FileOID="F")
        etree.SubElement(root, f"{{{space}}}ClinicalData", StudyOID="T1", MetaDataVersionOID="1")
        path.write_bytes(etree.tostring(root))
    root = etree.fromstring(path.read_bytes())
    for number, row in enumerate(rows(table), 1):
        parts = {"SubjectData": {"SubjectKey": row[0]}, "StudyEventData": {"StudyEventOID": "SE"}}
        parts |= {"FormData": {"FormOID": "F"}}
        parts |= {"ItemGroupData": {"ItemGroupOID": f"IG.{name}", "ItemGroupRepeatKey": str(number)}}
        at = root[0]
        for element, attributes in parts.items():
            at = etree.SubElement(at, f"{{{space}}}{element}", attributes)
        for column, value in list(zip(table, row, strict=True))[1:]:
            if value is not None and isinstance(value, str):
                etree.SubElement(at, f"{{{space}}}ItemDataString", ItemOID=f"IT.{column}").text = value
            elif value is not None:
                etree.SubElement(at, f"{{{space}}}ItemData", ItemOID=f"IT.{column}", Value=shown(value))
    path.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
    names = {column: f"IT.{column}" for column in table if column != "SUBJ"} | {"SUBJ": "SubjectKey"}
    unread = dict.fromkeys(KEYS[1:], "Not needed.")
    return {
        "file": "export.xml",
        "group": f"IG.{name}",
        "names": names,
        "columns": [*table, *unread],
        "exclude": unread,
    }


def sqlite(folder: Path, name: str, table: dict[str, list[Any]]) -> dict[str, Any]:
    connection = sqlite3.connect(folder.parent / "trial.db")
    connection.execute(f"CREATE TABLE {name} ({', '.join(table)})")
    marks = ", ".join("?" * len(table))
    values = [
        tuple(v.isoformat() if isinstance(v, date) else v for v in row) for row in reversed(rows(table))
    ]
    connection.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
    connection.commit()
    connection.close()
    if name == "ae":
        return {"query": "SELECT * FROM ae", "database": "SMALL_DB"}
    (folder / f"{name}.sql").write_text(f"SELECT * FROM {name}\n")
    return {"file": f"{name}.sql", "database": "SMALL_DB"}


def built(folder: Path, write: Writer) -> dict[str, Any]:
    """build.json of the study whose tables were written so."""
    edc = "edc: [DD-MON-YYYY, UN-MON-YYYY, UN-UNK-YYYY"
    write_study(folder, {"mappings/study.yaml": (edc, f"{edc}, YYYY-MM-DD")})
    for file in (folder / "raw").iterdir():
        file.unlink()
    contracts: dict[str, Any] = {}
    for name, table in TABLES.items():
        contract: dict[str, Any] = {"key": KEY[name], "page": PAGE[name], "columns": list(table)}
        contracts[name] = contract | write(folder / "raw", name, table)
    # every JSON text is YAML
    sources = json.dumps({"defaults": DEFAULTS, "tables": contracts}, indent=1)
    (folder / "mappings/sources.yaml").write_text(sources)
    ced_cdisc.build(
        folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define", check=False
    )
    return json.loads((folder / "out/build.json").read_bytes())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return built(tmp_path_factory.mktemp("plain"), text(",", "csv"))


WRITERS: dict[str, Writer] = {
    "tab, UTF-8": text("\t", "tsv"),
    "bar, UTF-16": text("|", "txt", "utf-16"),
    "semicolon, cp1252, decimal comma": text(";", "csv", "cp1252", comma=True),
    "sheets of a workbook": workbook,
    "XPT": transport,
    "Parquet": parquet,
    "JSON": dataset_json("json"),
    "NDJSON": dataset_json("ndjson"),
    "DSJC": dataset_json("dsjc"),
    "ODM-XML": odm,
}


@pytest.mark.parametrize("form", list(WRITERS))
def test_the_same_study_gives_the_same_bytes(tmp_path: Path, plain: dict[str, Any], form: str) -> None:
    made = built(tmp_path / "study", WRITERS[form])
    assert len(plain["outputs"]) >= 6
    assert made["outputs"] == plain["outputs"]
    assert made["inputs"] != plain["inputs"]


def test_sqlite_gives_the_same_bytes(
    tmp_path: Path, plain: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "study"
    monkeypatch.setenv("SMALL_DB", f"sqlite:///{folder}/trial.db")
    made = built(folder, sqlite)
    assert made["outputs"] == plain["outputs"]
    raw = [name for name in made["inputs"] if not name.startswith(("mappings/", "define/"))]
    assert raw == ["raw/demog.sql", "raw/dose.sql", "rows of ae", "rows of demog", "rows of dose"]


def test_postgresql_gives_the_same_bytes(
    tmp_path: Path, plain: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with server() as port:
        monkeypatch.setenv(
            "SMALL_DB", f"postgresql+psycopg://{USER}:open%3Asesame%401@127.0.0.1:{port}/postgres"
        )
        login: dict[str, Any] = {"host": "127.0.0.1", "port": port, "user": USER, "password": PASSWORD}

        def write(folder: Path, name: str, table: dict[str, list[Any]]) -> dict[str, Any]:
            kinds = {int: "integer", float: "double precision", date: "date", str: "text"}
            columns = ", ".join(f'"{n}" {kinds[type(values[0])]}' for n, values in table.items())
            with psycopg.connect(**login, dbname="postgres") as connection:
                connection.execute(f"CREATE TABLE {name} ({columns})")
                marks = ", ".join(["%s"] * len(table))
                connection.cursor().executemany(f"INSERT INTO {name} VALUES ({marks})", rows(table)[::-1])
            return {"query": f"SELECT * FROM {name}", "database": "SMALL_DB"}

        made = built(tmp_path / "study", write)
    assert made["outputs"] == plain["outputs"]


def test_a_wrong_decimal_sign_is_a_fault_and_no_guess(tmp_path: Path) -> None:
    """2,5 in a table whose contract says nothing of commas."""
    comma = text(";", "csv", comma=True)

    def write(folder: Path, name: str, table: dict[str, list[Any]]) -> dict[str, Any]:
        return {key: word for key, word in comma(folder, name, table).items() if key != "decimal"}

    with pytest.raises(Stopped) as stopped:
        built(tmp_path / "study", write)
    assert [(one.code, one.stage.value) for one in stopped.value.findings] == [("CED253", 11)]
