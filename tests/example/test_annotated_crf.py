"""The annotated CRFs of the example, read back with pypdf: what define.xml cites stands there.

The oracle is sources.yaml as plain YAML and define.xml as plain XML: which columns a page must bear is
counted from the contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from example_study import DEFINE, MAPPINGS, RAW
from lxml import etree
from pypdf import PdfReader

import ced_cdisc
from ced_cdisc.pipeline import Build

NS = {"odm": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1"}
FIELDS = 24
CONTINUED = {"CO.COVAL1": "CO.COVAL", "SUPPMH.MHTERM1": "MH.MHTERM"}


@dataclass(frozen=True)
class Crf:
    """An annotated CRF with the specs and the define.xml that belong to it; of the study or its controls."""

    out: Path
    folder: str

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(self.out / self.folder / "sdtm" / "acrf.pdf")

    @cached_property
    def lines(self) -> list[list[str]]:
        """The lines of text of each page, in the order in which they are drawn."""
        return [page.extract_text().splitlines() for page in self.reader.pages]

    def flat(self, number: int) -> str:
        """The text of a page, counted from 1, without line ends."""
        return " ".join(self.lines[number - 1])

    @cached_property
    def sources(self) -> dict[str, Any]:
        text = (MAPPINGS / self.folder / "sources.yaml").read_text(encoding="utf-8")
        return yaml.load(text, yaml.CSafeLoader)

    @cached_property
    def expected(self) -> dict[int, tuple[str, str, list[str]]]:
        """By page number: the table, the name of its form, and the columns that belong there."""
        made: dict[int, tuple[str, str, list[str]]] = {}
        for name, table in self.sources["tables"].items():
            for start in range(0, len(table["columns"]) if "page" in table else 0, FIELDS):
                number = table["page"] + start // FIELDS
                assert number not in made
                made[number] = name, table["form"], table["columns"][start : start + FIELDS]
        return made

    def cited(self) -> Iterator[tuple[str, int]]:
        """Each variable (``AE.AESEV``, ``SUPPAE.AERELAPH``) with each page that define.xml cites for it."""
        root = etree.parse(self.out / self.folder / "sdtm" / "define.xml").getroot()
        items = {item.get("OID"): item for item in root.iterfind(".//odm:ItemDef", NS)}
        lists = {one.get("OID"): one for one in root.iterfind(".//def:ValueListDef", NS)}
        for group in root.iterfind(".//odm:ItemGroupDef", NS):
            for ref in group.iterfind("odm:ItemRef", NS):
                item = items[ref.get("ItemOID")]
                name = f"{group.get('Name')}.{item.get('Name')}"
                yield from ((name, page) for page in pages(item))
                values = item.find("def:ValueListRef", NS)
                for value in lists[values.get("ValueListOID")] if values is not None else ():
                    one = items.get(value.get("ItemOID"))
                    if one is not None:
                        own = f"{group.get('Name')}.{one.get('Name')}" if name.endswith(".QVAL") else name
                        yield from ((own, page) for page in pages(one))


def pages(item: etree._Element) -> list[int]:
    path = "def:Origin/def:DocumentRef[@leafID='LF.acrf']/def:PDFPageRef/@PageRefs"
    texts: Any = item.xpath(path, namespaces=NS)
    return [int(page) for text in texts for page in text.split()]


@pytest.fixture(scope="module", params=["", "controls"])
def crf(request: pytest.FixtureRequest, out: Path) -> Crf:
    return Crf(out, request.param)


@pytest.fixture(scope="module")
def main(out: Path) -> Crf:
    return Crf(out, "")


def test_every_page_that_define_xml_cites_bears_the_variable_that_cites_it(crf: Crf, build: Build) -> None:
    cited = set(crf.cited())
    assert len(cited) > (200 if not crf.folder else 15)
    for variable, number in sorted(cited):
        assert number in crf.expected, (variable, number)
        table, _, columns = crf.expected[number]
        assert re.search(rf"\b{re.escape(variable)}\b", crf.flat(number)), (variable, number)
        readers = build.raw_columns[f"{crf.folder}/{table}".lstrip("/")]
        whole = CONTINUED.get(variable, variable)
        assert any(whole in readers[column].read_by for column in columns), (variable, number, table)


def test_every_page_that_bears_a_collected_variable_is_cited_for_it(crf: Crf) -> None:
    cited = set(crf.cited())
    collected = {variable for variable, _ in cited}
    name = r"(?:SUPP)?[A-Z]{2,4}\.[A-Z0-9]{2,8}"
    compared: set[tuple[str, int]] = set()
    for number in crf.expected:
        text = crf.flat(number)
        for found in re.finditer(rf"\b({name})\b(.*?)(?=\b{name}\b|$)", text):
            variable, words = found.groups()
            # a constant depends on the field, and what is derived or assigned is not collected there
            own = words.startswith(" = ") or re.search(r"\((derived|assigned)\)", words)
            if variable in collected and not own:
                compared.add((variable, number))
    assert compared - cited == set()
    assert len(compared) > (200 if not crf.folder else 15)


def test_a_date_and_its_time_on_two_pages_are_cited_with_both(main: Crf) -> None:
    cited: dict[str, set[int]] = {}
    for variable, number in main.cited():
        cited.setdefault(variable, set()).add(number)
    for variable in ("AG.AGSTDTC", "XC.XCDTC", "FA.FADTC"):
        assert cited[variable] == {15, 16, 17, 18}, variable
    assert cited["VS.VSDTC"] == {7, 10, 15, 16, 17, 18}
    assert "AG.AGSTDTC where AGTPTNUM = 2" in main.flat(16)


def test_every_form_is_cited(crf: Crf) -> None:
    cited = {number for _, number in crf.cited()}
    assert {crf.expected[number][0] for number in cited} == {table for table, _, _ in crf.expected.values()}


def test_a_page_bears_its_form_its_columns_and_its_number(crf: Crf) -> None:
    assert sorted(crf.expected) == list(range(3, len(crf.reader.pages) + 1))
    for number, (table, form, columns) in crf.expected.items():
        lines = crf.lines[number - 1]
        assert lines[0] == form
        file = "/".join(filter(None, (crf.folder, crf.sources["tables"][table]["file"])))
        assert f"Raw table {table} ({file})" in lines
        assert [line for line in lines if line in columns] == columns
        assert lines[-1] == f"Page {number} of {len(crf.lines)}"


def test_every_field_has_its_variables_or_the_reason_why_it_is_not_submitted(crf: Crf, build: Build) -> None:
    absent = 0
    for number, (table, _, columns) in crf.expected.items():
        accounts = build.raw_columns[f"{crf.folder}/{table}".lstrip("/")]
        lines = crf.lines[number - 1]
        starts = [lines.index(column) for column in columns] + [len(lines)]
        for column, start, end in zip(columns, starts, starts[1:], strict=False):
            text = " ".join(lines[start + 1 : end])
            account = accounts[column]
            if account.status == "excluded":
                absent += 1
                assert text.startswith(f"[NOT SUBMITTED] {account.reason}"), (table, column)
            made = [
                name for name in account.read_by if name.startswith("SUPP") or re.match(r"[A-Z]+\.", name)
            ]
            assert made or text.startswith(("[NOT SUBMITTED] ", "USUBJID", "VISIT,", "SV.")), (table, column)
    assert absent > (0 if crf.folder else 80)


def test_fields_are_annotated_with_conditions_codes_and_kinds(main: Crf) -> None:
    where = {form: number for number, (_, form, _) in sorted(main.expected.items(), reverse=True)}
    vitals = main.lines[where["Vital Signs"] - 1]
    assert vitals[vitals.index("SBP") + 1] == "VS.VSORRES where VSTESTCD = SYSBP"
    assert vitals[vitals.index("POS") + 1 :][:2] == ["VS.VSPOS", "1 = SITTING;  2 = SUPINE"]
    assert vitals[vitals.index("ND") + 1] == "VS.VSSTAT = NOT DONE"
    events = main.lines[where["Adverse Events"] - 1]
    assert events[events.index("AEPT") + 1] == "AE.AEDECOD (assigned)"
    assert events[events.index("REL_GCSF") + 1 :][:2] == ["AE.AEREL (derived)", "SUPPAE.AERELGCS"]
    assert events[events.index("SER") + 1 :][:2] == ["AE.AESER", "Y;  N"]
    test = " ".join(main.flat(number) for number in range(where["Coronary Function Test"], 20))
    assert "S2_DMID XC.XCORRES where XCTESTCD = MEANVDIA and XCLOC = MID-LAD ARTERY and XCTPTNUM = 2" in test
    assert "S0_AGENT [NOT SUBMITTED] Nothing is given at this step" in test
    dosing = main.lines[where["G-CSF Administration"] - 1]
    units = dosing[dosing.index("DOSEU") + 1 :][:2]
    assert units == ["EC.ECDOSU", "mcg = ug;  ug;  mg"]  # with the micro sign it is ug, too
    terms = '"INFORMED CONSENT OBTAINED", "INFORMED CONSENT OBTAINED, NEW VERSION OF THE FORM"'
    consent = main.flat(where["Informed Consent and Eligibility"])
    assert f"ICFDT DS.DSSTDTC where DSTERM in ({terms}) ICFTM" in consent


def test_the_title_names_the_study_and_the_contents_the_forms(main: Crf) -> None:
    study = yaml.safe_load((MAPPINGS / "study.yaml").read_text(encoding="utf-8"))["study"]
    title = main.flat(1)
    assert title.startswith(f"Annotated Case Report Form {study['title']} Study {study['name']}")
    assert "Data as of 2020-12-01 " in title  # the snapshot, not the time that files show
    contents = main.flat(2)
    for number, (_, form, _) in main.expected.items():
        if number - 1 not in main.expected or main.expected[number - 1][1] != form:
            assert re.search(rf"{re.escape(form)} [A-Z, ]+ {number}\b", contents), form


def test_bookmarks_lead_to_the_pages_of_visits_forms_and_datasets(main: Crf) -> None:
    found: dict[str, list[tuple[int, str, int]]] = {}

    def collect(entries: list[Any], level: int, heading: str) -> None:
        for entry in entries:
            if isinstance(entry, list):
                collect(entry, level + 1, heading)
            else:
                heading = entry.title if level == 0 else heading
                page = main.reader.get_destination_page_number(entry)
                assert page is not None
                found.setdefault(heading, []).append((level, entry.title, page + 1))

    collect(main.reader.outline, 0, "")
    assert list(found) == [
        *("Title", "Contents", "Visits", "Forms by page", "Forms from A to Z", "Datasets"),
    ]
    first = {form: number for number, (_, form, _) in sorted(main.expected.items(), reverse=True)}
    by_page = [(title, page) for level, title, page in found["Forms by page"] if level == 1]
    assert by_page == sorted(first.items(), key=lambda item: item[1])
    by_name = [(title, page) for level, title, page in found["Forms from A to Z"] if level == 1]
    assert by_name == sorted(first.items(), key=lambda item: item[0].lower())
    assert (2, "Coronary Function Test, page 3 of 5", first["Coronary Function Test"] + 2) in found[
        "Forms by page"
    ]
    visits = [title for level, title, _ in found["Visits"] if level == 1]
    assert visits[:2] == ["SCREENING", "MOBILIZATION DAY 1"]
    assert visits[-2:] == ["Unscheduled", "Forms without visit"]
    at = found["Visits"].index((1, "MOBILIZATION DAY 5", first["G-CSF Administration"]))
    assert [title for _, title, _ in found["Visits"][at + 1 : at + 3]] == [
        "G-CSF Administration",
        "Leukapheresis",
    ]
    assert (1, "VS (Vital Signs)", first["Vital Signs"]) in found["Datasets"]


def test_the_file_has_the_date_of_all_files_and_is_in_ascii(crf: Crf) -> None:
    assert crf.reader.metadata is not None
    assert (
        crf.reader.metadata["/CreationDate"] == crf.reader.metadata["/ModDate"] == "D:20241202000000+00'00'"
    )
    assert all(text.isascii() for lines in crf.lines for text in lines)


def test_two_processes_write_the_bytes_of_one(out: Path, tmp_path: Path) -> None:
    ced_cdisc.build(
        RAW, tmp_path / "out", mappings=MAPPINGS, define=DEFINE, only="VS", processes=2, check=False
    )
    ced_cdisc.build(RAW, tmp_path / "one", mappings=MAPPINGS, define=DEFINE, only="VS", check=False)
    part = (tmp_path / "out" / "sdtm" / "acrf.pdf").read_bytes()
    assert part == (tmp_path / "one" / "sdtm" / "acrf.pdf").read_bytes()
    reader = PdfReader(tmp_path / "out" / "sdtm" / "acrf.pdf")
    events = (
        reader.pages[23].extract_text().splitlines()
    )  # what other datasets take is named in part of a build too
    assert events[events.index("AETERM") + 1] == "AE.AETERM"
