"""A build in other formats: the files, what define.xml names, the same data, the same bytes again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from lxml import etree

import ced_cdisc
from ced_cdisc.cli import main
from ced_cdisc.conformance.check import check_folder
from ced_cdisc.plan.formats import UnknownFormat
from ced_cdisc.read.dataset_json import read_dataset_json
from ced_cdisc.read.xpt import read_xpt
from small_study import write_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("formats"))


def build(study: Path, formats: str, name: str = "out", **more: Any) -> Path:
    ced_cdisc.build(
        study / "raw",
        study / name,
        mappings=study / "mappings",
        define=study / "define",
        formats=formats,
        **more,
        check=False,
    )
    return study / name


@pytest.fixture(scope="module")
def every(study: Path) -> Path:
    return build(study, "json,xpt,ndjson,dsjc", "every")


def leaves(define: Path) -> list[str]:
    root = etree.parse(define).getroot()
    names = [
        node.get("{http://www.w3.org/1999/xlink}href") for node in root.iterfind(".//{*}ItemGroupDef/{*}leaf")
    ]
    titles = [node.text for node in root.iterfind(".//{*}ItemGroupDef/{*}leaf/{*}title")]
    assert names == titles
    return [str(name) for name in names]


def test_xpt_stands_beside_define_xml_and_other_formats_in_folders_of_their_own(every: Path) -> None:
    files = {p.relative_to(every).as_posix() for p in every.rglob("*") if p.is_file()}
    assert {name for name in files if name.endswith((".xpt", ".json", ".ndjson", ".dsjc"))} == {
        "build.json",
        *(
            f"{folder}{kind}/{name}.{form}"
            for kind, name in (("sdtm", "ae"), ("sdtm", "dm"), ("sdtm", "ex"), ("adam", "adsl"))
            for form, folder in (("xpt", ""), ("json", "json/"), ("ndjson", "ndjson/"), ("dsjc", "dsjc/"))
        ),
    }
    listed = json.loads((every / "build.json").read_bytes())["outputs"]
    assert set(listed) == files - {"build.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((every / name).read_bytes()).hexdigest() == digest
    assert leaves(every / "sdtm" / "define.xml") == ["dm.xpt", "ex.xpt", "ae.xpt"]


def test_all_formats_hold_the_same_data_and_refer_to_their_define_xml(every: Path) -> None:
    for path in sorted([*every.glob("*dm/*.xpt"), *every.glob("*am/*.xpt"), *every.glob("sdtm/*.xpt")]):
        expected, member = read_xpt(path)
        kind = path.parent.name
        for form in ("json", "ndjson", "dsjc"):
            other = every / form / kind / f"{path.stem}.{form}"
            frame, dataset = read_dataset_json(other)
            assert frame.equals(expected.with_columns(pl.all()))
            assert [(v.name, v.label, v.type, v.format) for v in dataset.variables] == [
                (v.name, v.label, v.type, v.format_text) for v in member.variables
            ]
            assert (other.parent / dataset.metadata_ref).resolve() == every / kind / "define.xml"


def test_oids_types_and_keys_are_those_of_define_xml(every: Path) -> None:
    for kind in ("sdtm", "adam"):
        root = etree.parse(every / kind / "define.xml").getroot()
        items = {node.get("OID"): node for node in root.iterfind(".//{*}ItemDef")}
        for group in root.iterfind(".//{*}ItemGroupDef"):
            path = every / "json" / kind / f"{str(group.get('Name')).lower()}.json"
            told = json.loads(path.read_bytes())
            assert told["itemGroupOID"] == group.get("OID")
            assert told["studyOID"] == root.find("{*}Study").get("OID")
            assert told["metaDataVersionOID"] == root.find(".//{*}MetaDataVersion").get("OID")
            assert told["datasetJSONCreationDateTime"] == root.get("CreationDateTime")
            refs = group.findall("{*}ItemRef")
            assert [c["itemOID"] for c in told["columns"]] == [ref.get("ItemOID") for ref in refs]
            for column, ref in zip(told["columns"], refs, strict=True):
                item = items[ref.get("ItemOID")]
                assert str(column.get("keySequence")) == str(ref.get("KeySequence"))
                kinds = (item.get("DataType"), column["dataType"], column.get("targetDataType"))
                assert kinds in {
                    ("text", "string", None),
                    ("integer", "integer", None),
                    ("float", "float", None),
                    ("date", "date", None),
                    ("datetime", "datetime", None),
                    ("integer", "date", "integer"),
                    ("partialDate", "string", None),
                    ("durationDatetime", "string", None),
                    ("incompleteDatetime", "string", None),
                }, column


@pytest.mark.parametrize("form", ["json", "ndjson", "dsjc"])
def test_define_xml_names_the_file_that_is_there(study: Path, form: str) -> None:
    out = build(study, form, form)
    assert not list(out.rglob("*.xpt"))
    for kind in ("sdtm", "adam"):
        names = leaves(out / kind / "define.xml")
        assert all((out / kind / name).is_file() and name.endswith(f".{form}") for name in names)
        page = (out / kind / "define.html").read_text(encoding="utf-8")
        assert f'href="{names[0]}"' in page and ".xpt" not in page
        assert read_dataset_json(out / kind / names[0])[1].metadata_ref == "define.xml"


def test_the_check_reads_a_build_of_json_as_one_of_xpt(study: Path, every: Path) -> None:
    other = build(study, "ndjson", "lines")
    told = [
        {(rule.rule.id, len(rule.failures)) for rule in check_folder(folder).rules if rule.failures}
        for folder in (every, other)
    ]
    assert told[0] == told[1]


def test_the_same_bytes_again_by_one_process_or_two(study: Path, every: Path) -> None:
    again = build(study, "json,xpt,ndjson,dsjc", "again", processes=2)
    assert {p.relative_to(again): p.read_bytes() for p in again.rglob("*") if p.is_file()} == {
        p.relative_to(every): p.read_bytes() for p in every.rglob("*") if p.is_file()
    }


def test_xpt_does_not_change_with_other_formats(study: Path, every: Path) -> None:
    alone = build(study, "xpt", "alone")
    for path in alone.rglob("*"):
        if path.is_file() and path.name != "build.json":
            assert path.read_bytes() == (every / path.relative_to(alone)).read_bytes(), path


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("jsno", "there is no format jsno; did you mean json?"),
        ("xpt,sas7bdat", "there is no format sas7bdat; there are xpt, json, ndjson, dsjc, parquet"),
        (",", "no format is named; there are xpt, json, ndjson, dsjc, parquet"),
    ],
)
def test_formats_that_there_are_not(study: Path, given: str, message: str) -> None:
    with pytest.raises(UnknownFormat, match=f"^{message.replace('?', '[?]')}$"):
        build(study, given)
    command = ["build", str(study / "raw"), str(study / "no"), "--format", given]
    result = CliRunner().invoke(main, [*command, "--mappings", str(study / "mappings")])
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"Error: {message}")
    assert not (study / "no").exists()
