"""Names that the specs declare or compare with and that nothing has: the whole message of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import did_you_mean
from small_study import write_study
from spec_messages import messages

DM, EX, AE, ADSL = (
    "mappings/sdtm/dm.yaml",
    "mappings/sdtm/ex.yaml",
    "mappings/sdtm/ae.yaml",
    "mappings/adam/adsl.yaml",
)
STUDY, SOURCES, DEFINE = "mappings/study.yaml", "mappings/sources.yaml", "define/define.yaml"


CASES = {
    "a code for an empty cell": (
        AE,
        "ct: {1: MILD, 2: MODERATE, 3: SEVERE}",
        'ct: {1: MILD, 2: MODERATE, 3: SEVERE, "": MILD}',
        "mappings/sdtm/ae.yaml:19:69 CED110 the code '' of AE.AESEV is never met: an empty cell is missing; write cases: [{when: .. is missing, then: ..}, ..]",
    ),
    "a written text that the variable never has": (
        ADSL,
        "count(AE.AESEQ)",
        "count(EX.EXSEQ where EX.EXTRT = 'DRUGG')",
        "mappings/adam/adsl.yaml:8:53 CED110 EX.EXTRT is never 'DRUGG'; did you mean DRUG?",
    ),
    "a dataset whose file has another name": (
        ADSL,
        "dataset: ADSL",
        "dataset: ADSLL",
        "mappings/adam/adsl.yaml:1:10 CED047 the file adsl.yaml holds the dataset ADSLL; call the file adsll.yaml, or correct the name",
    ),
    "an unknown list that is extended and bound to nothing": (
        DEFINE,
        "documents:",
        "codelists: {TEST: {extends: C6753, terms: {Vital Signs: Vital Signs}}}\ndocuments:",
        "define/define.yaml:1:29 CED022 unknown codelist C6753",
    ),
    "a variable left out that the domain does not have": (
        AE,
        "domain: AE",
        "domain: AE\nomit: [EPCH]",
        "mappings/sdtm/ae.yaml:2:8 CED019 AE has no variable EPCH",
    ),
    "a source beside the blocks": (
        EX,
        "from: dose",
        "from: dose\nstack: [{from: dose}]",
        "mappings/sdtm/ex.yaml:2:7 CED018 beside 'stack', the word 'from' stands in its blocks; write it in each block that it is meant for",
    ),
    "a visit beside the blocks": (
        EX,
        "from: dose",
        "visit: yes\nstack: [{from: dose}]",
        "mappings/sdtm/ex.yaml:1:1 CED018 beside 'stack', the word 'visit' stands in its blocks; write it in each block that it is meant for",
    ),
    "nothing like it": (
        ADSL,
        "count(AE.AESEQ)",
        "count(AE.AESEQ where DM.ARMCD in ('A', 'PLACEBO'))",
        "mappings/adam/adsl.yaml:8:60 CED110 DM.ARMCD is never 'PLACEBO'; it has A",
    ),
    "no term of the codelist of the variable": (
        ADSL,
        "count(AE.AESEQ)",
        "count(AE.AESEQ where AE.AESEV = 'SEVER')",
        "mappings/adam/adsl.yaml:8:53 CED021 'SEVER' is no term of codelist AESEV (C66769) of AE.AESEV; "
        "did you mean SEVERE?",
    ),
    "a computed text that is no term": (
        AE,
        "{assign: N}",
        "{cases: [{when: \"AESEV = 'SEVERE'\", then: \"'YY'\"}, {else: \"'N'\"}]}",
        "mappings/sdtm/ae.yaml:20:56 CED021 'YY' is no term of codelist NY (C66742) of AE.AESER; "
        "did you mean Y?",
    ),
    "a codelist of a variable that is not there": (
        DEFINE,
        "documents:\n",
        'codelists:\n  SITES: {name: Sites, terms: {"01": One}, variables: [SITID, ADSL.SEXX]}\ndocuments:\n',
        "define/define.yaml:2:56 CED111 codelist SITES is for SITID, which no dataset has; did you mean SITEID?",
    ),
    "a codelist of a variable that its dataset has not": (
        DEFINE,
        "documents:\n",
        'codelists:\n  SITES: {name: Sites, terms: {"01": One}, variables: [SITEID, ADSL.SEXX]}\ndocuments:\n',
        "define/define.yaml:2:64 CED111 codelist SITES is for ADSL.SEXX, which no dataset has; "
        "did you mean ADSL.SEX?",
    ),
    "a codelist for a value that no record has": (
        DEFINE,
        "documents:\n",
        'codelists:\n  SITES: {name: Sites, terms: {"01": One}, variables: AESER.NN}\ndocuments:\n',
        "define/define.yaml:2:55 CED111 codelist SITES is for AESER.NN, which no dataset has; did you mean AESER.N?",
    ),
    "a constant that is no duration": (
        AE,
        "  AETERM:   ae.TERM\n",
        "  AETERM:   ae.TERM\n  AEDUR:    {assign: P7DT}\n",
        "mappings/sdtm/ae.yaml:7:13 CED115 AEDUR: 'P7DT' is no ISO 8601 duration; write it like P7D, PT30M or P1M",
    ),
    "a look-up that nothing uses": (
        AE,
        "from: ae\n",
        "from: ae\nwith: {demog: subject}\n",
        "mappings/sdtm/ae.yaml:3:8 CED114 AE looks demog up and uses nothing of it; take it out of 'with'",
    ),
    "an excluded column that no table has": (
        SOURCES,
        "trim: yes}",
        "trim: yes, exclude: {SEXX: Not needed}}",
        "mappings/sources.yaml:1:48 CED012 no table lists a column SEXX; did you mean SEX?",
    ),
    "a published domain to be like": (
        EX,
        "domain: EX\n",
        "domain: XX\nclass: Interventions\nlabel: Doses\nlike: EXX\n",
        "mappings/sdtm/ex.yaml:4:7 CED026 EXX is no domain to be like; did you mean EX?",
    ),
    "a name in braces that nothing fills": (
        AE,
        "ae.TERM",
        '{assign: "{term}"}',
        "mappings/sdtm/ae.yaml:6:22 CED012 nothing fills {term} in",
    ),
    "a function of the subject's identifier": (
        STUDY,
        "join(",
        "jion(",
        "mappings/study.yaml:4:11 CED013 unknown function jion(); did you mean join?",
    ),
    "a constant in quotes": (
        EX,
        "{assign: DRUG}",
        "{assign: \"'DRUG'\"}",
        "mappings/sdtm/ex.yaml:5:22 CED057 EX.EXTRT would hold the quotes of 'DRUG'; "
        "a constant stands without them: DRUG",
    ),
    "a label that is too long": (
        ADSL,
        "label: Number of Adverse Events",
        "label: Number of Adverse Events of the Subject in All",
        "mappings/adam/adsl.yaml:8:11 CED024 the label of ADSL.NAE has 46 bytes, SAS holds 40; "
        "shorten it with 'label'",
    ),
    "a word of the language": (
        ADSL,
        "count(AE.AESEQ)",
        "count(AE.AESEQ where AE.AESEV is presnt)",
        "mappings/adam/adsl.yaml:8:54 CED015 'presnt' cannot stand here; did you mean present?",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "expected"), CASES.values(), ids=CASES)
def test_fault(tmp_path: Path, file: str, old: str, new: str, expected: str) -> None:
    assert expected in messages(write_study(tmp_path, {file: (old, new)}))


def test_a_domain_made_of_itself_is_told_once(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {AE: ("from: ae\n", "from: AE\n")})
    assert messages(folder) == [
        "mappings/sdtm/ae.yaml:2:7 CED016 AE cannot be made of itself; did you mean ae?"
    ]


def test_a_written_visit_is_one_of_the_protocol(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {AE: ("  AESPID:", "  VISIT: {assign: SCRENING}\n  AESPID:")})
    visits = "date: edc\nvisits:\n  - {number: 1, visit: SCREENING, raw: SCREENING}\n"
    (folder / "mappings/visits.yaml").write_text(visits)
    assert messages(folder) == [
        "mappings/sdtm/ae.yaml:5:19 CED113 'SCRENING' is no visit of visits.yaml; did you mean SCREENING?"
    ]


def test_a_raw_visit_name_in_a_condition_is_one_of_visits_yaml(tmp_path: Path) -> None:
    changes = {
        AE: ("from: ae\n", "from: ae\nwhere: \"ae.TERM != 'WEK 1'\"\n"),
        SOURCES: ("page: 3,", "page: 3, visit: {name: TERM, date: START},"),
    }
    folder = write_study(tmp_path, changes)
    visits = "date: edc\nvisits:\n  - {number: 1, visit: WEEK 1, raw: WEEK 1}\n"
    (folder / "mappings/visits.yaml").write_text(visits)
    assert messages(folder) == [
        "mappings/sdtm/ae.yaml:3:20 CED113 'WEK 1' is no visit of visits.yaml; did you mean WEEK 1?"
    ]


def test_the_result_of_a_test_with_a_list_of_its_own(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {SOURCES: ("columns: [SUBJ, DAY", "columns: [SUBJ, ANG, DAY")})
    (folder / "mappings/sdtm/ft.yaml").write_text(
        "domain: FT\nfrom: dose\nlong:\n  - {test: ANGEXER, label: Angina During Exercise, kind: text, "
        "result: {collect: dose.ANG, ct: {0: N, 1: YY}}}\nvariables:\n"
        "  FTCAT: {absent: None}\n  FTDTC: {collect: dose.DOSDT, date: edc}\n"
    )
    lists = "codelists:\n  NY: {extends: C66742, variables: FTORRES.ANGEXER}\ndocuments:\n"
    (folder / DEFINE).write_text((folder / DEFINE).read_text().replace("documents:\n", lists))
    assert (
        "mappings/sdtm/ft.yaml:4:106 CED021 'YY' is no term of codelist NY (C66742) of FT.FTORRES; "
        "did you mean Y?"
    ) in messages(folder)


def test_relrec_names_datasets_and_their_variables(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    rows = "domain: RELREC\nrows:\n" + "".join(
        f"  - {{RDOMAIN: {domain}, USUBJID: '', IDVAR: {name}, IDVARVAL: '', RELTYPE: MANY, RELID: R}}\n"
        for domain, name in (("AE", "AESPIDD"), ("VS", "VSSEQ"))
    )
    (folder / "mappings/sdtm/relrec.yaml").write_text(rows)
    assert messages(folder) == [
        "mappings/sdtm/relrec.yaml:3:39 CED012 AE has no variable AESPIDD; did you mean AESPID?",
        "mappings/sdtm/relrec.yaml:4:15 CED016 unknown dataset VS",
    ]


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("AEERNTPT", ["AEENRTPT", "AEENTPT"], "did you mean AEENRTPT?"),  # swapped goes before left out
        ("form", ["for", "from"], "did you mean from?"),
        ("SHFIT1", ["SHIFT1", "SHIFT2"], "did you mean SHIFT1?"),
        ("AX", ["AE"], ""),
        ("tc", ["ct"], "did you mean ct?"),
    ],
)
def test_one_slip_of_the_finger_finds_the_word(word: str, known: list[str], hint: str) -> None:
    assert did_you_mean(word, known) == hint
