"""The pages of the example for readers: whole, the same as the metadata, and with a true lineage."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from example_study import MAPPINGS

from ced_cdisc.core.metadata import Lineage, PackageMetadata
from ced_cdisc.pipeline import Build
from define_page_reading import check_page

FOLDERS = ["sdtm", "adam", "controls/sdtm"]


def lineage(package: PackageMetadata, name: str) -> Lineage:
    dataset, _, variable = name.partition(".")
    found = next(d for d in package.datasets if d.name == dataset).variable(variable).lineage
    assert found is not None
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_of_a_package_is_on_its_page(build: Build, out: Path, folder: str) -> None:
    package = build.packages[folder]
    content = (out / folder / "define.html").read_bytes()
    page = check_page(content, package)
    for target in page.targets():
        place = target.partition("#")
        if not place[0]:
            assert place[2] in page.ids, target
        elif place[0].endswith(".xpt"):
            assert (out / folder / place[0]).is_file(), target
        else:
            assert re.fullmatch(r"\w+\.pdf|\.\./sdtm/define\.html", place[0]), target


def test_links_of_the_analysis_datasets_lead_to_variables_of_sdtm(out: Path) -> None:
    there = set(re.findall(r'\bid="([^"]+)"', (out / "sdtm/define.html").read_text(encoding="utf-8")))
    here = (out / "adam/define.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'\.\./sdtm/define\.html#([^"\s]+)', here))
    assert {"LB.LBSTRESN", "DM.SEX", "SUPPAE.QVAL.QNAM.EQ.AERELAPH"} <= linked
    assert linked <= there


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_variable_has_a_line_of_the_specs_that_is_there(build: Build, folder: str) -> None:
    lines = {
        f"mappings/{path.relative_to(MAPPINGS).as_posix()}": path.read_text(encoding="utf-8").splitlines()
        for path in MAPPINGS.rglob("*.yaml")
    }
    known = {f"{d.name}.{v.name}" for p in build.packages.values() for d in p.datasets for v in d.variables}
    qualifiers = {f"{d.name}.{q.name}" for d in build.plan.datasets for q in d.supplemental}
    tables = {t.name: t.columns for plan in build.plan.studies for t in plan.tables.values()}
    for dataset in build.packages[folder].datasets:
        for variable in dataset.variables:
            name = f"{dataset.name}.{variable.name}"
            found = lineage(build.packages[folder], name)
            assert found.places, name
            for place in found.places:
                file, _, number = place.partition(":")
                assert 0 < int(number) <= len(lines[file]), f"{name}: {place}"
            assert set(found.variables) <= known | qualifiers, name
            for column in found.columns:
                table, _, short = column.partition(".")
                assert table == "visits" or short in tables[table], f"{name}: {column}"


def test_the_lineage_is_that_of_the_specs(build: Build) -> None:
    sdtm, adam = build.packages["sdtm"], build.packages["adam"]
    assert lineage(sdtm, "AE.AESEV").columns == ("ae.SEV",)
    place = lineage(sdtm, "AE.AESEV").places[0]
    file, _, number = place.removeprefix("mappings/").partition(":")
    assert "AESEV" in (MAPPINGS / file).read_text(encoding="utf-8").splitlines()[int(number) - 1]
    assert set(lineage(sdtm, "AE.AESTDY").variables) == {"AE.AESTDTC", "DM.RFSTDTC"}
    assert lineage(sdtm, "AE.USUBJID").columns == ("ae.SUBJ",)
    assert "LB.LBSTRESN" in lineage(adam, "ADLB.AVAL").variables
    assert lineage(adam, "ADSL.AGE").variables == ("DM.AGE",)
    qval = next(d for d in sdtm.datasets if d.name == "SUPPAE").variable("QVAL")
    rows = {level.where[0].values[0]: level.lineage for level in qval.value_level}
    assert rows["AERELAPH"] is not None and rows["AERELAPH"].columns == ("ae.REL_APH",)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_page_names_a_folder_of_the_machine(out: Path, folder: str) -> None:
    """The build of the tests names the folders of the specs from the root."""
    content = (out / folder / "define.html").read_text(encoding="utf-8")
    assert re.search(r"\bmappings/[\w/]+\.yaml:\d", content)
    assert str(MAPPINGS.resolve().parent) not in content
