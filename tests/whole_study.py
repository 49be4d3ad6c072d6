"""The small study as a whole one, of which the check has nothing to say: most tests do without the rest."""

from __future__ import annotations

from pathlib import Path

from small_study import write_study

TS = """\
domain: TS
origin: Protocol
sort: [TSPARMCD, TSSEQ]
rows:
  - {TSSEQ: 1, TSPARMCD: ADDON, TSPARM: Added on to Existing Treatments, TSVALNF: NI}
  - {TSSEQ: 1, TSPARMCD: AGEMAX, TSPARM: Planned Maximum Age of Subjects, TSVALNF: PINF}
  - {TSSEQ: 1, TSPARMCD: AGEMIN, TSPARM: Planned Minimum Age of Subjects, TSVAL: P18Y}
  - {TSSEQ: 1, TSPARMCD: INDIC, TSPARM: Trial Disease/Condition Indication, TSVALNF: NI}
  - {TSSEQ: 1, TSPARMCD: LENGTH, TSPARM: Trial Length, TSVAL: P2W}
  - {TSSEQ: 1, TSPARMCD: OBJPRIM, TSPARM: Trial Primary Objective, TSVAL: To be small}
  - {TSSEQ: 1, TSPARMCD: PLANSUB, TSPARM: Planned Number of Subjects, TSVAL: 2}
  - TSSEQ: 1
    TSPARMCD: RANDOM
    TSPARM: Trial is Randomized
    TSVAL: "N"
    TSVALCD: C49487
    TSVCDREF: CDISC CT
    TSVCDVER: 2024-09-27
  - {TSSEQ: 1, TSPARMCD: SEXPOP, TSPARM: Sex of Participants, TSVALNF: NI}
  - {TSSEQ: 1, TSPARMCD: SPONSOR, TSPARM: Clinical Study Sponsor, TSVALNF: NI}
  - {TSSEQ: 1, TSPARMCD: SSTDTC, TSPARM: Study Start Date, TSVAL: 2020-02-01}
  - {TSSEQ: 1, TSPARMCD: STOPRULE, TSPARM: Study Stop Rules, TSVALNF: NI}
  - {TSSEQ: 1, TSPARMCD: TBLIND, TSPARM: Trial Blinding Schema, TSVALNF: NI}
  - {TSSEQ: 1, TSPARMCD: TCNTRL, TSPARM: Control Type, TSVALNF: NI}
  - {TSSEQ: 1, TSPARMCD: TINDTP, TSPARM: Trial Intent Type, TSVALNF: NI}
  - {TSSEQ: 1, TSPARMCD: TITLE, TSPARM: Trial Title, TSVAL: A small study}
  - {TSSEQ: 1, TSPARMCD: TPHASE, TSPARM: Trial Phase Classification, TSVALNF: NI}
  - {TSSEQ: 1, TSPARMCD: TTYPE, TSPARM: Trial Type, TSVALNF: NI}
"""

COPIED = "copy: [DM.SUBJID, DM.SEX, DM.AGE, DM.AGEU]\nvariables:\n"
REQUIRED = """\
copy: [DM.SUBJID, DM.SITEID, DM.SEX, DM.RACE, DM.AGE, DM.AGEU, DM.ARM]
variables:
  TRT01P: {copy: DM.ARM, label: Planned Treatment for Period 01}
"""


def write_whole_study(folder: Path, changes: dict[str, tuple[str, str]] | None = None) -> Path:
    """Write the study; ``changes`` are those of the small one."""
    write_study(folder, changes)
    adsl = folder / "mappings/adam/adsl.yaml"
    adsl.write_text(adsl.read_text(encoding="utf-8").replace(COPIED, REQUIRED), encoding="utf-8")
    (folder / "mappings/sdtm/ts.yaml").write_text(TS, encoding="utf-8")
    define = folder / "define/define.yaml"
    text = define.read_text(encoding="utf-8").replace("href: acrf.pdf,", "href: acrf.pdf, file: acrf.pdf,")
    define.write_text(text, encoding="utf-8")
    (define.parent / "acrf.pdf").write_bytes(b"%PDF-1.4\n")
    return folder
