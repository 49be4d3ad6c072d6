"""Every fact of the example's guides against a source that the guides were not made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pyreadstat
import pytest
import yaml
from docx.table import Table
from guide_reading import docx_blocks, docx_texts, squeezed
from lxml import etree

from shared_builds import Made

ROOT = Path(__file__).resolve().parents[2]
DEFINE = {"d": "http://www.cdisc.org/ns/def/v2.1", "o": "http://www.cdisc.org/ns/odm/v1.3"}
Rows = list[list[str]]


def sections(content: bytes) -> dict[str, list[Rows]]:
    """The tables of each section, by its heading."""
    made: dict[str, list[Rows]] = {}
    heading = ""
    for block in docx_blocks(content):
        if isinstance(block, Table):
            made[heading].append([[cell.text for cell in row.cells] for row in block.rows])
        elif re.fullmatch(r"Heading [123]", block.style.name or ""):
            heading = re.sub(r"^[\d.]+ ", "", block.text)
            made[heading] = []
    return made


@pytest.fixture(scope="module")
def csdrg(guided: Made) -> dict[str, list[Rows]]:
    return sections((guided[1] / "guides" / "csdrg.docx").read_bytes())


@pytest.fixture(scope="module")
def adrg(guided: Made) -> dict[str, list[Rows]]:
    return sections((guided[1] / "guides" / "adrg.docx").read_bytes())


def records(folder: Path) -> Iterator[tuple[str, int]]:
    for path in folder.glob("*.xpt"):
        frame, _ = pyreadstat.read_xport(path)
        yield path.stem.upper(), len(frame)


def test_the_sections_are_those_of_the_templates(csdrg: Any, adrg: Any) -> None:
    plain = [title for title in csdrg if " – " not in title]
    assert plain == [
        "Introduction", "Purpose", "Acronyms", "Study Data Standards and Dictionary Inventory",
        "Protocol Description", "Protocol Number and Title", "Protocol Design", "Trial Design Datasets",
        "Subject Data Description", "Overview", "Traceability Flow Diagram", "Annotated CRFs", "SDTM Subject Domains",
        "Data Conformance Summary", "Conformance Inputs", "Issues Summary", "Additional Conformance Details",
        "Appendix I: Inclusion/Exclusion Criteria", "Appendix II: Conformance Issues Details",
        "Appendix III: Legacy Data Conversion Plan and Report",
    ]  # fmt: skip
    assert [title for title in adrg if " – " not in title][-4:] == [
        "Submission of Programs", "ADaM Programs", "Analysis Output Programs", "Macro Programs"
    ]  # fmt: skip


def test_each_dataset_has_its_section_with_the_records_of_its_file(
    guided: Made, csdrg: dict[str, list[Rows]], adrg: dict[str, list[Rows]]
) -> None:
    for guide, folder in ((csdrg, "sdtm"), (adrg, "adam")):
        told = {
            title.partition(" – ")[0]: dict(row[:2] for row in tables[0])["Records"]
            for title, tables in guide.items()
            if " – " in title
        }
        counted = {n: f"{c:,}" for n, c in records(guided[1] / folder) if not n.startswith("SUPP")}
        assert told == counted


def test_the_overviews_have_the_records_of_all_files(
    guided: Made, csdrg: dict[str, list[Rows]], adrg: dict[str, list[Rows]]
) -> None:
    counted = dict(records(guided[1] / "sdtm"))
    for row in csdrg["SDTM Subject Domains"][0][1:]:
        assert row[3] == f"{counted.pop(row[0]):,}"
    assert sorted(counted) == ["TA", "TE", "TI", "TS", "TV"]
    found = {row[0]: row[3] for row in adrg["Overview"][0][1:]}
    assert found == {name: f"{number:,}" for name, number in records(guided[1] / "adam")}


@pytest.mark.parametrize(("guide", "folder"), [("csdrg", "sdtm"), ("adrg", "adam")])
def test_the_standards_are_those_of_define_xml(guided: Made, guide: str, folder: str) -> None:
    tree = etree.parse(guided[1] / folder / "define.xml")
    cited = {
        (f"{one.get('PublishingSet')} controlled terminology (CDISC/NCI)" if one.get("Type") == "CT" else one.get("Name"),
         one.get("Version"))
        for one in tree.iterfind(".//d:Standard", DEFINE)
    }  # fmt: skip
    lists = {
        (f"{one.get('Dictionary')} ({one.getparent().get('Name')})", one.get("Version") or "")
        for one in tree.iterfind(".//o:ExternalCodeList", DEFINE)
    }
    told = sections((guided[1] / "guides" / f"{guide}.docx").read_bytes())
    rows = told["Study Data Standards and Dictionary Inventory"][0][1:]
    assert {tuple(row) for row in rows} == cited | lists | {("Define-XML", "2.1")}


def test_every_known_finding_stands_with_its_reason_in_the_guide_of_its_package(
    guided: Made, csdrg: dict[str, list[Rows]], adrg: dict[str, list[Rows]]
) -> None:
    known = yaml.safe_load((ROOT / "define" / "findings.yaml").read_text(encoding="utf-8"))["findings"]
    pooled = sections((guided[1] / "controls" / "guides" / "csdrg.docx").read_bytes())
    told = {"sdtm": csdrg, "adam": adrg, "controls/sdtm": pooled}
    expected: dict[str, Rows] = {name: [["Rule", "Where", "Records", "Why it stands"]] for name in told}
    for one in known:
        where = f"{one['dataset']}.{one['variable']}" if "variable" in one else one["dataset"]
        rules = one["rule"] if isinstance(one["rule"], str) else " ".join(one["rule"])
        found = str(one.get("records", 1)).replace("any", "all")
        expected[one["package"]].append([rules, where, found, one["reason"]])
    for name, rows in expected.items():
        assert told[name]["Issues Summary"] == [rows]


def test_the_account_of_raw_tables_is_that_of_build_json(guided: Made, csdrg: dict[str, list[Rows]]) -> None:
    raw = json.loads((guided[1] / "build.json").read_bytes())["raw"]["tables"]
    rows = csdrg["Traceability Flow Diagram"][0][1:]
    assert [row[0] for row in rows] == [name for name in raw if "/" not in name]
    for name, count, dropped, mapped, excluded, other, _ in rows:
        statuses = [column["status"] for column in raw[name]["columns"].values()]
        assert count == f"{raw[name]['records']:,}"
        assert dropped == str(raw[name]["duplicates left out"])
        assert (mapped, excluded) == (str(statuses.count("mapped")), str(statuses.count("excluded")))
        assert int(other) == len(statuses) - int(mapped) - int(excluded)


def test_each_excluded_column_has_the_reason_of_the_contract(csdrg: dict[str, list[Rows]]) -> None:
    sources = yaml.safe_load((ROOT / "mappings" / "sources.yaml").read_text(encoding="utf-8"))
    rows = {row[1]: row[0] for row in csdrg["Annotated CRFs"][0][1:]}
    for name, one in sources["tables"].items():
        for column, reason in (one.get("exclude") or {}).items():
            assert column in rows[reason] and (name in rows[reason] or " tables)" in rows[reason])


def test_the_trial_design_is_that_of_the_files(guided: Made, csdrg: dict[str, list[Rows]]) -> None:
    for name, title in (("ta", "TA – Trial Arms"), ("te", "TE – Trial Elements"), ("tv", "TV – Trial Visits"), ("ts", "TS – Trial Summary")):  # fmt: skip
        frame, _ = pyreadstat.read_xport(guided[1] / "sdtm" / f"{name}.xpt")
        header, *rows = csdrg[title][1]
        expected = [
            [f"{v:g}" if isinstance(v, float) else str(v) for v in row]
            for row in frame[header].itertuples(index=False)
        ]
        assert rows == [["" if cell == "nan" else cell for cell in row] for row in expected]
    frame, _ = pyreadstat.read_xport(guided[1] / "sdtm" / "ti.xpt")
    rows = csdrg["Appendix I: Inclusion/Exclusion Criteria"][0][1:]
    assert [row[2] for row in rows] == list(frame["IETEST"])
    counts = frame["IECAT"].value_counts()
    marked = (guided[1] / "guides" / "csdrg.md").read_text(encoding="utf-8")
    assert (
        f"The criteria, {counts['INCLUSION']} of inclusion and {counts['EXCLUSION']} of exclusion, "
        "are listed in Appendix I.\n"
    ) in marked.partition("TI – Trial Inclusion/Exclusion Criteria")[2].partition("<a id")[0]


def test_the_parameters_of_an_analysis_dataset_are_those_of_its_file(
    guided: Made, adrg: dict[str, list[Rows]]
) -> None:
    found = 0
    for title, tables in adrg.items():
        if " – " in title and len(tables) > 1:
            name = title.partition(" – ")[0]
            frame, _ = pyreadstat.read_xport(guided[1] / "adam" / f"{name.lower()}.xpt")
            counts = frame.groupby(["PARAMCD", "PARAM"]).size()
            assert {(r[0], r[1]): r[2] for r in tables[1][1:]} == {k: f"{v:,}" for k, v in counts.items()}
            found += 1
    assert found == 10


def test_subjects_of_sdtm_and_adam_are_compared(guided: Made, adrg: dict[str, list[Rows]]) -> None:
    analysed = set(pyreadstat.read_xport(guided[1] / "adam" / "adsl.xpt")[0]["USUBJID"])
    expected: Rows = []
    for study, place in (("IMPROvE-CED", "sdtm"), ("IMPROvE-CED-HC", "controls/sdtm")):
        subjects = set(pyreadstat.read_xport(guided[1] / place / "dm.xpt")[0]["USUBJID"])
        inside = len(subjects & analysed)
        expected.append([study, str(len(subjects)), str(inside), str(len(subjects) - inside)])
    assert adrg["Comparison of SDTM and ADaM Content"][0][1:] == expected


def test_the_subject_is_core_in_all_datasets(adrg: dict[str, list[Rows]]) -> None:
    """Each dataset has STUDYID and USUBJID from its own source, and they are those of ADSL."""
    found = {row[0]: row[2] for row in adrg["Core Variables"][0][1:]}
    assert (found["STUDYID"], found["USUBJID"], found["SITEID"]) == ("all", "all", "all")


def test_every_document_that_define_xml_names_is_there(guided: Made) -> None:
    for folder in ("sdtm", "adam", "controls/sdtm"):
        tree = etree.parse(guided[1] / folder / "define.xml")
        links = [one.get("{http://www.w3.org/1999/xlink}href") for one in tree.iterfind(".//d:leaf", DEFINE)]
        assert [link for link in links if not (guided[1] / folder / str(link)).is_file()] == []
        assert any(str(link).endswith("drg.pdf") for link in links)


@pytest.mark.parametrize(
    ("words", "rendered"),
    [
        ("csdrg.md", "guides/csdrg.docx"),
        ("adrg.md", "guides/adrg.docx"),
        ("controls/csdrg.md", "controls/guides/csdrg.docx"),
    ],
)
def test_the_words_of_the_study_are_in_its_guides(guided: Made, words: str, rendered: str) -> None:
    source = re.sub(r"<!--.*?-->", "", (ROOT / "define" / words).read_text(encoding="utf-8"), flags=re.S)
    told = squeezed(" ".join(docx_texts((guided[1] / rendered).read_bytes())))
    sentences = re.split(r"(?<=[.:;])\s+|\n\n", re.sub(r"^#+ .*$|^- ", "", source, flags=re.M))
    sentences = [squeezed(re.sub(r"[*`]", "", one)) for one in sentences if one.strip()]
    assert sentences and [one for one in sentences if one not in told] == []


def items_of(csdrg: dict[str, list[Rows]]) -> dict[str, dict[str, str]]:
    """By dataset, the items of its section."""
    found = {title.partition(" – ")[0]: tables for title, tables in csdrg.items() if " – " in title}
    return {name: {row[0]: row[1] for row in tables[0][1:]} for name, tables in found.items()}


def test_the_qualifiers_of_a_dataset_are_those_that_its_records_have(
    guided: Made, csdrg: dict[str, list[Rows]]
) -> None:
    told: dict[str, set[str]] = {}
    for name, items in items_of(csdrg).items():
        if "Supplemental qualifiers" in items:
            words = items["Supplemental qualifiers"].partition(": ")[2]
            told[f"supp{name.lower()}"] = {one.partition(" (")[0] for one in words.split("; ")}
    held: dict[str, set[str]] = {}
    for path in (guided[1] / "sdtm").glob("supp*.xpt"):
        frame, _ = pyreadstat.read_xport(path)
        held[path.stem] = set(frame["QNAM"])
    assert told == held
    assert items_of(csdrg)["DM"]["Qualifiers without a record"] == (
        "RACE3 (Race 3); RACE4 (Race 4): provided for, and no subject has a value."
    )


def test_the_raw_tables_of_a_dataset_are_those_of_which_the_account_says_so(
    csdrg: dict[str, list[Rows]],
) -> None:
    of_section: dict[str, set[str]] = {}
    for name, items in items_of(csdrg).items():
        for item in ("Raw tables of its records", "Further raw tables read"):
            for raw in items.get(item, "").split(", ") if item in items else ():
                of_section.setdefault(name, set()).add(raw)
    of_account: dict[str, set[str]] = {}
    for row in csdrg["Traceability Flow Diagram"][0][1:]:
        for name in row[-1].split(", "):
            of_account.setdefault(name.removeprefix("SUPP"), set()).add(row[0])
    assert of_section == of_account
    assert of_section["DM"] == {"demog", "consent", "dispo"}
    assert {"vitals", "saq"} < of_section["SV"]  # which tell that visits took place


def test_the_pdfs_have_the_version_and_the_fonts_that_the_documentation_says(guided: Made) -> None:
    files = sorted(guided[1].rglob("*.pdf"))
    fonts: set[str] = set()
    for file in files:
        assert file.read_bytes().startswith(b"%PDF-1.4\n"), file.name
        for page in pypdf.PdfReader(file).pages:
            fonts |= {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
    assert [file.name for file in files] == ["adrg.pdf", "acrf.pdf", "csdrg.pdf", "acrf.pdf", "csdrg.pdf"]
    assert {font.partition("-")[0] for font in fonts} <= {"/Helvetica", "/Courier", "/Symbol"}
