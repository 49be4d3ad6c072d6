"""The folder of a new study: contracts and visits as a scan sees them, and nothing ever replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import run

EXAMPLES = Path(__file__).parents[2] / "examples"


pytestmark = pytest.mark.usefixtures("empty_raw")


def written(name: str, text: str, encoding: str = "utf-8") -> None:
    Path("raw", name).write_bytes(text.encode(encoding))


def files(folder: str) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in Path(folder).rglob("*") if p.is_file()
    }


DEMOG = "PATNR;GEBDAT;GESCHL\nP1;01.02.60;w\nP2;unbekannt;m\n"
VITAL = """\
PATNR;BESUCH;DATUM;GEW;GEWE
P1;Screening;03.01.2021;70,5;kg
P1;Woche 4;31.01.2021;71,25;st
P1;Unscheduled;25.02.2021;70;kg
P2;Woche 4;01.02.2021;80;kg
P2;Woche 4;01.02.2021;80;kg
"""


def test_contracts_and_visits_are_proposed() -> None:
    written("demog.csv", DEMOG)
    written("vital.txt", VITAL.replace("kg", "kg "), "latin-1")
    code, out, err = run("new", "S-1", "--raw", "raw")
    assert (code, out, err) == (
        0,
        "",
        "  S-1/.gitignore\n"
        "  S-1/README.md\n"
        "  S-1/define/define.yaml, 1 to decide\n"
        "  S-1/mappings/sources.yaml, 4 to decide\n"
        "  S-1/mappings/study.yaml, 6 to decide\n"
        "  S-1/mappings/visits.yaml, 1 to decide\n"
        "6 files for the study S-1 with 2 tables\n"
        "next: look at the lines that say `decide`, then ced-cdisc init DOMAIN in that folder\n",
    )
    made = files("S-1")
    assert (
        made["mappings/sources.yaml"]
        == """\
# The raw tables: what is expected of each. Look at each line that says "decide".
defaults:
  subject: PATNR  # likely: in 2 of 2 tables, by its name and values
  recorded_by: Investigator  # decide: Subject, Investigator, Vendor or Sponsor, here or for a table
  trim: yes  # likely: some cells have blanks at their ends
  decimal: comma  # likely: 1 table writes numbers so

tables:
  demog:
    file: demog.csv
    delimiter: ";"
    key: [PATNR]  # likely: no two rows are alike in it
    identifying: [GEBDAT, GESCHL]  # guess: date of birth, not repeated
    page: 3  # guess: forms of the annotated CRF follow each other as the files do
    # decide: missing: [unbekannt], if these texts say that there is no value
    columns: [PATNR, GEBDAT, GESCHL]

  vital:
    file: vital.txt
    delimiter: ";"
    key: [PATNR, BESUCH]  # decide: 1 row has the key of an earlier one, as lines 5 and 6
    # duplicates: identical  # decide: or which of them is kept, or another key
    page: 4  # guess: forms of the annotated CRF follow each other as the files do
    visit: {name: BESUCH, date: DATUM}
    columns: [PATNR, BESUCH, DATUM, GEW, GEWE]
"""
    )
    assert (
        made["mappings/visits.yaml"]
        == """\
# The planned visits, and what the raw tables call them. Look at each line that says "decide".
date: [DD.MM.YYYY]

unscheduled: [Unscheduled]

# decide: the numbers, names and days of the protocol
visits:
  - {number: 1, visit: SCREENING, raw: Screening}
  - {number: 2, visit: WEEK 4, day: 29, raw: Woche 4}  # guess: the day by the name
"""
    )
    assert made["mappings/study.yaml"].endswith(
        """\
snapshot: 2021-02-25T23:59:59  # guess: the last date in the raw data; decide: when the data were cut
usubjid: "join('-', 'S-1', SUBJECT)"  # decide: unique over all studies

pivot: 1950  # decide: the first of the hundred years that two-digit years mean

# decide: units that the terminology does not know, or that may mean two things
# units:
#   st: ?  # vital.GEWE has it in 1 cell
"""
    )


VISITS = (
    "Scr;Screening;BL;Week 2;wk 2;WEEK 4;ET;Early Termination;EOT;Follow-up;Follow up;FU;EOS;Wrap-up call;"
    "UNS;UNS2;uns 3.1;Unscheduled"
)


def test_names_of_one_visit_are_one_and_those_that_were_not_planned_none() -> None:
    rows = "".join(f"P1;{name};{day:02}.01.2021\n" for day, name in enumerate(VISITS.split(";"), 1))
    written("visit.csv", "PATNR;BESUCH;DATUM\n" + rows)
    assert run("new", "S", "--raw", "raw")[0] == 0
    assert (
        files("S")["mappings/visits.yaml"]
        == """\
# The planned visits, and what the raw tables call them. Look at each line that says "decide".
date: [DD.MM.YYYY]

unscheduled: [UNS, UNS2, Unscheduled, uns 3.1]

# decide: the numbers, names and days of the protocol
visits:
  - {number: 1, visit: SCREENING, raw: [Scr, Screening]}  # guess: one visit
  - {number: 2, visit: BASELINE, raw: BL}
  - {number: 3, visit: WEEK 2, day: 15, raw: [Week 2, wk 2]}  # guess: the day by the name, one visit
  - {number: 4, visit: WEEK 4, day: 29, raw: WEEK 4}  # guess: the day by the name
  - {number: 5, visit: WRAP-UP CALL, raw: Wrap-up call}
  - {number: 6, visit: END OF TREATMENT, raw: EOT}
  - {number: 7, visit: EARLY TERMINATION, raw: [ET, Early Termination]}  # guess: one visit
  - {number: 8, visit: FOLLOW-UP, raw: [FU, Follow up, Follow-up]}  # guess: one visit
  - {number: 9, visit: END OF STUDY, raw: EOS}
"""
    )


@pytest.mark.parametrize("study", ["vitals_labs", "improve_ced"])
def test_a_new_study_lacks_its_datasets_alone(study: str) -> None:
    code, _, _ = run("new", "S", "--raw", str(EXAMPLES / study / "raw"))
    assert code == 0
    folders = ("--mappings", "S/mappings", "--define", "S/define")
    assert run("check-spec", *folders) == (
        10,
        "",
        "specs from S/mappings and S/define\n1 error in the specs\nS/mappings/study.yaml:2:1 CED032 the study has "
        "no dataset; write a spec in mappings/sdtm or mappings/adam\n",
    )
    assert run("fmt", "--check", *folders)[0] == 0


def test_the_same_study_is_made_of_the_same_files() -> None:
    for name in ("one", "two"):
        Path(name).mkdir()
        assert run("new", f"{name}/S", "--raw", str(EXAMPLES / "vitals_labs" / "raw"))[0] == 0
    assert files("one") == files("two")


def test_a_study_without_raw_files() -> None:
    code, _, err = run("new", "S-2")
    assert (code, err.splitlines()[-2]) == (0, "5 files for the study S-2 with 0 tables")
    folders = ("--mappings", "S-2/mappings", "--define", "S-2/define")
    assert "CED032" in run("check-spec", *folders)[2]


def test_nothing_is_replaced_and_nothing_is_written() -> None:
    written("demog.csv", DEMOG)
    Path("S/mappings").mkdir(parents=True)
    Path("S/mappings/study.yaml").write_text("mine\n")
    assert run("new", "S", "--raw", "raw") == (
        12,
        "",
        "1 error in the output\n"
        "S/mappings/study.yaml CED770 S/mappings/study.yaml is there already, and nothing was written; a proposal "
        "never replaces a file: delete it first, or edit it by hand\n",
    )
    assert files("S") == {"mappings/study.yaml": "mine\n"}


def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written("demog.csv", DEMOG)
    opened = Path.open

    def full(self: Path, mode: str = "r", *rest: object, **options: object) -> object:
        if mode == "x" and self.name == "study.yaml":
            raise OSError(28, "No space left on device", str(self))
        return opened(self, mode, *rest, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    assert run("new", "S", "--raw", "raw") == (
        12,
        "",
        "1 error in the output\n"
        "S/mappings/study.yaml CED750 the files cannot be written, and none was: No space left on device\n",
    )
    assert files("S") == {}


def test_wrong_calls_of_new() -> None:
    assert run("new", "S", "--raw", "nowhere") == (2, "", "Error: there is no folder nowhere\n")
    assert run("new", "S", "--raw", "raw") == (
        11,
        "",
        "1 error in the raw data\nraw CED763 raw holds no table; name the folder of the raw files\n",
    )
    assert not Path("S").exists()


def test_what_cannot_be_read_is_told_and_the_rest_is_made() -> None:
    written("demog.csv", DEMOG)
    written("nul.csv", "A,B\n\0,1\n")
    code, _, err = run("new", "S", "--raw", "raw")
    assert code == 11
    assert "raw/nul.csv CED761 raw/nul.csv is no text: line 2 holds a NUL byte; export it again\n" in err
    assert "nul" not in files("S")["mappings/sources.yaml"]


def test_data_that_are_sdtm_already_keep_their_identifiers() -> None:
    """STUDYID is the study, USUBJID the subject; where the columns say otherwise, nothing is taken from them."""
    written("dm.csv", "STUDYID,USUBJID,SEX\nCP-1,01-1,M\nCP-1,01-2,F\n")
    written("vs.csv", "STUDYID,USUBJID,VSSEQ,VSORRES\nCP-1,01-1,1,70\nCP-1,01-1,2,71\nCP-1,01-2,1,80\n")
    assert run("new", "PILOT", "--raw", "raw")[0] == 0
    made = files("PILOT")["mappings/study.yaml"]
    assert "  id: CP-1  # likely: the one value of STUDYID in the raw data\n  name: PILOT\n" in made
    assert "\nusubjid: SUBJECT  # likely: the column of the subject is called USUBJID\n" in made
    written("vs.csv", "STUDYID,SUBJID,VSSEQ,VSORRES\nCP-2,01-1,1,70\nCP-2,01-1,2,71\nCP-2,01-2,1,80\n")
    written("dm.csv", "STUDYID,SUBJID,SEX\nCP-1,01-1,M\nCP-1,01-2,F\n")
    assert run("new", "OTHER", "--raw", "raw")[0] == 0
    made = files("OTHER")["mappings/study.yaml"]
    assert "  id: OTHER\n  name: OTHER\n" in made
    assert "\nusubjid: \"join('-', 'OTHER', SUBJECT)\"  # decide: unique over all studies\n" in made
