"""Who somebody is stands in no message and no build.json, unless it is asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.core.masking import Identifiers, Mask, masked, shape
from small_study import write_study

DECLARED = {
    "mappings/sources.yaml": (
        "key: [SUBJ], page: 1,",
        "key: [SUBJ], identifying: [BRTHDAT], page: 1,",
    )
}
DEMOG = "SUBJ,BRTHDAT,SEX,ICFDT\n"


def build(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        main, ["build", "raw", "out", "--no-check", *arguments], prog_name="ced-cdisc"
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stderr


def given(**files: str) -> None:
    write_study(Path(), DECLARED)
    for name, text in files.items():
        Path("raw", f"{name}.csv").write_text(text, encoding="utf-8")


def test_a_person_is_the_same_word_in_all_messages_of_a_run() -> None:
    given(
        demog=DEMOG + "001,05-JUN-197O,1,01-FEB-2020\n002,UN-UNK-1966,7,03-FEB-2020\n",
        dose="SUBJ,DAY,DOSDT,DOSE\n001,1,10-FEB-2020,5\n001,1,11-FEB-2020,x\n009,1,12-FEB-2020,2.5\n",
    )
    code, said = build()
    assert code == 11
    words = re.findall(r"#[0-9a-f]{6}", said)
    assert len(words) == 7
    first, second, third = dict.fromkeys(words)
    assert said == (
        "specs from mappings and define\n"
        "5 errors in the raw data\n"
        "mappings/sdtm/dm.yaml:14:23 CED251 DM.BRTHDTC: date '99-AAA-999A' of demog.BRTHDAT fits none of the "
        "formats DD-MON-YYYY, UN-MON-YYYY, UN-UNK-YYYY\n"
        f"    demog.csv line 2, subject {first}\n"
        "mappings/sdtm/dm.yaml:17:23 CED250 DM.SEX: raw value '7' of demog.SEX has no term in ct; ct has "
        "1, 2\n"
        f"    demog.csv line 3, subject {second}\n"
        "mappings/sdtm/ex.yaml:6:13 CED253 EX.EXDOSE: 'x' of dose.DOSE is not a number; correct the "
        "data, or tell the reason under `not_done`; numeric(..) loses the text\n"
        f"    dose.csv line 3, subject {first}\n"
        f"mappings/sources.yaml:4:17 CED259 dose.csv: lines 2 and 3 have the same key SUBJ '{first}', "
        "DAY '1'; the key of a table stands in sources.yaml\n"
        f"    dose.csv line 2, subject {first}\n"
        f"    dose.csv line 3, subject {first}\n"
        f"mappings/sources.yaml:4:17 CED260 subject {third} of dose.csv line 4 is not in DM; "
        "correct the data; rows that are none of the study are taken away with 'exclude_rows'\n"
        "identifiers are masked; --show-ids shows them\n"
    )
    _, whole = build("--show-ids")
    assert "demog.csv line 2, subject T1-001\n" in whole
    assert "date '05-JUN-197O' of demog.BRTHDAT" in whole
    assert "masked" not in whole


def test_a_row_that_is_excluded_is_somebody_too() -> None:
    """Another condition may refuse the identifier before the row is taken away."""
    rows = "SUBJ,AENO,TERM,SEV,START,STOP\n001,1,Nausea,1,,\nSmith,1,TEST,1,,\n"
    given(ae=rows)
    sources = Path("mappings/sources.yaml")
    words = '{"number(SUBJ) > 900": Tests, "TERM = \'TEST\'": Tests}'
    text = sources.read_text().replace("ae.csv, ", f"ae.csv, exclude_rows: {words}, ")
    sources.write_text(text)
    code, said = build()
    assert code == 11
    assert "CED253 exclude_rows of ae: '" in said
    assert "Smith" not in said
    assert "'Smith' of SUBJ is not a number" in build("--show-ids")[1]


def test_a_line_that_cannot_be_read_is_quoted_as_its_shape() -> None:
    given(ae="SUBJ,AENO,TERM,SEV,START,STOP\n001,1,Anna Smith\n")
    code, said = build()
    assert code == 11
    assert "    ae line 2: 3 cells: 999,9,Aaaa Aaaaa\nidentifiers are masked" in said
    assert "    ae line 2: 3 cells: 001,1,Anna Smith\n" in build("--show-ids")[1]


@pytest.mark.parametrize(
    ("spoilt", "shown"),
    [
        ('001,1,Anna "A" Smith,1,,\n', "CED215"),
        ('001,1,"Anna"A Smith,1,,\n', "CED214"),
        ('001,1,"Anna Smith,1,,\n', "CED213"),
        ("001,1,Anna Smith,1,,,,\n", "CED217"),
    ],
)
def test_no_piece_of_a_damaged_file_is_shown(spoilt: str, shown: str) -> None:
    given(ae="SUBJ,AENO,TERM,SEV,START,STOP\n" + spoilt)
    code, said = build()
    assert code == 11
    assert shown in said
    assert not re.search("Anna|Smith|001", said)
    assert re.search("Anna|Smith", build("--show-ids")[1])


def test_an_eight_bit_letter_is_shown_without_the_word_around_it() -> None:
    given()
    Path("raw/ae.csv").write_bytes("SUBJ,AENO,TERM,SEV,START,STOP\n001,1,Jörg Müller,1,,\n".encode("cp1252"))
    _, said = build()
    assert "CED209" in said
    assert not re.search("J.rg|M.ller", said)
    assert "Jörg" in build("--show-ids")[1]


def test_build_json_holds_what_is_shown() -> None:
    """A repeated record that the contract drops is a note with the key and the subject."""
    given(dose="SUBJ,DAY,DOSDT,DOSE\n001,1,10-FEB-2020,5\n001,1,10-FEB-2020,5\n002,1,12-FEB-2020,2.5\n")
    sources = Path("mappings/sources.yaml")
    text = sources.read_text(encoding="utf-8")
    sources.write_text(text.replace("key: [SUBJ, DAY],", "key: [SUBJ, DAY], duplicates: identical,"))
    notes: list[str] = []
    for arguments in ((), (), ("--show-ids",)):
        assert build(*arguments)[0] == 0
        content = Path("out/build.json").read_text(encoding="utf-8")
        notes.append(json.dumps(json.loads(content)["findings"]))
    assert notes[0] == notes[1]
    assert not re.search("T1-001|'001'", notes[0])
    assert len(set(re.findall(r"#[0-9a-f]{6}", notes[0]))) == 1
    assert "subject T1-001" in notes[2] and "SUBJ '001'" in notes[2]


def test_another_delivery_gives_another_word() -> None:
    """The data are the key: no list of subjects tells which word is whose."""
    given(demog=DEMOG + "001,05-JUN-1970,9,01-FEB-2020\n")
    one = re.findall(r"#[0-9a-f]{6}", build()[1])
    given(demog=DEMOG + "001,05-JUN-1970,8,01-FEB-2020\n")
    assert one and set(one).isdisjoint(re.findall(r"#[0-9a-f]{6}", build()[1]))


GROUPS = "  ages: {file: ages.csv, subject: none, key: [FROM], columns: [FROM, TO, SAID]}\n"
AGE = "age({0}BRTHDTC, '2020-02-01') between number(ages.FROM) and number(ages.TO)"


@pytest.mark.parametrize(
    ("domain", "owner", "label", "rows"),
    [("dm", "", "DM", "demog.csv line 2"), ("ae", "DM.", "AE", "ae.csv line 2")],
)
def test_what_a_look_up_did_not_find_is_told_without_the_date_of_birth(
    domain: str, owner: str, label: str, rows: str
) -> None:
    given(ages="FROM,TO,SAID\n60,99,Old\n", demog=DEMOG + "001,05-JUN-1970,1,01-FEB-2020\n")
    Path("raw/ae.csv").write_text("SUBJ,AENO,TERM,SEV,START,STOP\n001,1,Cough,1,10-FEB-2020,\n")
    Path("raw/dose.csv").write_text("SUBJ,DAY,DOSDT,DOSE\n001,1,10-FEB-2020,5\n")
    with Path("mappings/sources.yaml").open("a") as file:
        file.write(GROUPS)
    spec = Path(f"mappings/sdtm/{domain}.yaml")
    said = "supp: {SAID: {collect: ages.SAID, label: Said of the Age}}\n"
    look_up = f'with: {{ages: {{where: "{AGE.format(owner)}"}}}}\nvariables:\n'
    spec.write_text(spec.read_text().replace("variables:\n", look_up) + said)
    word = re.findall(r"#[0-9a-f]{6}", build()[1])[0]
    assert build()[1] == (
        "specs from mappings and define\n"
        "1 error in the raw data\n"
        f"mappings/sdtm/{domain}.yaml:{3 if domain == 'dm' else 4}:8 CED841 {label}: ages has no record for "
        f"1 record, the first with {owner}BRTHDTC '9999-99-99'; add one, correct the condition, or accept it "
        "with unmatched: accept\n"
        f"    {rows}, subject {word}\n"
        "identifiers are masked; --show-ids shows them\n"
    )


def told(message: str, **more: tuple[str, ...]) -> str:
    people = {"1": "T-1", "T-1": "T-1", "01-001": "T-01-001", "T-01-001": "T-01-001"}
    findings = Findings([Finding("CED250", message, Location("x"), **more)])  # type: ignore[arg-type]
    findings.identifiers = Identifiers(
        Mask(["x"]), lambda: people, {"SUBJ", "ae.SUBJ", "USUBJID"}, {"NAME", "ae.NAME"}, {"AE.AETERM"}
    )
    return next(iter(masked(findings))).message


ONE, OTHER = Mask(["x"]).subject("T-1"), Mask(["x"]).subject("T-01-001")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("subject T-1 is not in DM", f"subject {ONE} is not in DM"),
        ("subject 1 is not in DM", f"subject {ONE} is not in DM"),
        ("line 1 of ae.csv, value '1' of ae.SEV", "line 1 of ae.csv, value '1' of ae.SEV"),
        ("'1' of ae.SUBJ, SUBJ '1'", f"'{ONE}' of ae.SUBJ, SUBJ '{ONE}'"),
        ("no record of the subject has AESPID '3'", "no record of the subject has AESPID '3'"),
        ("01-001 and T-01-001: both", f"{OTHER} and {OTHER}: both"),
        ("'O'Neill 7' of ae.NAME", "'A'Aaaaa 9' of ae.NAME"),
        ("'x' of ae.SEV, 'Ann' of ae.NAME", "'x' of ae.SEV, 'Aaa' of ae.NAME"),
        ("AE.AETERM row 3: 'Ann fell' is too long", "AE.AETERM row 3: 'Aaa aaaa' is too long"),
        ("SURNAME 'x'", "SURNAME 'x'"),
        ("TEST 'HB', AE.AETERM 'Ann fell', SEX 'F'", "TEST 'HB', AE.AETERM 'Aaa aaaa', SEX 'F'"),
        ("TEST 'HB', no AE.AETERM, SEX 'F'", "TEST 'HB', no AE.AETERM, SEX 'F'"),
        ("AE.AETERM 'O' Neill', SEX 'F'", "AE.AETERM 'A' Aaaaa', AAA 'A'"),
    ],
)
def test_what_tells_who_somebody_is_and_nothing_else(message: str, shown: str) -> None:
    assert told(message) == shown


def test_the_shape_of_a_long_text_is_cut() -> None:
    assert shape("Fell at 12 High St., then was taken home") == "Aaaa aa 99 Aaaa Aa., aaa.."
    assert shape("Ünal") == "Aaaa"


def test_before_data_are_read_a_subject_is_not_known_and_not_shown() -> None:
    finding = Finding(
        "CED591", "x", Location("x"), records=("record 3, subject T1-001", "one subject and visit")
    )
    assert next(iter(masked(Findings([finding])))).records == (
        "record 3, subject ***",
        "one subject and visit",
    )


def test_a_value_with_apostrophes_is_hidden_whole() -> None:
    people = Identifiers(Mask(["data"]), dict, variables=["PE.PEORRES"])
    text = "PE.PEORRES: 'Ann’s finger (Raynaud's)' is written 'Ann's finger (Raynaud's)'"
    findings = Findings([Finding("CED240", text, Location("mappings/sdtm/pe.yaml", 3, 5))])
    findings.identifiers = people
    assert [one.message for one in masked(findings)] == [
        "PE.PEORRES: 'Aaa’a aaaaaa (Aaaaaaa'a)' is written 'Aaa'a aaaaaa (Aaaaaaa'a)'"
    ]


SPACED = {"01 001": "T-01 001", "T-01 001": "T-01 001", "5": "5", "9": "9", "O'Neil": "O'Neil"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ae.csv line 3, subject T-01 001", "ae.csv line 3, subject {0}"),
        ("subject 01 001 is not in DM", "subject {0} is not in DM"),
        ("SUBJ '01 001' and '01 001' of SUBJ", "SUBJ '{0}' and '{0}' of SUBJ"),
        ("USUBJID=T-01 001, AESEQ=1", "USUBJID={0}, AESEQ=1"),
        ("sample T-01 001 was lost", "sample {0} was lost"),
        ("subjects 5 to 9", "subjects {1} to {2}"),
        ("lines 5 to 9, rows 01 to 001", "lines 5 to 9, rows 01 to 001"),
        ("subject O'Neil is not in DM", "subject {3} is not in DM"),
    ],
)
def test_subjects_of_several_words_and_ranges(text: str, shown: str) -> None:
    mask = Mask(["data"])
    people = Identifiers(mask, lambda: SPACED, {"SUBJ", "USUBJID"})
    words = [mask.subject(one) for one in ("T-01 001", "5", "9", "O'Neil")]
    assert people.assigned(text) == shown.format(*words)


def test_a_hint_says_no_more_than_its_message() -> None:
    hint = "write units: {Ann's: ..} in study.yaml"
    findings = Findings([Finding("CED273", "'Ann's' of ae.NAME is no known unit", Location("x"), hint=hint)])
    findings.identifiers = Identifiers(Mask(["data"]), dict, columns=["ae.NAME"])
    assert [one.hint for one in masked(findings)] == ["write units: {Aaa'a: ..} in study.yaml"]
