"""Write the raw tables of the synthetic example study: `python make_raw.py [OUTDIR]`.

Needs only openpyxl beside the standard library; nothing of ced_cdisc. The bytes are the same on every run.
"""

import sys
from pathlib import Path

from generator import (
    catheterization,
    cell_product,
    conduct,
    controls,
    coronary,
    ecg,
    history,
    medication,
    people,
    reported,
    safety,
    treatment,
)
from generator.labs import write_labs
from generator.roster import roster
from generator.tables import write_workbook
from generator.transport import write_transport

TABLES = (
    *(people.demog, people.consent, people.vitals, people.dispo),
    *(treatment.gcsf, treatment.apheresis, treatment.infusion),
    *(coronary.extest, ecg.ecg),
    *(reported.saq, reported.ccs, reported.ntg_diary),
    *(safety.ae, medication.conmeds),
    *(history.medhist, conduct.contacts, conduct.deviations, conduct.physexam),
)


def write_raw(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subjects = roster()
    for table in TABLES:
        table(subjects).write(folder)
    rows = catheterization.spoilt(catheterization.with_angiography(coronary.cathlab(subjects)))
    write_workbook(folder / "cathlab.xlsx", "CATHLAB", coronary.CATHLAB_COLUMNS, rows)
    controls.write_controls(folder / "controls")
    products = cell_product.cellprod(subjects)
    write_transport(folder / "cellprod.xpt", "CELLPROD", "Cell products", cell_product.COLUMNS, products)
    write_labs(folder / "labs_central.txt", subjects)


if __name__ == "__main__":
    write_raw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "raw")
