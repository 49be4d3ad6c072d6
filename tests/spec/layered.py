"""A company layer below the small study, and how a flat study is split into the two."""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import Specs, load_specs
from small_study import AE, DM, EX, FILES

EXTENDS = 'extends: "../company"\n'
COMPANY = {
    "company/study.yaml": "standards: {sdtmig: '3.3', adamig: '1.3'}\n"
    "formats: {edc: [YYYY], diary: [M/D/YYYY]}\n",
    "company/sources.yaml": "defaults: {subject: SUBJ, trim: no}\n"
    "tables:\n"
    "  ae: {file: ae.csv, key: [SUBJ, AENO], page: 9, columns: [SUBJ, AENO, TERM, SEV, START, STOP]}\n"
    "  lab: {file: lab.csv, key: [SUBJ], columns: [SUBJ]}\n",
    "company/sdtm/ae.yaml": AE.replace("upper(AETERM)", "lower(AETERM)"),
    "company/sdtm/dm.yaml": DM,
    "company/sdtm/ex.yaml": EX.replace("EXDOSU:   {assign: mg}", "EXDOSU:   {assign: mgg}"),
    "company/sdtm/vs.yaml": "domain: VS\nfrom: vitals\nvariables: {VSTESTCD: nothing.GOOD}\n",
    "company/define/define.yaml": "documents:\n"
    "  acrf: {title: CRF, href: crf.pdf, kind: acrf, package: sdtm}\n",
}
"""Complete for DM, nearly for AE and EX; with a domain and a table that the study has no use for."""

STUDY_OVER = {
    "mappings/sdtm/ae.yaml": 'domain: AE\nvariables:\n  --DECOD: {derive: "upper(AETERM)"}\n',
    "mappings/sdtm/ex.yaml": "domain: EX\nvariables:\n  EXDOSU: {assign: mg}\n",
    "mappings/study.yaml": EXTENDS + "datasets: [DM]\n" + FILES["mappings/study.yaml"],
    "mappings/sources.yaml": FILES["mappings/sources.yaml"].split("  ae:")[0] + "  ae: {page: 3}\n",
}
"""The study's files over the company's, which together say what the flat small study says."""


def write(folder: Path, *groups: dict[str, str]) -> Path:
    """Write files into a folder; an empty text deletes the file."""
    for files in groups:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            if not text:
                path.unlink()
    return folder


def write_layered(folder: Path, *changes: dict[str, str]) -> Path:
    """The small study as company layer and study."""
    return write(folder, FILES, COMPANY, {"mappings/sdtm/dm.yaml": ""}, STUDY_OVER, *changes)


def specs_of(folder: Path) -> tuple[Specs | None, list[str]]:
    """The specs, and the messages of loading and planning them; layers are shown beside ``mappings``."""
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    if specs is not None:
        plan_study(specs, findings)
    return specs, [str(finding) for finding in findings.sorted()]
