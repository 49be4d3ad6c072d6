"""The SARIF of a check: valid against the schema of OASIS, and what its parts say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
from msgspec.structs import replace
from report_readers import SARIF_SCHEMA, faults
from report_results import PLACE, SHOWN, empty_result, failure, full_result, hostile_result, rule_text
from small_folder import run, small_folder

from ced_cdisc import __version__
from ced_cdisc.core.conformance import CheckResult, RuleResult
from ced_cdisc.report.check_sarif import check_sarif, message


def runs_of(result: CheckResult) -> list[dict[str, Any]]:
    return json.loads(check_sarif(result))["runs"]


@pytest.mark.parametrize("result", [full_result(), hostile_result(), empty_result()])
def test_it_is_valid(result: CheckResult) -> None:
    assert SARIF_SCHEMA["id"].endswith("/errata01/os/schemas/sarif-schema-2.1.0.json")
    assert json.loads(check_sarif(result))["$schema"] == SARIF_SCHEMA["id"]
    assert faults(check_sarif(result)) == []


def test_the_schema_would_refuse() -> None:
    assert faults(check_sarif(full_result()).replace('"level": "error"', '"level": "grave"', 1)) != []
    assert faults(check_sarif(full_result()).replace('"startLine": 31', '"startLine": 0', 1)) != []


def test_a_finding_in_a_build_of_ours() -> None:
    found = runs_of(full_result())[0]["results"][1]
    assert found == {
        "ruleId": "CED-V001",
        "ruleIndex": 1,
        "level": "error",
        "message": {
            "text": "AE.AESTDTC: 2 records of no date\nedit mappings/sdtm/ae.yaml:31\n"
            "  row 1 S1-1 seq 7: AESTDTC=2020-02-30 AEENDTC=(missing)\n  and 1 more\ndo: correct CED-V001"
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "mappings/sdtm/ae.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 31},
                },
                "logicalLocations": [
                    {"name": "AESTDTC", "fullyQualifiedName": "AE.AESTDTC", "kind": "member"}
                ],
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {
                    "artifactLocation": {"uri": "out/sdtm/ae.xpt", "uriBaseId": "%SRCROOT%"}
                },
                "message": {"text": "the data"},
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": "0000000000000000:1",
            "recordsDigest/v1": f"{1:064x}",
        },
        "suppressions": [],
        "properties": {
            "dataset": "AE",
            "variable": "AESTDTC",
            "count": 2,
            "standing": "new",
            "records": [
                {
                    "row": 1,
                    "subject": "S1-1",
                    "sequence": "7",
                    "values": {"AESTDTC": "2020-02-30", "AEENDTC": None},
                }
            ],
        },
    }


def test_what_findings_yaml_says_is_a_suppression() -> None:
    results = {
        (r["ruleId"], r["properties"]["standing"]): r["suppressions"]
        for r in runs_of(full_result())[0]["results"]
    }
    place = {"artifactLocation": {"uri": "define/findings.yaml", "uriBaseId": "%SRCROOT%"}}
    assert results["CED-V001", "accepted"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "as collected (A. Reader, until 2026-12-31)",
            "location": {"physicalLocation": {**place, "region": {"startLine": 12}}},
        }
    ]
    assert results["CED-V002", "changed"] == [
        {
            "kind": "external",
            "status": "underReview",
            "justification": "as collected (A. Reader)",
            "location": {"physicalLocation": {**place, "region": {"startLine": 20}}},
        }
    ]
    assert [s["status"] for s in results["CED-V002", "expired"]] == ["underReview"]
    assert results["CED-V001", "new"] == []


def test_the_rules() -> None:
    driver = runs_of(full_result())[0]["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("ced-cdisc", __version__)
    assert [rule["id"] for rule in driver["rules"]] == [
        "CED-S001", *(f"CED-V{n:03}" for n in range(1, 7)), "CED605",
    ]  # fmt: skip
    assert driver["rules"][2] == {
        "id": "CED-V002",
        "shortDescription": {"text": "title of CED-V002"},
        "fullDescription": {"text": "title of CED-V002. What to do: correct CED-V002."},
        "help": {
            "text": "From SDTMIG 4.1. Other lists have it as CG0001. All rules: docs/conformance-rules.md."
        },
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["values", "SDTMIG", "CG0001"]},
    }
    assert driver["rules"][-1]["shortDescription"] == {"text": "a Dataset-JSON file is no JSON"}
    engine = runs_of(full_result())[1]["tool"]["driver"]["rules"][0]
    assert engine["help"] == {
        "text": "A rule of the CDISC CORE engine. ced-cdisc has it as CED-V001. How it is run: docs/core.md."
    }
    for run_ in runs_of(full_result()):
        rules = run_["tool"]["driver"]["rules"]
        assert [rules[r["ruleIndex"]]["id"] for r in run_["results"]] == [
            r["ruleId"] for r in run_["results"]
        ]


def test_each_rule_has_what_code_scanning_asks_for() -> None:
    for result in (full_result(), hostile_result()):
        for run_ in runs_of(result):
            for rule in run_["tool"]["driver"]["rules"]:
                for text in ("shortDescription", "fullDescription", "help"):
                    assert 0 < len(rule[text]["text"]) <= 1024, rule["id"]


def test_the_pages_that_rules_name_are_there() -> None:
    named = set(re.findall(r"docs/[\w-]+\.md", check_sarif(full_result())))
    assert named == {"docs/conformance-rules.md", "docs/core.md", "docs/errors.md"}
    assert all((Path(__file__).parents[2] / page).is_file() for page in named)


def test_what_was_not_checked_is_told() -> None:
    notes = [run_["invocations"][0]["toolExecutionNotifications"] for run_ in runs_of(full_result())]
    assert notes == [
        [
            {
                "level": "note",
                "message": {"text": "CED-V005 was not run: AESTDTC is a number"},
                "associatedRule": {"id": "CED-V005", "index": 5},
            }
        ],
        [
            {
                "level": level,
                "message": {"text": text},
                "associatedRule": {"id": text.split()[0], "index": index},
            }
            for level, text, index in (
                ("note", "CORE-000003 was skipped in DM: Column not found: DMXX", 2),
                ("error", "CORE-000004 was not carried out in DM: KeyError: x", 3),
                ("error", "CORE-000006 was not carried out in AE: y", 5),
            )
        ],
    ]


def test_the_core_engine_has_a_run_of_its_own() -> None:
    engine = runs_of(full_result())[1]
    driver = engine["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("CDISC CORE engine", "0.17.1")
    assert [(r["ruleId"], r["level"], r["properties"]["count"]) for r in engine["results"]] == [
        ("CORE-000001", "warning", 7),
        ("CORE-000006", "warning", 1),
    ]
    assert engine["properties"]["rules"] == {
        "execution error": 2, "issues": 1, "out of scope": 1, "passed": 1, "skipped": 1,
    }  # fmt: skip


def test_levels_are_those_of_the_findings() -> None:
    levels = [r["level"] for run_ in runs_of(full_result()) for r in run_["results"]]
    assert levels == [*["error"] * 4, "warning", "warning", "note", "warning", "warning"]


@pytest.mark.parametrize(
    ("folder", "place", "uri", "line"),
    [
        ("out", "", "out/ae.xpt", None),
        (".", "", "ae.xpt", None),
        ("../out x", "", "../out%20x/ae.xpt", None),
        ("c:d", "", "c%3Ad/ae.xpt", None),
        ("/data/out", "", "file:///data/out/ae.xpt", None),
        ("out\udc80", "", "out%80/ae.xpt", None),
        ("out", "mappings/ü.yaml:4", "mappings/%C3%BC.yaml", 4),
        ("out", "mappings/ae.yaml", "mappings/ae.yaml", None),
    ],
)
def test_files_are_uris(folder: str, place: str, uri: str, line: int | None) -> None:
    rules = (RuleResult(rule_text("CED-V001"), "failed", failures=(failure(place=place),)),)
    (found,) = runs_of(replace(full_result(), folder=folder, rules=rules, reading=()))[0]["results"]
    physical = found["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == uri
    assert ("uriBaseId" in physical["artifactLocation"]) == (not urlparse(uri).scheme)
    assert physical.get("region", {}).get("startLine") == line


def test_a_finding_about_no_dataset_is_in_the_folder() -> None:
    rules = (RuleResult(rule_text("CED-V001"), "failed", failures=(failure(dataset="", variable=""),)),)
    (found,) = runs_of(replace(full_result(), rules=rules, reading=()))[0]["results"]
    assert found["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "out/sdtm", "uriBaseId": "%SRCROOT%"}}}
    ]


def test_findings_that_cover_the_same_are_told_apart() -> None:
    rules = (RuleResult(rule_text("CED-V001"), "failed", failures=(failure(1), failure(1))),)
    prints = [
        r["partialFingerprints"]["primaryLocationLineHash"]
        for r in runs_of(replace(full_result(), rules=rules, reading=()))[0]["results"]
    ]
    assert prints == ["0000000000000000:1", "0000000000000000:2"]


def as_viewers_show(text: str) -> str:
    """A message by 3.11.5 and 3.11.6 of the standard: no placeholder, no link may be left."""
    assert re.search(r"(?<!\{)(?:\{\{)*\{\d+\}", text) is None
    assert re.search(r"\[(?:[^\[\]\\]|\\.)*\]\([^)]*\)", text) is None
    return text.replace("{{", "{").replace("}}", "}").replace("\\](", "](")


def test_texts_of_the_data_are_no_links_and_no_placeholders() -> None:
    found = runs_of(hostile_result())[0]["results"][1]
    assert as_viewers_show(found["message"]["text"]).split("\n")[0] == SHOWN
    assert as_viewers_show(message("see [here](http://x) {0} {{1}}")["text"]) == (
        "see [here](http://x) {0} {{1}}"
    )
    assert message("[a](b)") == {"text": "[a\\](b)"}
    assert message("[a\\](b)") == {"text": "[a\\](b)"}
    assert message("[a\\\\](b)") == {"text": "[a\\\\\\](b)"}
    uri = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == hostile_result().rules[0].failures[0].place.removesuffix(":7")


def test_the_place_is_the_one_of_the_other_reports() -> None:
    assert PLACE in check_sarif(full_result())


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "study").mkdir()
    small_folder(tmp_path / "study")
    monkeypatch.chdir(tmp_path)
    ran = run("study", "--format", "sarif", "--standard", "CT=2024-09-27")
    assert ran.exit_code == 1
    assert faults(ran.stdout) == []
    (one,) = json.loads(ran.stdout)["runs"]
    assert [(r["ruleId"], r["level"]) for r in one["results"]] == [
        ("CED-C001", "error"),
        ("CED-S003", "error"),
        ("CED-V008", "error"),
        ("CED-S026", "warning"),
    ]
    assert len({r["partialFingerprints"]["primaryLocationLineHash"] for r in one["results"]}) == 4
    assert run("study", "--format", "sarif", "--standard", "CT=2024-09-27").stdout == ran.stdout
