"""Write the raw tables of the synthetic example study: `python make_raw.py [OUTDIR]`.

Needs only openpyxl beside the standard library; nothing of ced_cdisc. The bytes are the same on every run.
"""

import sys
from pathlib import Path

from generator import catheterization, coronary, medication, people, reported, safety, treatment
from generator.roster import roster
from generator.tables import write_workbook

TABLES = (
    *(people.demog, people.consent, people.vitals, people.dispo),
    *(treatment.gcsf, treatment.apheresis, treatment.infusion),
    coronary.extest,
    *(reported.saq, reported.ccs, reported.ntg_diary),
    *(safety.ae, medication.conmeds),
)


def write_raw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subjects = roster()
    for table in TABLES:
        table(subjects).write(folder)
    rows = catheterization.spoilt(catheterization.with_angiography(coronary.cathlab(subjects)))
    write_workbook(folder / "cathlab.xlsx", "CATHLAB", coronary.CATHLAB_COLUMNS, rows)


if __name__ == "__main__":
    write_raw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "raw")
