"""Analysis datasets read supplemental qualifiers as if they were variables of the parent.

Every build here is compared with the second engine (analysis_study.build).
"""

from __future__ import annotations

from pathlib import Path

from analysis_study import build, messages, rows, variable

from small_study import ADSL, AE, DM

FILES = {
    "mappings/sdtm/ae.yaml": AE
    + "supp:\n"
    + "  AETRT: {collect: ae.SEV, ct: {1: NONE, 2: TABLETS, 3: REST}, label: Other Treatment}\n"
    + '  AEDAYS: {derive: "text(days_between(AESTDTC, AEENDTC))", label: Days}\n',
    "mappings/sdtm/dm.yaml": DM + "supp:\n  DMCONS: {derive: RFICDTC, label: Consent}\n",
}
ADAE = """\
dataset: ADAE
label: Adverse Event Analysis Dataset
class: AE
from: AE
copy: [AE.AESEQ, AE.AETERM, AE.AEDAYS]
rows:
  TREATED: {copy: AE.AETRT}
  REST:    {derive: "if(AE.AETRT = 'REST', 'Y', missing)", label: Rest}
variables:
  CONSENT: {derive: DM.DMCONS, label: Consent}
sort: [AESEQ]
"""
COUNTED = ADSL.replace(
    "variables:\n",
    "variables:\n  NREST: {derive: \"count(AE.AESEQ where AE.AETRT = 'REST')\", label: Events With Rest}\n",
)


def test_qualifiers_of_the_source_of_one_record_datasets_and_inside_aggregates(tmp_path: Path) -> None:
    made = build(tmp_path, {"ADAE": ADAE, "ADSL": COUNTED}, FILES)
    names = ("USUBJID", "AETERM", "AEDAYS", "TREATED", "REST", "CONSENT")
    assert rows(made, "ADAE", *names) == [
        ("T1-001", "Bone pain", None, "TABLETS", None, "2020-02-01"),
        ("T1-001", "Headache", "2", "NONE", None, "2020-02-01"),
        ("T1-002", "Nausea", "0", "REST", "Y", "2020-02-03"),
    ]
    assert rows(made, "ADSL", "USUBJID", "NREST") == [("T1-001", 0.0), ("T1-002", 1.0)]


def test_a_copied_qualifier_has_its_label_and_its_predecessor_in_supp(tmp_path: Path) -> None:
    made = build(tmp_path, {"ADAE": ADAE}, FILES)
    for name, qualifier, label in (("TREATED", "AETRT", "Other Treatment"), ("AEDAYS", "AEDAYS", "Days")):
        found = variable(made, "ADAE", name)
        assert (found.label, found.origin.type) == (label, "Predecessor")
        assert found.origin.description == f"SUPPAE.QVAL where SUPPAE.QNAM is {qualifier}"


def test_a_qualifier_joins_by_a_look_up(tmp_path: Path) -> None:
    text = "dataset: ADX\nlabel: X\nclass: OTHER\nfrom: DM\nwith: {AE: {on: USUBJID, many: yes}}\n"
    text += "rows: {TERM: {copy: AE.AETERM}, TREATED: {copy: AE.AETRT}}\nsort: [TERM]\n"
    made = build(tmp_path, {"ADX": text}, FILES)
    assert rows(made, "ADX", "TERM", "TREATED") == [
        ("Bone pain", "TABLETS"),
        ("Headache", "NONE"),
        ("Nausea", "REST"),
    ]


def test_a_qualifier_that_is_a_date_is_read_as_one(tmp_path: Path) -> None:
    supp = "supp:\n  RANDDTC: {collect: demog.ICFDT, date: edc, label: Randomized}\n"
    supp += "  BORNDTC: {collect: demog.BRTHDAT, date: edc, label: Born}\n"
    adsl = ADSL.replace(
        "variables:\n",
        'variables:\n  RANDDT: {derive: "date(DM.RANDDTC)"}\n'
        "  BIRTHDT: {impute: DM.BORNDTC, highest: month, to: mid, label: Born}\n",
    )
    made = build(tmp_path, {"ADSL": adsl}, {"mappings/sdtm/dm.yaml": DM + supp})
    assert [[str(v) for v in row] for row in rows(made, "ADSL", "RANDDT", "BIRTHDT", "BIRTHDTF")] == [
        ["02-01", "06-05", "None"],
        ["02-03", "06-30", "M"],
    ]


def test_a_misspelt_qualifier_is_told(tmp_path: Path) -> None:
    text = ADAE.replace("AE.AETRT =", "AE.AETTR =")
    assert messages(tmp_path, {"ADAE": text}, FILES) == [
        "mappings/adam/adae.yaml:8:25 CED012 unknown variable AE.AETTR; did you mean AE.AETRT?",
    ]


def test_cases_of_a_variable_of_the_sponsor_tell_its_type(tmp_path: Path) -> None:
    text = ADSL.replace(
        "variables:\n",
        """variables:
  OLD:   {cases: [{when: "AGE is missing", then: missing}, {when: "AGE >= 50", then: "'OLD'"}, {else: "'YOUNG'"}], label: Old}
  OLDER: {cases: [{when: "AGE >= 40", then: 1}, {else: 0}], label: Older}
""",
    )
    made = build(tmp_path, {"ADSL": text})
    assert rows(made, "ADSL", "OLD", "OLDER") == [("YOUNG", 1.0), (None, 0.0)]
    types = {name: variable(made, "ADSL", name).xpt_type for name in ("OLD", "OLDER")}
    assert types == {"OLD": "Char", "OLDER": "Num"}
