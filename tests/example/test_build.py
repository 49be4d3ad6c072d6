"""What the folder of a build holds: its transport files and build.json."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from example_study import DEFINE, MAPPINGS, RAW, contents
from transport_files import Dataset

import ced_cdisc
from ced_cdisc.core.findings import Severity
from ced_cdisc.pipeline import Build

SAS_ZERO = date(1960, 1, 1)
SUPPLEMENTAL = {
    *("SUPPAE", "SUPPAG", "SUPPBE", "SUPPCM", "SUPPDM", "SUPPDS", "SUPPDV", "SUPPEC", "SUPPEG", "SUPPHO"),
    *("SUPPMH", "SUPPPR", "SUPPQS", "SUPPRS"),
}
SDTM = {
    *("TA", "TE", "TI", "TS", "TV", "DM", "SE", "SV", "AG", "CM", "EC", "EX", "PR", "AE", "CE", "DS"),
    *("BE", "BS", "CP", "EG", "FT", "IE", "LB", "QS", "RS", "VS", "XC", "XR", "RELREC", "RELSPEC"),
    *("CO", "CV", "DV", "FA", "HO", "MH", "PE", "SU"),
    *SUPPLEMENTAL,
}
CONTROLS = {"TS", "AG", "CM", "CO", "DM", "DS", "MH", "PR", "RELREC", "SU", "SV", "XR"}
ADAM = {
    *("ADSL", "ADAE", "ADCCS", "ADCF", "ADEG", "ADEX", "ADEXER", "ADLB", "ADNTG", "ADQSSAQ", "ADTTE", "ADVS"),
}


def sas(value: Any) -> Any:
    """A value as SAS holds it: days or seconds since 1960, and no difference between no text and none."""
    if isinstance(value, datetime):
        since = value - datetime(1960, 1, 1)  # noqa: DTZ001
        return float(since.days * 86400 + since.seconds)
    if isinstance(value, date):
        return float((value - SAS_ZERO).days)
    return float(value) if isinstance(value, int) else value


@pytest.fixture(scope="module")
def manifest(out: Path) -> dict[str, Any]:
    return json.loads((out / "build.json").read_bytes())


def test_the_build_has_no_findings_but_notes_on_planted_irregularities(build: Build) -> None:
    mess = yaml.load((RAW.parent / "MESS.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    expected = [
        e["finding"] for rows in mess.values() for row in rows for e in row["expect"] if "finding" in e
    ]
    for finding in build.findings.sorted():
        assert finding.severity is Severity.NOTE, str(finding)
        if finding.code == "CED430":
            continue  # places of the reviewer's guides that wait for a person
        assert any(text in str(finding) for text in expected), str(finding)


def test_the_check_at_the_end_of_the_build_finds_nothing_that_is_not_accepted(build: Build) -> None:
    assert {one.folder.rpartition("/")[2] for one in build.checked} == {"example", "controls"}
    assert [one.exit_code() for one in build.checked] == [0, 0]
    assert [str(found) for one in build.checked for found in one.failures if not found.accepted] == []


def test_the_folder_holds_a_file_for_each_dataset_and_nothing_else(out: Path) -> None:
    assert set(contents(out)) == {
        *(f"sdtm/{name.lower()}.xpt" for name in SDTM),
        *(f"adam/{name.lower()}.xpt" for name in ADAM),
        *(f"controls/sdtm/{name.lower()}.xpt" for name in CONTROLS),
        *(
            f"{kind}/{name}"
            for kind in ("sdtm", "adam", "controls/sdtm")
            for name in ("define.html", "define.xml", "define2-1.xsl")
        ),
        *(f"{kind}/acrf.pdf" for kind in ("sdtm", "controls/sdtm")),
        *(f"{place}csdrg.{end}" for place in ("guides/", "controls/guides/") for end in ("docx", "md")),
        *(f"{kind}/csdrg.pdf" for kind in ("sdtm", "controls/sdtm")),
        *("guides/adrg.docx", "guides/adrg.md", "adam/adrg.pdf"),
        *(f"adam/{name}" for name in ("results.json", "results.txt")),
        *(f"adam/figures/F3.{number}.svg" for number in (1, 2, 3, 4)),
        "build.json",
    }


def test_a_transport_file_bears_the_name_of_its_dataset(out: Path, files: dict[str, Dataset]) -> None:
    assert {f"{data.kind}/{data.name.lower()}.xpt" for data in files.values()} == {
        path.relative_to(out).as_posix() for path in out.glob("*/*.xpt")
    }


def test_transport_files_hold_the_values_that_the_build_handed_out(
    build: Build, every: dict[str, Dataset]
) -> None:
    assert every.keys() == build.frames.keys()
    for name, frame in build.frames.items():
        assert every[name].variables == frame.columns, name
        expected = [{k: sas(v) for k, v in row.items()} for row in frame.iter_rows(named=True)]
        for number, (mine, theirs) in enumerate(zip(every[name].rows, expected, strict=True)):
            assert mine == theirs, f"{name} row {number}"


def test_transport_files_have_the_labels_types_and_formats_of_the_metadata(
    build: Build, every: dict[str, Dataset]
) -> None:
    described = {
        f"{kind.removesuffix('sdtm').removesuffix('adam')}{d.name}": d
        for kind, package in build.packages.items()
        for d in package.datasets
    }
    assert every.keys() == described.keys()
    for name, data in every.items():
        assert data.label == described[name].label
        assert data.labels == {v.name: v.label for v in described[name].variables}
        assert data.types == {v.name: v.xpt_type for v in described[name].variables}
        found = {k: v.rstrip(".") for k, v in data.formats.items() if v}
        assert found == {v.name: v.format.rstrip(".") for v in described[name].variables if v.format}


def test_the_datasets_are_handed_out_as_pandas_frames(build: Build, files: dict[str, Dataset]) -> None:
    for name in ("AE", "SUPPDM", "ADSL"):
        frame = build[name]
        assert list(frame.columns) == files[name].variables
        assert list(frame["USUBJID"]) == [row["USUBJID"] for row in files[name].rows]


def test_names_labels_and_texts_keep_to_the_limits_of_version_5(every: dict[str, Dataset]) -> None:
    for data in every.values():
        assert all(name.isascii() and len(name) <= 8 for name in data.variables)
        assert all(
            text and text.isascii() and len(text) <= 40 for text in (data.label, *data.labels.values())
        )
        texts = [value for row in data.rows for value in row.values() if isinstance(value, str)]
        assert [text for text in texts if not text.isascii() or len(text) > 200] == []


def test_build_json_names_the_tool_its_version_the_study_and_the_standards(manifest: dict[str, Any]) -> None:
    assert (manifest["tool"], manifest["version"]) == ("ced-cdisc", ced_cdisc.__version__)
    assert (manifest["study"], manifest["snapshot"], manifest["partial"]) == (
        "IMPROVECED",
        "2020-12-01T00:00:00",
        False,
    )
    assert manifest["standards"] == {
        "ADaM CT": "2024-09-27",
        "ADaMIG": "1.3",
        "DEFINE-XML CT": "2024-09-27",
        "SDTM": "2.0",
        "SDTM CT": "2024-09-27",
        "SDTMIG": "3.4",
    }


def test_build_json_lists_every_input_with_its_sha_256(manifest: dict[str, Any]) -> None:
    folders = {"raw": RAW, "mappings": MAPPINGS, "define": DEFINE}
    assert manifest["inputs"] == {
        f"{name}/{path}": hashlib.sha256(data).hexdigest()
        for name, folder in folders.items()
        for path, data in contents(folder).items()
        if not path.startswith("tests/")  # of specs: a build does not read them
    }


def test_build_json_lists_every_file_of_the_folder_but_itself_with_its_sha_256(
    manifest: dict[str, Any], out: Path
) -> None:
    assert manifest["outputs"] == {
        path: hashlib.sha256(data).hexdigest() for path, data in contents(out).items() if path != "build.json"
    }


def test_build_json_counts_the_rows_and_columns_of_every_dataset(
    manifest: dict[str, Any], every: dict[str, Dataset]
) -> None:
    assert manifest["datasets"] == {
        name: {"rows": len(data.rows), "columns": len(data.variables)} for name, data in every.items()
    }
