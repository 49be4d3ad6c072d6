"""The small study with pinned numbers, a qualifier of AE, and an analysis dataset that traces to AESEQ."""

from __future__ import annotations

from pathlib import Path

from command_line import AE, SPECS, STUDY, Run, ced, given, spoil

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.recompute import recompute
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan, pin_numbers
from ced_cdisc.stages.reading import read_raw

LOCK = "mappings/sequence.lock"
STARTED = SPECS + "  raw columns: 14 of 14 mapped, 0 excluded, 0 left over\n"
SIX = "6 datasets and 2 define.xml written to out\n"
LATE = "001,1,Headache"
TITLE = "# Numbers of records, kept from build to build by ced-cdisc. Commit this file; do not edit it.\n"
HEADER = "dataset\tUSUBJID\tnumber\tstate\trecord\n"
FIRST = (
    TITLE
    + HEADER
    + "AE\tT1-001\t1\tused\tae SUBJ=001 AENO=2\n"
    + "AE\tT1-001\t2\tused\tae SUBJ=001 AENO=1\n"
    + "AE\tT1-002\t1\tused\tae SUBJ=002 AENO=1\n"
    + "EX\tT1-001\t1\tused\tdose SUBJ=001 DAY=1\n"
    + "EX\tT1-001\t2\tused\tdose SUBJ=001 DAY=2\n"
    + "EX\tT1-002\t1\tused\tdose SUBJ=002 DAY=1\n"
)
"""The lock of the small study: 2020-02 goes before 2020-02-10."""
ADAE = """\
dataset: ADAE
label: Adverse Events Analysis Dataset
class: OCCDS
from: AE
copy: [AE.AETERM, AE.AEDECOD, AE.AESEQ]
rows:
  SRCSEQ: {copy: AE.AESEQ}
sort: [AETERM]
"""


def given_pinned() -> None:
    """The study in the working folder, not yet built."""
    given()
    spoil(STUDY, "usubjid:", "sequence: pinned\nusubjid:")
    text = Path(AE).read_text() + "supp:\n  AENOTE: {collect: ae.TERM, label: Note}\n"
    Path(AE).write_text(text)
    Path("mappings/adam/adae.yaml").write_text(ADAE)


def built(*arguments: str) -> str:
    """Build into ``out``; what was said before and after the lines of the datasets."""
    run: Run = ced("build", "raw", "out", *arguments)
    assert run.code == 0, run.err
    return "".join(line for line in run.err.splitlines(keepends=True) if " rows " not in line)


def refused(*arguments: str, code: int = 11) -> str:
    """What is said of a build that must fail with a code."""
    run = ced("build", "raw", "out", *arguments)
    assert run.code == code
    return run.err


def lock() -> str:
    return Path(LOCK).read_text(encoding="utf-8")


def recomputed() -> tuple[StudyPlan, dict[str, list[dict[str, object]]], list[str]]:
    """The plan with the numbers of the lock as it is, the second engine's records, and its faults."""
    findings = Findings()
    study = find_study(None, None, Path())
    plan, _ = make_plan(study, findings)
    plan, _ = pin_numbers(plan, study, findings)
    tables = read_raw(Path("raw"), plan, findings)
    texts = {name: table.frame.drop("__row").to_dicts() for name, table in tables.items()}
    rows, faults = recompute(plan, texts)
    return plan, {name: [dict(row) for row in of] for name, of in rows.items()}, [f.message for f in faults]
