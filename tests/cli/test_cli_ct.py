"""``ced-cdisc ct``: a package is imported, pinned, built with, listed and compared."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner
from command_line import AE, BUILT, DEFINE, SPECS, STUDY, ced, given, spoil

from ced_cdisc.cli import main
from ced_cdisc.core.metadata import FileFormat
from ced_cdisc.standards.ct import load_ct
from ced_cdisc.standards.tables import read_table
from published_ct import Cells, rows_of, tabbed

FILE = "SDTM Terminology 2025-03-28.txt"
PINNED = "ct: {SDTM: 2024-09-27"


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    result = CliRunner().invoke(main, list(arguments), prog_name="ced-cdisc")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def shipped() -> list[Cells]:
    """The rows of the lists that the small study uses, and a few more."""
    lists = read_table("ct-SDTM-2024-09-27.codelists")
    kept = {"AESEV", "NY", "SEX", "UNIT", "AGEU", "FRM", "COUNTRY", "ACN", "ETHNIC", "RACE", "EPOCH", "QSCAT"}
    codes = {row["code"] for row in lists if row["short_name"] in kept}
    rows = rows_of(load_ct("SDTM"), {row["code"]: row["extensible"] for row in lists})
    return [row for row in rows if row[0] in codes or row[1] in codes]


def publish(rows: list[Cells], name: str = FILE) -> None:
    Path(name).write_bytes(tabbed(rows))


def changed() -> list[Cells]:
    """MILD of AESEV renamed, SEVERE removed, SLIGHT added; 2 means VERY now; NY can be extended."""
    rows: list[Cells] = []
    for row in shipped():
        if row[:2] == ("C41340", "C66769"):
            continue
        if row[:2] == ("C41338", "C66769"):
            row = (*row[:4], "LIGHT", *row[5:])
        if row[:2] == ("C41339", "C66769"):
            row = (*row[:5], "Grade 2", *row[6:])
        if row[0] == "C66742" and not row[1]:
            row = (*row[:2], "Yes", *row[3:])
        rows.append(row)
    rows.append(("C999001", "C66769", "", "Severity", "SLIGHT", "2", "", "Slight"))
    return rows


def test_a_package_is_imported_pinned_and_counted_among_the_inputs() -> None:
    given(study=(PINNED, "ct: {SDTM: 2025-03-28"))
    publish(shipped())
    terms = sum(bool(row[1]) for row in shipped())
    lists = len(shipped()) - terms
    said = (
        f"in mappings/ct: {lists} codelists, {terms} terms\n"
        "pin it in study.yaml: standards: ct: {SDTM: 2025-03-28}\n"
    )
    assert run("ct", "import", FILE) == (0, "", f"SDTM CT 2025-03-28 imported {said}")
    assert run("ct", "import", FILE) == (0, "", f"SDTM CT 2025-03-28 is there already {said}")
    built = ced("build", "raw", "out")
    assert (built.code, built.err) == (0, f"{SPECS}{BUILT}4 datasets and 2 define.xml written to out\n")
    manifest = json.loads(Path("out/build.json").read_text(encoding="utf-8"))
    assert manifest["standards"]["SDTM CT"] == "2025-03-28"
    for part in ("codelists", "terms"):
        name = f"mappings/ct/ct-SDTM-2025-03-28.{part}.tsv.gz"
        assert manifest["inputs"][name] == sha256(Path(name).read_bytes()).hexdigest()
    xml = Path("out/sdtm/define.xml").read_text(encoding="utf-8")
    assert 'Name="CDISC/NCI" Type="CT" PublishingSet="SDTM" Version="2025-03-28"' in xml


def test_the_terms_of_the_pinned_package_rule() -> None:
    given(study=(PINNED, "ct: {SDTM: 2025-03-28"))
    publish(changed())
    assert run("ct", "import", FILE)[0] == 0
    assert ced("check-spec").err == (
        f"{SPECS}2 errors in the specs\n"
        f"{AE}:19:39 CED021 'MILD' is no term of codelist AESEV (C66769) of AE.AESEV; "
        "terms: LIGHT, MODERATE, SLIGHT\n"
        f"{AE}:19:61 CED021 'SEVERE' is no term of codelist AESEV (C66769) of AE.AESEV; "
        "terms: LIGHT, MODERATE, SLIGHT\n"
    )


def test_a_date_without_package_says_which_there_are() -> None:
    given(study=(PINNED, "ct: {SDTM: 2025-06-27"))
    publish(shipped())
    message = f"{STUDY}:2:67 CED028 unknown SDTM CT version 2025-06-27; shipped: 2024-09-27; "
    importing = "import its file with ced-cdisc ct import FILE --to mappings/ct\n"
    assert ced("check-spec").err == f"{SPECS}1 error in the specs\n{message}{importing}"
    run("ct", "import", FILE)
    expected = f"{message}mappings/ct has 2025-03-28; {importing}"
    assert ced("check-spec").err == f"{SPECS}1 error in the specs\n{expected}"
    assert run("ct", "list") == (
        0,
        "SDTM 2024-09-27 shipped\nSDTM 2025-03-28 mappings/ct\nADaM 2024-09-27 shipped\n"
        "DEFINE-XML 2024-09-27 shipped\nProtocol 2024-09-27 shipped\n",
        "",
    )


def test_a_damaged_package() -> None:
    given(study=(PINNED, "ct: {SDTM: 2025-03-28"))
    publish(shipped())
    run("ct", "import", FILE)
    Path("mappings/ct/ct-SDTM-2025-03-28.terms.tsv.gz").unlink()
    assert ced("check-spec").err == (
        f"{SPECS}1 error in the specs\n{STUDY}:2:67 CED082 mappings/ct/ct-SDTM-2025-03-28.terms.tsv.gz "
        "cannot be read: No such file or directory; "
        "import it again with ced-cdisc ct import FILE --to mappings/ct\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["none.txt"], 2, "Error: there is no file none.txt\n"),
        (["terms.txt", "--to", "x/y"], 2, "Error: there is no folder x; name one with --to\n"),
        (
            ["terms.txt", "--to", "ct", "--standard", "adam", "--date", "soon"],
            10,
            "1 error in the specs\nterms.txt CED085 'soon' is no date; write YYYY-MM-DD\n",
        ),
        (
            ["terms.txt", "--to", "ct", "--standard", "adam", "--date", "2025-03-28"],
            0,
            "ADaM CT 2025-03-28 imported in ct: 1 codelists, 0 terms\n"
            "pin it in study.yaml: standards: ct: {ADaM: 2025-03-28}\n",
        ),
    ],
)
def test_how_import_is_called(arguments: list[str], code: int, expected: str) -> None:
    publish(shipped()[:1], "terms.txt")
    assert run("ct", "import", *arguments) == (code, "", expected)
    assert Path("ct").is_dir() == (code == 0)


HEAD = """\
SDTM CT 2024-09-27 -> 2025-03-28
  codelists: 1 with another extensibility
  terms: 1 added, 1 removed, 1 renamed
codelist NY (C66742) extensible: No -> Yes
terms of AESEV (C66769)
  added SLIGHT (C999001)
  removed SEVERE (C41340)
  renamed MILD -> LIGHT (C41338)
"""
MILD = f"AESEV (C66769): MILD is renamed to LIGHT\n    {AE}:19:13 AE.AESEV\n"
SEVERE = f"AESEV (C66769): SEVERE is removed\n    {AE}:19:13 AE.AESEV\n"
OLD = "SDTM Terminology 2024-09-27.txt"


def test_what_a_package_changes_for_the_study() -> None:
    given()
    publish(shipped(), OLD)
    publish(changed())
    concern = "2 changes of concern to study T1\n"
    assert run("ct", "diff", OLD, FILE) == (1, f"{HEAD}{concern}{MILD}{SEVERE}", SPECS)
    counted = f"{concern}{MILD}    AE.AESEV: 1 record\n{SEVERE}    AE.AESEV: 1 record\n"
    assert run("ct", "diff", OLD, FILE, "raw") == (1, HEAD + counted, SPECS)
    for form in get_args(FileFormat):
        assert ced("build", "raw", "out", "--format", form).code == 0
        assert run("ct", "diff", OLD, FILE, "out") == (1, HEAD + counted, SPECS), form


def test_a_build_that_is_not_whole() -> None:
    """What is not there is not taken for what is of no concern."""
    given()
    publish(shipped(), OLD)
    publish(changed())
    assert ced("build", "raw", "out").code == 0
    Path("out/adam/adsl.xpt").unlink()
    Path("out/sdtm/ae.xpt").rename("out/ae.xpt")
    assert run("ct", "diff", OLD, FILE, "out") == (
        12,
        "",
        f"{SPECS}1 error in the output\n"
        "out CED427 out has no file of ADSL, AE, which its build.json lists; build again\n",
    )
    for content in ("{", "[]", "{}", '{"datasets": []}'):
        Path("out/build.json").write_text(content)
        assert run("ct", "diff", OLD, FILE, "out") == (
            12,
            "",
            f"{SPECS}1 error in the output\n"
            "out/build.json CED426 out/build.json cannot be read, or lists no datasets; build again\n",
        )


def test_nothing_of_concern() -> None:
    given(ae=("{collect: ae.SEV, ct: {1: MILD, 2: MODERATE, 3: SEVERE}}", "{assign: MODERATE}"))
    publish(shipped(), OLD)
    publish(changed())
    assert run("ct", "diff", OLD, FILE, "raw") == (0, f"{HEAD}nothing concerns study T1\n", SPECS)


def test_a_matched_text_that_would_mean_another_term() -> None:
    given(ae=("ct: {1: MILD, 2: MODERATE, 3: SEVERE}", "match: synonym"))
    publish(shipped(), OLD)
    publish(changed())
    code, out, _ = run("ct", "diff", OLD, FILE)
    assert code == 1
    assert out == (
        f"{HEAD}1 change of concern to study T1\n"
        f"AESEV (C66769): '2' as synonym meant MODERATE, and means SLIGHT\n    {AE}:19:13 AE.AESEV\n"
    )


def test_what_the_sponsor_declares() -> None:
    given()
    with Path(DEFINE).open("a", encoding="utf-8") as file:
        file.write(
            "codelists:\n"
            "  AESEV: {extends: C66769, terms: {SLIGHT: Slight}, exception: The protocol has it.}\n"
            "  BAD: {extends: AESEV, subset: [SEVERE], variables: ADSL.AGEU}\n"
        )
    publish(shipped(), OLD)
    publish(changed())
    code, out, _ = run("ct", "diff", OLD, FILE)
    assert code == 1
    assert out == (
        f"{HEAD}3 changes of concern to study T1\n{MILD}AESEV (C66769): SEVERE is removed\n"
        f"    {DEFINE}:5:34 BAD\n    {AE}:19:13 AE.AESEV\n"
        f"AESEV (C66769): SLIGHT, which the sponsor added, is published\n    {DEFINE}:4:36 AESEV\n"
    )


def test_rows_and_qualifiers_and_dates() -> None:
    """The packages by date: the study's own and the shipped one; other standards have no such date."""
    given()
    spoil(
        AE,
        "  AEENDTC:  {collect: ae.STOP, date: edc}\n",
        "  AEENDTC:  {collect: ae.STOP, date: edc}\n"
        "supp:\n  GRADE: {collect: ae.SEV, codelist: AESEV, label: Grade, "
        "ct: {1: SEVERE, 2: SEVERE, 3: MODERATE}}\n",
    )
    lists = read_table("ct-SDTM-2024-09-27.codelists")
    rows = rows_of(load_ct("SDTM"), {row["code"]: row["extensible"] for row in lists})
    publish([row for row in rows if row[:2] != ("C41340", "C66769")])
    assert run("ct", "import", FILE)[0] == 0
    code, out, err = run("ct", "diff", "2024-09-27", "2025-03-28", "raw")
    assert (code, err) == (
        1,
        f"{SPECS}not compared: unknown ADaM CT version 2025-03-28; shipped: 2024-09-27\n"
        "not compared: unknown DEFINE-XML CT version 2025-03-28; shipped: 2024-09-27\n",
    )
    assert out == (
        "SDTM CT 2024-09-27 -> 2025-03-28\n  codelists: no change\n  terms: 1 removed\n"
        "terms of AESEV (C66769)\n  removed SEVERE (C41340)\n1 change of concern to study T1\n"
        f"{SEVERE}    {AE}:26:10 SUPPAE.GRADE\n    AE.AESEV: 1 record\n    SUPPAE.GRADE: 2 records\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["2024-09-27", "none.txt"], 2, "Error: none.txt is neither a date nor a file\n"),
        (["2024-09-27", "2024-09-27", "none"], 2, "Error: there is no folder none\n"),
        (
            ["2024-09-27", "2024-09-28", "--standard", "SDTM"],
            10,
            f"{SPECS}1 error in the specs\n2024-09-28 CED028 unknown SDTM CT version 2024-09-28; "
            "shipped: 2024-09-27; see ced-cdisc ct list; ced-cdisc ct import FILE imports one\n",
        ),
        (
            ["SDTM 2024-09-27.txt", "ADaM 2024-09-27.txt"],
            2,
            f"{SPECS}Error: ADaM and SDTM cannot be compared\n",
        ),
    ],
)
def test_how_diff_is_called(arguments: list[str], code: int, expected: str) -> None:
    given()
    for name in ("SDTM 2024-09-27.txt", "ADaM 2024-09-27.txt"):
        publish(shipped(), name)
    assert run("ct", "diff", *arguments) == (code, "", expected)


def test_a_pooled_study_is_concerned_too() -> None:
    given()
    for path in [
        *Path("mappings").rglob("*.yaml"),
        *Path("define").rglob("*.yaml"),
        *Path("raw").rglob("*.csv"),
    ]:
        if path.parts[1] == "adam":
            continue
        other = Path(path.parts[0], "more", *path.parts[1:])
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text(path.read_text(encoding="utf-8").replace("T1", "T2"), encoding="utf-8")
    text = Path(STUDY).read_text(encoding="utf-8")
    Path(STUDY).write_text(f"pool: more\n{text}", encoding="utf-8")
    publish(shipped(), OLD)
    publish(changed())
    for folder in ("raw", "out"):
        if folder == "out":
            assert ced("build", "raw", "out").code == 0
        code, said, _ = run("ct", "diff", OLD, FILE, folder)
        assert code == 1 and said.count("more/AE.AESEV: 1 record") == 2, said
