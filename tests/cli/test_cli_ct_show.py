"""``ced-cdisc ct show``: the terms of a codelist, by its name, its code or a variable."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import AE, DEFINE, SPECS, given, spoil
from test_cli_ct import FILE, changed, publish, run

OUT = """\
OUT (C66768) Outcome of Event
  SDTM CT 2024-09-27, 6 terms, not extensible
  FATAL                             C48275   Death Related to Adverse Event; also 5, Grade 5
  NOT RECOVERED/NOT RESOLVED        C49494   Not Recovered from Adverse Event
  RECOVERED/RESOLVED WITH SEQUELAE  C49495   Recovered from Adverse Event with Sequelae
  RECOVERED/RESOLVED                C49498   Recovered from Adverse Event
  RECOVERING/RESOLVING              C49496   Recovering or Resolving
  UNKNOWN                           C17998   Unknown; also U, UNK
"""
SEVERE = """\
AESEV (C66769) Severity/Intensity Scale for Adverse Events
  SDTM CT 2024-09-27, 3 terms, not extensible
  SEVERE  C41340   Severe Adverse Event; also 3, Grade 3
"""
OWN = """\
codelists:
  SITE: {name: Sites, terms: {BER: Berlin, ROM: Rome}, variables: DM.SITEID}
  ACN: {extends: C66767, exception: As the protocol says, terms: {DELAYED: Given later}, variables: AEACN}
  TERMS: {name: Event Terms, dictionary: MedDRA, version: "27.0", variables: [AEDECOD]}
  VISIT: {name: Visits, open: yes, terms: {SCREENING: ""}, variables: VISIT}
"""
WITH_OWN = (DEFINE, "documents:", f"{OWN}documents:")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["AE.AEOUT", "ae.aeout", "out", "C66768", "Outcome of Event", "AEOUT"])
def test_a_list_is_found_by_what_is_known_of_it(name: str) -> None:
    assert run("ct", "show", name) == (0, OUT, "")


@pytest.mark.parametrize(
    ("name", "word", "said"),
    [
        (
            "RSTESTCD",
            "HAMD101",
            "no term of ONCRTSCD has HAMD101; it is in HAMD1TC (Hamilton Depression Rating Scale - 17 "
            "Item Clinical Classification Test Code)",
        ),
        (
            "FT.FTTESTCD",
            "tug",
            "FT.FTTESTCD has no published codelist; it is in TUG01TC (Timed Up and Go Test Functional Test "
            "Test Code)",
        ),
        (
            "VSTEST",
            "wt according",
            "no term of VSTEST has wt according; it is in HAMD1TC (Hamilton Depression Rating Scale - 17 "
            "Item Clinical Classification Test Code)",
        ),
        ("QSTESTCD", "xyzzy", "QSTESTCD has no published codelist"),
        ("AEOUT", "tug", "no term of OUT has tug"),
    ],
)
def test_a_word_that_the_list_of_a_variable_of_tests_lacks_leads_to_the_lists_of_instruments(
    name: str, word: str, said: str
) -> None:
    code, out, err = run("ct", "show", name, word)
    assert (code, out) == (2, "")
    assert err.endswith(f"Error: {said}\n")


@pytest.mark.parametrize("word", ["severe", "C41340", "grade 3"])
def test_a_word_chooses_the_terms_that_have_it(word: str) -> None:
    assert run("ct", "show", "AESEV", word) == (0, SEVERE, "")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("DM.SITEID", "SITE Sites\n  define.yaml, 2 terms, no others\n  BER  Berlin\n  ROM  Rome\n"),
        ("site", "SITE Sites\n  define.yaml, 2 terms, no others\n  BER  Berlin\n  ROM  Rome\n"),
        ("AE.AEDECOD", "TERMS Event Terms\n  define.yaml: the dictionary MedDRA 27.0\n"),
        ("VISIT", "VISIT Visits\n  define.yaml, 1 term, other values are taken\n  SCREENING\n"),
        ("ADSL.SEX", None),
    ],
)
def test_lists_of_the_study_go_before_published_ones(name: str, shown: str | None) -> None:
    given()
    spoil(*WITH_OWN)
    code, out, err = run("ct", "show", name)
    assert (code, err) == (0, SPECS)
    assert out == shown or (shown is None and out.startswith("SEX (C66731) Sex\n"))


def test_terms_that_the_study_added_are_said_to_be() -> None:
    given()
    spoil(*WITH_OWN)
    assert run("ct", "show", "AE.AEACN", "dela")[1] == (
        "ACN (C66767) Action Taken with Study Treatment\n  SDTM CT 2024-09-27, 9 terms, not extensible\n"
        "  DELAYED  added    Given later\n"
    )


def test_specs_with_faults_do_not_stand_in_the_way() -> None:
    given()
    spoil(AE, "AESER:    {assign: N}", "AESER:    {assign: No}")
    assert run("ct", "show", "AESEV", "severe") == (0, SEVERE, SPECS)


def test_the_package_that_the_study_pins_is_asked() -> None:
    given()
    publish(changed())
    assert run("ct", "import", FILE)[0] == 0
    spoil("mappings/study.yaml", "ct: {SDTM: 2024-09-27", "ct: {SDTM: 2025-03-28")
    assert run("ct", "show", "AESEV", "slight")[1] == (
        "AESEV (C66769) Severity/Intensity Scale for Adverse Events\n"
        "  SDTM CT 2025-03-28, 3 terms, not extensible\n  SLIGHT  C999001  Slight; also 2\n"
    )


def test_a_pinned_package_that_is_not_there_is_told() -> None:
    given()
    spoil("mappings/study.yaml", "ct: {SDTM: 2024-09-27", "ct: {SDTM: 2025-03-28")
    assert run("ct", "show", "AESEV") == (
        2,
        "",
        f"{SPECS}SDTM CT 2025-03-28 is not there: import it with ced-cdisc ct import FILE\n"
        "Error: AESEV has the codelist C66769, which no package has\n",
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["AESEW"], "AESEW is no codelist, and no variable that has one; did you mean AESER or AESEV?"),
        (["AEOUTT"], "AEOUTT is no codelist, and no variable that has one; did you mean AEOUT?"),
        (["AE.AEOUTT"], "AE.AEOUTT is no codelist, and no variable that has one; did you mean AE.AEOUT?"),
        (
            ["derivation"],
            "derivation is no codelist, and no variable that has one; there are DTYPE (Derivation Type)",
        ),
        (["AE.AETERM"], "AE.AETERM has no published codelist"),
        (["ADSL.SAFFL"], "ADSL.SAFFL has no published codelist; the guide lists Y, N"),
        (["AE.AEOUT", "recoverd"], "no term of OUT has recoverd; did you mean RECOVERED/RESOLVED?"),
        (["AESEV", "--mappings", "nowhere"], "there is no folder nowhere"),
    ],
)
def test_what_is_not_found_names_what_comes_near(asked: list[str], said: str) -> None:
    assert run("ct", "show", *asked) == (2, "", f"Error: {said}\n")
