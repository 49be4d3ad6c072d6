"""``spec import``: every difference has its place, edits keep the file, and all are planned before."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import ced_cdisc
from ced_cdisc.cli import main
from small_study import write_study

DEFINE = "documents:\n  acrf: {title: Annotated CRF, href: acrf.pdf, kind: acrf, package: sdtm}\n"
LISTS = """\
codelists:
  # How bad it was.
  DOSES:
    name: Doses
    terms: {LOW: Low dose}   # two of them
    variables: EXTRT
    open: yes
"""
AE_COMMENT = ("AETERM:   ae.TERM", "AETERM:   {collect: ae.TERM, comment: As written}   # the term")
AE_METHOD = ('AEDECOD:  {derive: "upper(AETERM)"}', 'AEDECOD:  {derive: "upper(AETERM)", as: In capitals.}')


@pytest.fixture(scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workbook")
    write_study(folder, {"mappings/sdtm/ae.yaml": AE_COMMENT, "define/define.yaml": (DEFINE, DEFINE + LISTS)})
    path = folder / "mappings/sdtm/ae.yaml"
    path.write_text(path.read_text().replace(*AE_METHOD))
    ced_cdisc.build(
        folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define", check=False
    )
    return folder


@pytest.fixture
def study(_built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small study with a build and its workbook, in the working folder."""
    shutil.copytree(_built, tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    assert ced("export", "out", "spec.xlsx", "--package", "sdtm").exit_code == 0
    return tmp_path / "study"


def ced(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["spec", *arguments], prog_name="ced-cdisc")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def row_of(sheet: Worksheet, **key: str) -> int:
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        if all(sheet.cell(row, heads[name]).value == value for name, value in key.items()):
            return row
    raise AssertionError(key)


def put(book: Workbook, sheet: str, column: str, value: str | None, **key: str) -> None:
    heads = {str(cell.value): cell.column for cell in book[sheet][1]}
    book[sheet].cell(row_of(book[sheet], **key), heads[column]).value = value


def edited(change: Callable[[Workbook], None]) -> None:
    book = openpyxl.load_workbook("spec.xlsx")
    change(book)
    book.save("spec.xlsx")


def specs() -> dict[str, str]:
    return {
        p.as_posix(): p.read_text() for folder in ("mappings", "define") for p in Path(folder).rglob("*.*")
    }


@pytest.mark.usefixtures("study")
def test_an_export_has_no_difference() -> None:
    result = ced("import", "spec.xlsx", "out", "--package", "sdtm")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "specs from mappings and define\nthe workbook says what the build says\n"


def changes(book: Workbook) -> None:
    put(book, "Define", "Value", "A larger study", Attribute="StudyDescription")
    put(book, "Datasets", "Structure", "One record per event", Dataset="AE")
    put(book, "Datasets", "Key Variables", "STUDYID, USUBJID", Dataset="AE")
    put(book, "Variables", "Label", "Age of the Subject", Dataset="DM", Variable="AGE")
    put(book, "Variables", "Length", "20", Dataset="DM", Variable="SEX")
    put(book, "Methods", "Description", 'All "capitals".', ID="AE.AEDECOD")
    put(book, "Comments", "Description", "As the site wrote it.", ID="AE.AETERM")
    put(book, "Comments", "Description", "Nobody died.", ID="DM.DTHFL")
    put(book, "Comments", "Description", "Of an age.", ID="DM.AGEU")
    put(book, "Documents", "Title", "CRF", ID="acrf")
    put(book, "Codelists", "Decoded Value", "A low dose", ID="DOSES", Term="LOW")
    book["Variables"].cell(row_of(book["Variables"], Dataset="EX", Variable="EXDOSE"), 20).value = "EX.EXDOSE"
    book["Comments"].append(["EX.EXDOSE", "In mg."])


@pytest.mark.usefixtures("study")
def test_each_difference_has_a_place_or_a_reason() -> None:
    before = specs()
    edited(changes)
    result = ced("import", "spec.xlsx", "out", "--package", "sdtm")
    assert result.exit_code == 1
    assert (
        result.stdout
        == """\
Define: 1 difference
  StudyDescription Value (row 3): "A small study" -> "A larger study"
      mappings/study.yaml:1:34
Datasets: 2 differences
  AE Structure (row 4): "One record per adverse event per subject" -> "One record per event"
      mappings/sdtm/ae.yaml:1:1
  AE Key Variables (row 4): "STUDYID, USUBJID, AESTDTC, AETERM" -> "STUDYID, USUBJID"
      mappings/sdtm/ae.yaml:3:1: the keys are those of `sort`, proven on the data
Variables: 3 differences
  DM.AGE Label (row 16): "Age" -> "Age of the Subject"
      mappings/sdtm/dm.yaml:15:3: the standard or the source variable gives the label
  DM.SEX Length (row 18): "1" -> "20"
      mappings/sdtm/dm.yaml:17:3: it is measured on the data; `length` of a line plans it
  EX.EXDOSE Comment (row 32): (empty) -> "EX.EXDOSE"
      mappings/sdtm/ex.yaml:6:3
Codelists: 1 difference
  DOSES, LOW Decoded Value (row 9): "Low dose" -> "A low dose"
      define/define.yaml:7:18
Methods: 1 difference
  AE.AEDECOD Description (row 2): "In capitals." -> "All "capitals"."
      mappings/sdtm/ae.yaml:9:43
Comments: 4 differences
  AE.AETERM Description (row 15): "As written" -> "As the site wrote it."
      mappings/sdtm/ae.yaml:6:41
  DM.AGEU Description (row 17): "Given only if AGE is present." -> "Of an age."
      mappings/sdtm/dm.yaml:16:3
  DM.DTHFL Description (row 20): "No subject died" -> "Nobody died."
      mappings/sdtm/dm.yaml:12:22
  EX.EXDOSE: only in the workbook (row 23)
      mappings/sdtm/ex.yaml:6:3: see EX.EXDOSE
Documents: 1 difference
  acrf Title (row 2): "Annotated CRF" -> "CRF"
      define/define.yaml:2:17
"""
    )
    assert result.stderr == (
        "specs from mappings and define\n"
        "13 differences, of which the specs have a key for 9\n"
        "--write would edit 5 files\n"
    )
    assert specs() == before


@pytest.mark.usefixtures("study")
def test_with_write_the_texts_change_and_all_else_stays() -> None:
    before = specs()
    edited(changes)
    result = ced("import", "spec.xlsx", "out", "--package", "sdtm", "--write")
    assert result.exit_code == 1
    wanted = dict(before)
    for name, old, new in (
        ("mappings/study.yaml", "title: A small study", "title: A larger study"),
        ("mappings/sdtm/ae.yaml", "domain: AE\n", "domain: AE\nstructure: One record per event\n"),
        ("mappings/sdtm/ae.yaml", "as: In capitals.", 'as: "All \\"capitals\\"."'),
        ("mappings/sdtm/ae.yaml", "comment: As written", "comment: As the site wrote it."),
        (
            "mappings/sdtm/dm.yaml",
            'DTHFL:    {absent: "No subject died"}',
            'DTHFL:    {absent: "Nobody died."}',
        ),
        ("mappings/sdtm/dm.yaml", 'when: "AGE is present"}', 'when: "AGE is present", comment: Of an age.}'),
        ("mappings/sdtm/ex.yaml", "EXDOSE:   dose.DOSE", "EXDOSE:   {collect: dose.DOSE, comment: In mg.}"),
        ("define/define.yaml", "title: Annotated CRF", "title: CRF"),
        ("define/define.yaml", "{LOW: Low dose}   # two", "{LOW: A low dose}   # two"),
    ):
        assert old in wanted[name]
        wanted[name] = wanted[name].replace(old, new)
    assert specs() == wanted
    ced_cdisc.build("raw", "out", mappings="mappings", define="define", check=False)
    again = ced("import", "spec.xlsx", "out", "--package", "sdtm")
    assert [line for line in again.stdout.splitlines() if "->" in line] == [
        '  AE Key Variables (row 4): "STUDYID, USUBJID, AESTDTC, AETERM" -> "STUDYID, USUBJID"',
        '  DM.AGE Label (row 16): "Age" -> "Age of the Subject"',
        '  DM.SEX Length (row 18): "1" -> "20"',
    ]


@pytest.mark.usefixtures("study")
def test_an_edit_that_cannot_be_planned_writes_nothing() -> None:
    assert ced("export", "out", "spec.xlsx", "--package", "adam", "--replace").exit_code == 0
    before = specs()

    def wrong(book: Workbook) -> None:
        put(book, "Define", "Value", "Another name", Attribute="StudyName")
        put(
            book,
            "Variables",
            "Label",
            "A label of more than forty bytes, which SAS cuts",
            Dataset="ADSL",
            Variable="NAE",
        )

    edited(wrong)
    result = ced("import", "spec.xlsx", "out", "--package", "adam", "--write")
    assert result.exit_code == 10
    assert (
        result.stdout
        == """\
Define: 1 difference
  StudyName Value (row 2): "T1" -> "Another name"
      mappings/study.yaml:1:23
Variables: 1 difference
  ADSL.NAE Label (row 9): "Number of Adverse Events" -> "A label of more than forty bytes, which SAS cuts"
      mappings/adam/adsl.yaml:8:46
"""
    )
    assert result.stderr == (
        "specs from mappings and define\n"
        "2 errors in the specs\n"
        "mappings/adam/adsl.yaml:8:11 CED024 the label of ADSL.NAE has 48 bytes, SAS holds 40; "
        "shorten it with 'label'\n"
        "spec import CED573 with the edits of this workbook the specs would have faults; nothing is written; "
        "correct the cells that these lines come from\n"
        "2 differences, of which the specs have a key for 2\n"
    )
    assert specs() == before


@pytest.mark.usefixtures("study")
def test_a_missing_row_takes_nothing_away() -> None:
    before = specs()
    edited(lambda book: book["Codelists"].delete_rows(row_of(book["Codelists"], ID="DOSES", Term="LOW")))
    result = ced("import", "spec.xlsx", "out", "--package", "sdtm", "--write")
    assert (
        result.stdout
        == """\
Codelists: 1 difference
  DOSES, LOW: not in the workbook
      define/define.yaml:7:13: a row that is not there takes nothing away: delete the term yourself
"""
    )
    assert specs() == before


@pytest.mark.usefixtures("study")
def test_an_emptied_cell_takes_the_comment_away() -> None:
    before = specs()
    edited(lambda book: put(book, "Variables", "Comment", None, Dataset="AE", Variable="AETERM"))
    ced("import", "spec.xlsx", "out", "--package", "sdtm", "--write")
    text = before["mappings/sdtm/ae.yaml"]
    after = text.replace("{collect: ae.TERM, comment: As written}", "{collect: ae.TERM}")
    assert specs() == {**before, "mappings/sdtm/ae.yaml": after}


@pytest.mark.usefixtures("study")
def test_specs_that_have_faults_already() -> None:
    path = Path("mappings/sdtm/ex.yaml")
    path.write_text(path.read_text().replace("dose.DOSE\n", "dose.DOES\n"))
    before = specs()
    result = ced("import", "spec.xlsx", "out", "--package", "sdtm", "--write")
    assert result.exit_code == 10
    assert "mappings/sdtm/ex.yaml:6:13" in result.stderr
    assert "CED573" not in result.stderr
    assert specs() == before


@pytest.mark.usefixtures("study")
def test_specs_that_changed_after_the_build() -> None:
    path = Path("mappings/sdtm/ex.yaml")
    path.write_text(path.read_text() + "# more\n")
    result = ced("import", "spec.xlsx", "out", "--package", "sdtm")
    assert (
        "out CED572 the specs changed after this build: mappings/sdtm/ex.yaml; build again first\n"
        in result.stderr
    )


@pytest.mark.usefixtures("study")
def test_a_dataset_that_only_the_workbook_has_gets_a_draft() -> None:
    def more(book: Workbook) -> None:
        book["Datasets"].append(
            ["VS", "Vital Signs", "FINDINGS", None, "One record per test", "STUDYID, USUBJID, VSTESTCD"]
        )
        row = ["1", "VS", "VSTESTCD", "Vital Signs Test Short Name", "text", "8", None, None, "Yes"]
        book["Variables"].append([*row, None, None, None, "Derived", "Sponsor", None, "VS.VSTESTCD"])
        book["Methods"].append(["VS.VSTESTCD", "Derivation", "Computation", "The code of the test."])

    edited(more)
    result = ced("import", "spec.xlsx", "out", "--package", "sdtm")
    assert (
        result.stdout
        == """\
Datasets: 1 difference
  VS: only in the workbook (row 5)
      there is no spec of this dataset
Methods: 1 difference
  VS.VSTESTCD: only in the workbook (row 15)
      see VS.VSTESTCD
"""
    )
    assert result.stderr.endswith("--write would draft 1 spec\n")
    result = ced("import", "spec.xlsx", "out", "--package", "sdtm", "--write")
    draft = Path("mappings/sdtm/vs.yaml.draft")
    assert result.stderr.endswith("drafted mappings/sdtm/vs.yaml.draft\n")
    assert (
        draft.read_text()
        == """\
# DRAFT made of spec.xlsx. A person must fill it in: give `from` a table, and each variable a verb
# (collect, assign, protocol, derive, copy), then take out what the tool makes itself (STUDYID,
# USUBJID, --SEQ, study days) and rename the file to sdtm/vs.yaml. No build reads it before.
domain: VS
label: Vital Signs
class: Findings
structure: One record per test
from:  # a raw table
sort: [VSTESTCD]
variables:
  # VSTESTCD: Vital Signs Test Short Name
  #   text 8; origin Derived; source Sponsor; mandatory
  #   Method: The code of the test.
  VSTESTCD: {label: Vital Signs Test Short Name}
"""
    )
    draft.write_text("mine")
    assert ced("import", "spec.xlsx", "out", "--package", "sdtm", "--write").exit_code == 1
    assert draft.read_text() == "mine"


@pytest.mark.usefixtures("study")
def test_a_line_of_a_layer_is_edited_in_the_layer() -> None:
    own, layer = Path("mappings/sdtm/ae.yaml"), Path("library/sdtm/ae.yaml")
    layer.parent.mkdir(parents=True)
    layer.write_text(own.read_text())
    own.write_text("domain: AE\n")
    study = Path("mappings/study.yaml")
    study.write_text("extends: ../library\n" + study.read_text())
    ced_cdisc.build("raw", "out", mappings="mappings", define="define", check=False)
    before = layer.read_text()
    edited(lambda book: put(book, "Methods", "Description", "All capitals.", ID="AE.AEDECOD"))
    result = ced("import", "spec.xlsx", "out", "--package", "sdtm", "--write")
    assert result.stdout.splitlines()[-1] == "      library/sdtm/ae.yaml:9:43"
    assert result.stderr.endswith("edited library/sdtm/ae.yaml\n")
    assert layer.read_text() == before.replace("as: In capitals.", "as: All capitals.")
    assert own.read_text() == "domain: AE\n"


@pytest.mark.usefixtures("study")
def test_calls_that_are_wrong() -> None:
    for arguments, said in (
        (
            ["export", "out", "spec.xlsx", "--package", "sdtm"],
            "spec.xlsx is there already; --replace writes over it",
        ),
        (["export", "out", "new.xlsx"], "out holds adam, sdtm: name one with --package"),
        (
            ["export", "out", "new.xlsx", "--package", "send"],
            "out holds no package send; it holds adam, sdtm",
        ),
        (["export", "raw", "new.xlsx"], "raw holds no define.xml"),
        (["export", "no", "new.xlsx"], "there is neither a define.xml nor a build at no"),
        (["import", "no.xlsx", "out"], "there is no file no.xlsx"),
        (["to-define", "no.xlsx", "define.xml"], "there is no file no.xlsx"),
        (
            ["to-define", "spec.xlsx", "out/sdtm/define.xml"],
            "out/sdtm/define.xml is there already; --replace writes over it",
        ),
    ):
        result = ced(*arguments)
        assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"Error: {said}")
    assert not Path("new.xlsx").exists()


@pytest.mark.usefixtures("study")
def test_a_source_that_is_no_define() -> None:
    Path("a.xml").write_text("<a/>")
    result = ced("export", "a.xml", "new.xlsx")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[1] == "a.xml:1 CED552 not a Define-XML file: the root is a"
    assert not Path("new.xlsx").exists()


@pytest.mark.usefixtures("study")
def test_the_workbook_as_define_xml() -> None:
    result = ced("to-define", "spec.xlsx", "define.xml")
    assert (result.exit_code, result.stderr) == (0, "spec.xlsx written to define.xml\n")
    made = ced("export", "define.xml", "again.xlsx")
    assert made.exit_code == 0
    assert Path("again.xlsx").read_bytes() == Path("spec.xlsx").read_bytes()
