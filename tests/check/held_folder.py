"""A small folder with a findings.yaml beside it, and what ``ced-cdisc check`` says of the two."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from small_folder import run

CALL = (
    "study",
    "--standard",
    "CT=2024-09-27",
    "--findings",
    "findings.yaml",
    "--today",
    "2026-01-10",
    "--show-ids",
)
DATES = """\
  - rule: CED-V008
    dataset: AE
    variable: AESTDTC
    records: 2
    digest: {dates}
    person: A. Bee
    until: 2026-02-01
    reason: Dates as collected.
"""
SEX = """\
  - rule: CED-C001
    dataset: DM
    variable: SEX
    records: any
    person: C. Dee
    reason: "Codes of the site: see the plan."
"""


def failures(*arguments: str) -> dict[str, dict[str, Any]]:
    """The failures of the JSON, by rule, dataset and variable."""
    said = json.loads(run(*arguments, "--format", "json").stdout)
    return {
        f"{rule['id']} {f['dataset']}.{f['variable']}": f for rule in said["rules"] for f in rule["failures"]
    }


def digests() -> dict[str, str]:
    found = failures("study", "--standard", "CT=2024-09-27")
    return {name: failure["digest"] for name, failure in found.items()}


def write(*entries: str) -> None:
    """A findings.yaml; ``{dates}`` stands for the digest of the dates as they are."""
    text = "findings:\n" + "".join(entries)
    dates = digests()["CED-V008 AE.AESTDTC"][:16]
    Path("findings.yaml").write_text(text.replace("{dates}", f'"{dates}"'), encoding="utf-8")


def body(text: str) -> str:
    """The text from the line after the standards to the first line of what does not apply."""
    return text.partition("CT=2024-09-27\n")[2].partition("\nnot applicable")[0]


def ending(text: str) -> list[str]:
    return text.splitlines()[-2:]
