"""Every fault of a spec that can be known without data: planted into a small study, with the whole message."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from ced_cdisc.spec.source import load_yaml
from small_study import write_study

DM, EX, AE, ADSL = (
    "mappings/sdtm/dm.yaml",
    "mappings/sdtm/ex.yaml",
    "mappings/sdtm/ae.yaml",
    "mappings/adam/adsl.yaml",
)
STUDY, SOURCES, DEFINE = "mappings/study.yaml", "mappings/sources.yaml", "define/define.yaml"


def messages(folder: Path) -> list[str]:
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    plan = plan_study(specs, findings) if specs is not None else None
    assert (plan is None) == bool(findings.errors)
    return [str(finding) for finding in findings.sorted()]


def test_the_small_study_has_no_fault(tmp_path: Path) -> None:
    assert messages(write_study(tmp_path)) == []


CASES = [
    # what is written into which file, and what is said
    (
        SOURCES,
        "file: ae.csv,",
        "file: ae.csv, encoding: cp1Q52,",
        "mappings/sources.yaml:5:35 CED008 unknown encoding 'cp1Q52'; did you mean cp1252?",
    ),
    (
        SOURCES,
        "file: ae.csv,",
        "file: ae.csv, encoding: Wingdings,",
        "mappings/sources.yaml:5:35 CED008 unknown encoding 'Wingdings'; usual ones are utf-8, cp1252 and latin-1",
    ),
    (
        AE,
        'AEDECOD:  {derive: "upper(AETERM)"}',
        'AEDECOD:  {derive: "upper(AETERM)", when: "AETERM ne \'X\'"}',
        "mappings/sdtm/ae.yaml:9:53 CED015 'ne' cannot stand here; did you mean !=?",
    ),
    (
        AE,
        "domain: AE\n",
        "domain: AE\nsorted: [AETERM]\n",
        "mappings/sdtm/ae.yaml:2:1 CED006 unknown key 'sorted'; did you mean sort?",
    ),
    (
        AE,
        "ct: {1: MILD",
        "tc: {1: MILD",
        "mappings/sdtm/ae.yaml:19:31 CED006 unknown key 'tc'; did you mean ct?",
    ),
    (
        AE,
        "ae.SEV,",
        "ae.SEVV,",
        "mappings/sdtm/ae.yaml:19:23 CED012 unknown column ae.SEVV; did you mean ae.SEV?",
    ),
    (
        AE,
        "ae.TERM",
        "aee.TERM",
        "mappings/sdtm/ae.yaml:6:13 CED012 unknown column aee.TERM; did you mean ae.TERM?",
    ),
    (
        AE,
        "upper(AETERM)",
        "uper(AETERM)",
        "mappings/sdtm/ae.yaml:9:23 CED013 unknown function uper(); did you mean upper?",
    ),
    (
        AE,
        "upper(AETERM)",
        "upper(AETREM)",
        "mappings/sdtm/ae.yaml:9:29 CED012 unknown variable AETREM; did you mean AETERM?",
    ),
    (
        AE,
        "3: SEVERE",
        "3: SEVER",
        "mappings/sdtm/ae.yaml:19:61 CED021 'SEVER' is no term of codelist AESEV (C66769) of AE.AESEV; did you mean SEVERE?",
    ),
    (
        EX,
        "EXDOSU:   {assign: mg}",
        "EXDOSU:   {assign: mgx/dose}",
        "mappings/sdtm/ex.yaml:7:22 CED021 'mgx/dose' is no term of codelist UNIT (C71620) of EX.EXDOSU; "
        "did you mean mg/dose?",
    ),
    (
        EX,
        "EXDOSU:   {assign: mg}",
        "EXDOSU:   {assign: LETTERS}",
        "mappings/sdtm/ex.yaml:7:22 CED021 'LETTERS' is no term of codelist UNIT (C71620) of EX.EXDOSU; "
        "did you mean titer? if not, the list is extensible: declare the term in define/define.yaml under codelists, "
        "extends: C71620",
    ),
    (
        AE,
        "AESER:    {assign: N}",
        "AESER:    {assign: No}",
        "mappings/sdtm/ae.yaml:20:22 CED021 'No' is no term of codelist NY (C66742) of AE.AESER; CT has it as a synonym of N",
    ),
    (
        AE,
        "  AETERM:   ae.TERM\n",
        "",
        'mappings/sdtm/ae.yaml:1:9 CED020 AE has no line for AETERM (Req); write a line, or {absent: "why"} for an expected one',
    ),
    (
        AE,
        "  AESPID: ",
        "  AESPIDD: ",
        "mappings/sdtm/ae.yaml:5:3 CED019 AE has no variable AESPIDD; did you mean AESPID?",
    ),
    (
        AE,
        "  AETERM:   ae.TERM\n",
        "  AETERM:   ae.TERM\n  AETERM:   ae.SEV\n",
        "mappings/sdtm/ae.yaml:7:3 CED005 duplicate key 'AETERM', first given in line 6",
    ),
    (
        AE,
        "domain: AE",
        "domain: [AE",
        "mappings/sdtm/ae.yaml:1:9 CED001 the bracket that opens here is not closed, or a quote within it is not; "
        "it was read as far as line 2",
    ),
    (AE, "ae.TERM", "*term", "mappings/sdtm/ae.yaml:6:13 CED003 an alias (*term) cannot be used in a spec"),
    (
        AE,
        "ae.TERM",
        "&term ae.TERM",
        "mappings/sdtm/ae.yaml:6:13 CED003 an anchor (&term) cannot be used in a spec",
    ),
    (
        AE,
        "ae.TERM",
        "!!str ae.TERM",
        "mappings/sdtm/ae.yaml:6:13 CED003 a tag (tag:yaml.org,2002:str) cannot be used in a spec",
    ),
    (
        AE,
        '"upper(AETERM)"',
        "join('-', AETERM, AESPID)",
        "mappings/sdtm/ae.yaml:9:32 CED004 'AETERM' stands alone inside braces; put quotes around an expression that holds a comma",
    ),
    (
        AE,
        "from: ae\n",
        "from: a\n",
        "mappings/sdtm/ae.yaml:2:7 CED016 unknown table or dataset a; did you mean ae?",
    ),
    (
        AE,
        "sort: [AESTDTC",
        "sort: [AESTDT",
        "mappings/sdtm/ae.yaml:3:8 CED012 unknown variable AESTDT; did you mean AESTDTC?",
    ),
    (
        AE,
        "AESER:    {assign: N}",
        "AESER:    {ct: {1: N}}",
        "mappings/sdtm/ae.yaml:20:13 CED017 the line of AE.AESER has no verb; one of collect, assign, protocol, derive, cases, copy, flag, impute, ticks, absent",
    ),
    (
        AE,
        "AESER:    {assign: N}",
        "AESER:    {assign: N, collect: ae.SEV}",
        "mappings/sdtm/ae.yaml:20:13 CED017 the line of AE.AESER has 2 verbs: collect, assign; one of collect, assign, protocol, derive, cases, copy, flag, impute, ticks, absent",
    ),
    (
        AE,
        "AESER:    {assign: N}",
        "AESER:    {assign: N, date: edc}",
        "mappings/sdtm/ae.yaml:20:13 CED018 'date' does not go with 'assign' in the line of AE.AESER; it goes with collect, derive, cases",
    ),
    (
        AE,
        "AESTDTC:  {collect: ae.START, date: edc}",
        "AESTDTC:  ae.START",
        "mappings/sdtm/ae.yaml:23:13 CED018 AE.AESTDTC is a date: 'date' must say how ae.START is written; for example date: DD-MON-YYYY",
    ),
    (
        AE,
        "START, date: edc",
        "START, date: DD-MON-YY",
        "mappings/sdtm/ae.yaml:23:39 CED060 'DD-MON-YY' has a two-digit year, and study.yaml gives no pivot; with pivot: 1950 the years are 1950 to 2049",
    ),
    (
        AE,
        "START, date: edc",
        "START, date: ecd",
        "mappings/sdtm/ae.yaml:23:39 CED023 'ecd' is no date format; did you mean edc?",
    ),
    (
        AE,
        "{collect: ae.SEV,",
        "{collect: AETERM,",
        "mappings/sdtm/ae.yaml:19:23 CED018 'collect' takes one raw column, not 'AETERM'; a line that computes is written derive:",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        "EXDOSE:   {derive: dose.DOSE}",
        "mappings/sdtm/ex.yaml:6:22 CED014 EX.EXDOSE is number, but this gives text; number(..) reads a number from text",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        'EXDOSE:   {derive: "number(number(dose.DOSE))"}',
        "mappings/sdtm/ex.yaml:6:30 CED014 text of number() must be text, not number; it is a number already: leave number() out",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        "EXDOSE:   {derive: dose.DOSE * 2}",
        "mappings/sdtm/ex.yaml:6:22 CED014 a number is needed here, not a text; number(..) reads a number from text",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        "EXDOSE:   {assign: five}",
        "mappings/sdtm/ex.yaml:6:22 CED014 EX.EXDOSE is a number, but 'five' is not",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        "EXDOSE:   {assign: 1_000}",
        "mappings/sdtm/ex.yaml:6:22 CED014 EX.EXDOSE is a number, but '1_000' is not",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        "EXDOSE:   {assign: nan}",
        "mappings/sdtm/ex.yaml:6:22 CED014 EX.EXDOSE is a number, but 'nan' is not",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        "EXDOSE:   {assign: 9007199254740993}",
        "mappings/sdtm/ex.yaml:6:22 CED014 EX.EXDOSE is a number, but '9007199254740993' is not; no number of a dataset has so many digits",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        'EXDOSE:   {derive: "number(dose.DOSE) +"}',
        "mappings/sdtm/ex.yaml:6:42 CED015 the expression ends too early; expected '(' or a name or a number or a text in quotes",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        'EXDOSE:   {derive: "number(dose.DOSE) == 1"}',
        "mappings/sdtm/ex.yaml:6:41 CED015 '==' cannot stand here; equality is written =",
    ),
    (
        EX,
        "assign: DRUG",
        "derive: \"extract(dose.DAY, '[0-9]+')\"",
        "mappings/sdtm/ex.yaml:5:41 CED015 '[0-9]+' has no part in parentheses for extract() to give; '([0-9]+)' gives all that fits",
    ),
    (
        EX,
        "assign: DRUG",
        "derive: \"extract(dose.DAY, '([0-9]+')\"",
        "mappings/sdtm/ex.yaml:5:41 CED015 '([0-9]+' is no regular expression: missing ), unterminated subpattern at position 0",
    ),
    (
        EX,
        "assign: DRUG",
        "derive: \"if(matches(dose.DAY, '*'), 'A', 'B')\"",
        "mappings/sdtm/ex.yaml:5:44 CED015 '*' is no regular expression: nothing to repeat at position 0",
    ),
    (
        EX,
        "assign: DRUG",
        "derive: \"if(dose.DAY > 1, 'A', 'B')\"",
        "mappings/sdtm/ex.yaml:5:26 CED014 number and text do not go together; number(..) reads a number from text",
    ),
    (
        DM,
        'max(EX.EXSTDTC)"}\n  RFXS',
        'max(EX.EXSTDTCC)"}\n  RFXS',
        "mappings/sdtm/dm.yaml:6:27 CED012 unknown variable EX.EXSTDTCC; did you mean EX.EXSTDTC?",
    ),
    (
        EX,
        "EXDOSE:   dose.DOSE",
        'EXDOSE:   {derive: "EXDOSE + 1"}',
        "mappings/sdtm/ex.yaml:6:13 CED025 EX.EXDOSE is computed from itself",
    ),
    (
        EX,
        "domain: EX",
        "domain: EXX",
        "mappings/sdtm/ex.yaml:1:9 CED026 EXX is no domain of SDTMIG 3.4; did you mean EX?",
    ),
    (
        STUDY,
        'sdtmig: "3.4"',
        'sdtmig: "3.5"',
        "mappings/study.yaml:2:21 CED028 unknown SDTMIG version 3.5; shipped: 3.4",
    ),
    (
        STUDY,
        "SDTM: 2024-09-27",
        "SDTM: 2024-09-28",
        "mappings/study.yaml:2:67 CED028 unknown SDTM CT version 2024-09-28; shipped: 2024-09-27; import its file with ced-cdisc ct import FILE --to mappings/ct",
    ),
    (
        STUDY,
        "2020-12-01T00:00:00",
        "December",
        "mappings/study.yaml:3:11 CED023 'December' is no date-time; write YYYY-MM-DDTHH:MM:SS",
    ),
    (
        STUDY,
        "snapshot: 2020-12-01T00:00:00\n",
        "",
        "mappings/study.yaml:1:1 CED007 the key 'snapshot' is missing",
    ),
    (
        SOURCES,
        "key: [SUBJ, AENO]",
        "key: [SUBJ, AENUM]",
        "mappings/sources.yaml:5:37 CED012 table ae lists no column AENUM; did you mean AENO?",
    ),
    (
        SOURCES,
        "SEV, START",
        "SEV, SEV, START",
        "mappings/sources.yaml:5:86 CED029 table ae lists the column SEV twice",
    ),
    (
        SOURCES,
        "trim: yes",
        "trim: maybe",
        "mappings/sources.yaml:1:33 CED009 'maybe' cannot be the value of 'trim': write yes or no",
    ),
    (
        SOURCES,
        "page: 3",
        "page: three",
        "mappings/sources.yaml:5:50 CED009 'page' needs a whole number, not 'three'",
    ),
    (
        ADSL,
        "class: ADSL",
        "class: ADSK",
        "mappings/adam/adsl.yaml:3:8 CED008 'ADSK' is not a value of 'class'; did you mean ADSL?",
    ),
    (
        ADSL,
        "DM.SEX",
        "DM.SEXX",
        "mappings/adam/adsl.yaml:5:19 CED012 unknown variable DM.SEXX; did you mean DM.SEX?",
    ),
    (
        ADSL,
        ", label: Number of Adverse Events",
        "",
        "mappings/adam/adsl.yaml:8:11 CED024 ADSL.NAE needs a label of up to 40 bytes; give it with 'label'",
    ),
    (
        ADSL,
        "Number of Adverse Events",
        "Größe",
        "mappings/adam/adsl.yaml:8:11 CED024 the label of ADSL.NAE has the character 'ö' (U+00F6): 'Größe'; "
        "a transport file holds printable ASCII characters only",
    ),
    (
        ADSL,
        "Subject-Level Analysis Dataset",
        "Subject-Level Analysis Dataset of all of them",
        "mappings/adam/adsl.yaml:2:8 CED024 the label of dataset ADSL has 45 bytes, SAS holds 40; "
        "shorten it with 'label'",
    ),
    (
        AE,
        "  AEENDTC:  {collect: ae.STOP, date: edc}\n",
        "  AEENDTC:  {collect: ae.STOP, date: edc}\nsupp:\n  AEX: {collect: ae.TERM, label: a\u2028b}\n",
        "mappings/sdtm/ae.yaml:26:8 CED024 the label of SUPPAE.AEX has the character U+2028: 'a\\u2028b'; "
        "a transport file holds printable ASCII characters only",
    ),
    (
        ADSL,
        "NAE:    {",
        "NADVERSEV: {",
        "mappings/adam/adsl.yaml:8:3 CED024 'NADVERSEV' is no variable name: up to 8 capitals and digits",
    ),
    (
        DEFINE,
        "documents:\n",
        "codelists:\n  SEXX: {extends: C66731, terms: {X: Other}}\ndocuments:\n",
        "define/define.yaml:2:19 CED022 codelist SEX (C66731) is not extensible: no term can be added",
    ),
]


def test_a_tab_that_indents_is_told() -> None:
    findings = Findings()
    load_yaml("domain: DM\nvariables:\n\tSUBJID: demog.SUBJ\n", "mappings/sdtm/dm.yaml", findings)
    assert [str(one) for one in findings] == [
        "mappings/sdtm/dm.yaml:3:1 CED001 this line begins with a tab; a tab cannot indent: write blanks"
    ]


@pytest.mark.parametrize(("file", "old", "new", "expected"), CASES, ids=lambda value: None)
def test_fault(tmp_path: Path, file: str, old: str, new: str, expected: str) -> None:
    assert expected in messages(write_study(tmp_path, {file: (old, new)}))


def test_all_faults_are_reported_in_one_pass(tmp_path: Path) -> None:
    changes = {
        AE: ("ae.SEV,", "ae.SEVV,"),
        DM: ("assign: YEARS", "assign: YEAR"),
        EX: ("dose.DOSE", "dose.DOZE"),
    }
    assert [text.split()[1] for text in messages(write_study(tmp_path, changes))] == [
        "CED012",
        "CED021",
        "CED012",
    ]


def test_a_study_without_datasets(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    for name in (DM, EX, AE, ADSL):
        (folder / name).unlink()
    hint = "write a spec in mappings/sdtm or mappings/adam"
    assert messages(folder) == [f"mappings/study.yaml:1:1 CED032 the study has no dataset; {hint}"]


def test_a_yaml_fault_ends_that_file_alone(tmp_path: Path) -> None:
    changes = {AE: ("domain: AE", "domain: [AE"), EX: ("dose.DOSE", "dose.DOZE")}
    codes = [text.split()[1] for text in messages(write_study(tmp_path, changes))]
    assert "CED001" in codes
    assert "CED012" in codes


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            DM,
            'RACE:     {absent: "Not collected"}',
            'RACE:     {derive: "only(AE.AEBATCH)"}',
            "28 CED012 AE.AEBATCH",
        ),
        (AE, "upper(AETERM)", "join(' ', AETERM, AEBATCH)", "41 CED012 AEBATCH"),
    ],
)
def test_a_qualifier_is_not_read_by_lines_of_sdtm(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    """The name is right, and no other one is meant."""
    write_study(tmp_path)
    with (tmp_path / AE).open("a", encoding="utf-8") as ae:
        ae.write("supp:\n  AEBATCH: {collect: ae.TERM, label: Batch of the Event}\n")
    spec = tmp_path / file
    before, text = spec.read_text().split(old, 1)
    spec.write_text(before + new + text, encoding="utf-8")
    assert messages(tmp_path) == [
        f"{file}:{before.count(chr(10)) + 1}:{said} is a supplemental qualifier, which no line of SDTM reads; read "
        "what its line reads; analysis datasets read qualifiers, under the name of the parent"
    ]
