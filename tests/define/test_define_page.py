"""define.html as a document: all that the metadata say is on it, escaped, and it asks for nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from define_packages import ADAM, AE, METHOD, SDTM, STUDY_DAY, with_dataset, with_variable
from msgspec.structs import replace

from ced_cdisc.core.metadata import Comment, Document, DocumentRef, Lineage, PackageMetadata, Term
from ced_cdisc.write.define_page import define_page
from define_page_reading import Page, check_page

ASSETS = files("ced_cdisc.write.define_page") / "assets"
EVIL = "</script><script>alert(1)</script><b>\"'&amp;<!-- ]]>"


@pytest.mark.parametrize("package", [SDTM, ADAM], ids=["sdtm", "adam"])
def test_everything_of_the_package_is_on_its_page(package: PackageMetadata) -> None:
    check_page(define_page(package), package)


def test_the_same_package_gives_the_same_bytes() -> None:
    assert define_page(SDTM) == define_page(SDTM)


def test_the_day_of_the_data_and_the_time_of_the_files_are_told_apart() -> None:
    page = Page(define_page(replace(SDTM, snapshot=datetime(2025, 12, 1, 9, 30, tzinfo=UTC))))
    facts = {pair[0].text_content(): pair[1].text_content() for pair in page.root.find_class("facts")[0]}
    assert (facts["Data as of"], facts["Created"]) == ("2025-12-01", "2026-03-31 12:00")
    assert "Data as of" not in define_page(SDTM).decode()  # a package that does not know it


def test_a_dataset_named_as_a_prefix_shares_no_place_with_a_codelist_or_result() -> None:
    """Datasets CL, RD and AR with a variable SEX, beside the codelist SEX and results of like names."""
    variable = replace(AE.variable("AESER"), name="SEX")
    named = tuple(
        replace(AE, name=name, domain=name, variables=(*AE.variables, variable))
        for name in ("CL", "RD", "AR")
    )
    package = replace(SDTM, datasets=(*SDTM.datasets, *named))
    page = Page(define_page(package))
    held = [node.get("id") for node in page.root.iter() if node.get("id")]
    assert len(held) == len(set(held))
    assert page.ids["CL.SEX"].tag == "tr"
    assert page.text(page.ids["codelist.SEX"]).startswith("Sex")
    assert "#codelist.SEX" in page.targets()


def evil() -> PackageMetadata:
    """A package with markup in every kind of text."""
    terms = (Term(EVIL, EVIL), *METHOD.terms)
    codelist = replace(METHOD, id="EVIL", name=EVIL, terms=terms, comment=Comment("EVIL", EVIL))
    variable = replace(
        AE.variable("AESTDY"),
        label=EVIL,
        method=replace(STUDY_DAY, id="EVIL", text=EVIL, formula=EVIL),
        comment=Comment("EVIL.V", EVIL),
        codelist=codelist,
        lineage=Lineage((f"mappings/{EVIL}.yaml:1",), (), ("t." + EVIL,)),
    )
    package = with_variable(SDTM, AE, variable)
    dataset = next(d for d in package.datasets if d.name == "AE")
    dataset = replace(dataset, label=EVIL, structure=EVIL, comment=Comment("AE", EVIL))
    return replace(
        with_dataset(package, dataset), name=EVIL, study_name=EVIL, comment=Comment("PACKAGE", EVIL)
    )


def test_markup_in_texts_stays_text() -> None:
    package = evil()
    page = check_page(define_page(package), package)
    assert len(list(page.root.iter("script"))) == 1
    assert not list(page.root.iter("b"))
    assert page.root.findtext(".//title") == EVIL


def targets(page: Page) -> set[str]:
    return {target for target in page.targets() if not target.startswith("#")}


def test_links_lead_to_places_on_the_page_or_files_beside_it() -> None:
    page = Page(define_page(SDTM))
    for target in page.targets():
        if target.startswith("#"):
            assert target[1:] in page.ids, target
    documents = r"(acrf|csdrg|sap)\.pdf(#page=\d+|#nameddest=\w+)?"
    files_ = {target for target in targets(page) if not re.fullmatch(documents, target)}
    assert files_ == {f"{d.name.lower()}.xpt" for d in SDTM.datasets if not d.has_no_data}
    assert {"ae.xpt", "acrf.pdf#page=17", "csdrg.pdf#nameddest=STUDYDAY"} <= targets(page)


@pytest.mark.parametrize(
    "href", ["https://example.org/a.pdf", "//example.org/a.pdf", "javascript:alert(1)", "/a.pdf", "../a.pdf"]
)
def test_a_document_elsewhere_is_named_and_not_linked(href: str) -> None:
    document = Document("sap", "Analysis plan", href, "supplemental")
    package = replace(SDTM, documents=(*(d for d in SDTM.documents if d.id != "sap"), document))
    package = with_dataset(
        package, replace(AE, comment=Comment("AE", "See there.", (DocumentRef("sap", (3,)),)))
    )
    page = Page(define_page(package))
    assert href in page.text(page.ids["documents"])
    assert "Analysis plan p. 3" in page.text(page.ids["AE"])
    assert not any(href in target for target in page.targets())


def test_predecessors_and_lineage_lead_to_pages_beside_this_one() -> None:
    beside = {"QS": "../sdtm/define.html", "QS.QSREAS": "../sdtm/define.html#SUPPQS.QVAL.QNAM.EQ.QSREAS"}
    dataset = next(d for d in ADAM.datasets if d.name == "ADQS")
    lineage = Lineage(("mappings/adam/adqs.yaml:7",), ("QS.QSSTRESN", "QS.QSREAS", "ADQS.AVAL", "XX.Y"))
    variable = replace(dataset.variable("BASE"), lineage=lineage)
    page = Page(define_page(with_variable(ADAM, dataset, variable), beside))
    linked = {a.get("href") for a in page.ids["ADQS"].iter("a")}
    assert "../sdtm/define.html#QS.QSSTRESN" in linked
    assert page.ids["ADQS.BASE"].get("data-from").split("\n") == [
        "QS.QSSTRESN ../sdtm/define.html#QS.QSSTRESN",
        "QS.QSREAS ../sdtm/define.html#SUPPQS.QVAL.QNAM.EQ.QSREAS",
        "ADQS.AVAL",
        "XX.Y -",
    ]


def test_the_page_asks_for_nothing_and_its_policy_forbids_it() -> None:
    page = Page(define_page(SDTM))
    policy = page.root.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy and "http" not in policy
    for tag in ("img", "link", "iframe", "object", "embed", "form", "base"):
        assert not list(page.root.iter(tag)), tag
    for name in ("views.js", "search.js", "panel.js", "start.js"):
        code = (ASSETS / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        for word in ("eval(", "Function(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
            assert word not in code, f"{name}: {word}"
        assert not re.search(r"https?:|fetch\(|XMLHttpRequest|WebSocket|import\(|</", code), name
    style = (ASSETS / "style.css").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|https?:", style)


def test_landmarks_headings_captions_and_scopes() -> None:
    page = Page(define_page(SDTM))
    for tag in ("header", "nav", "main", "aside"):
        assert len(list(page.root.iter(tag))) == 1, tag
    levels = [int(node.tag[1]) for node in page.root.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(next_ <= level + 1 for level, next_ in pairwise(levels))
    for table in page.root.iter("table"):
        assert page.text(table.find("caption"))
    assert {th.get("scope") for th in page.root.iter("th")} == {"col", "row"}
    for node in page.root.iter("input", "select"):
        assert page.root.find(f".//label[@for='{node.get('id')}']") is not None


def palettes() -> list[dict[str, str]]:
    """The colours of the light and of the dark page."""
    style = (ASSETS / "style.css").read_text(encoding="utf-8")
    light, dark, chosen = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", block))
        for block in re.findall(r":root[^{]*\{([^}]*)\}", style)[:3]
    )
    assert dark == chosen, "the toggle and the system give the same colours"
    return [light, dark]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", palettes(), ids=["light", "dark"])
def test_texts_have_the_contrast_of_wcag_aa(colours: dict[str, str]) -> None:
    origins = ("collected", "derived", "assigned", "protocol", "predecessor")
    pairs: list[Any] = [
        (text, ground)
        for text in ("ink", "quiet", "accent", *origins)
        for ground in ("paper", "ground", "raised", "target")
    ]
    pairs += [
        ("accent", "accent-ground"),
        ("ink", "accent-ground"),
        ("quiet", "accent-ground"),
        ("ink", "mark"),
    ]
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= 4.5, f"{text} on {ground}"
