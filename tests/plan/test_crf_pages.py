"""The pages of an annotated CRF that the build makes: where they are taken, whole messages."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.core.metadata import DocumentRef, Origin, merge_origins
from ced_cdisc.plan.crf_pages import FormPage, first_page, form_pages
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from small_study import FILES, write_study

DEFINE, SOURCES, AE = "define/define.yaml", "mappings/sources.yaml", "mappings/sdtm/ae.yaml"
MADE = ("kind: acrf,", "kind: acrf, made: yes,")
AE_PAGE = "ae:    {file: ae.csv, key: [SUBJ, AENO], page: 3"
WIDE = ", ".join(f"C{n}" for n in range(1, 21))


def planned(
    folder: Path, demog: int, dose: int, ae: int, *more: tuple[str, str, str]
) -> tuple[StudyPlan | None, list[str]]:
    """The small study with these pages and a CRF to be made; ``more`` replaces further texts."""
    files = dict(FILES)
    changes = [
        (DEFINE, *MADE),
        (SOURCES, "page: 2", f"page: {dose}"),
        (SOURCES, "page: 1", f"page: {demog}"),
        (SOURCES, AE_PAGE, AE_PAGE.replace("3", str(ae))),
        *more,
    ]
    for name, old, new in changes:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
    write_study(folder)
    for name, text in files.items():
        (folder / name).write_text(text)
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    plan = plan_study(specs, findings) if specs is not None else None
    return plan, [str(finding) for finding in findings.sorted()]


def placed(plan: StudyPlan | None) -> list[tuple[int, str, int]]:
    """The pages: number, table, and how many columns stand there."""
    assert plan is not None
    return [
        (page.number, page.table, len(page.columns))
        for page in form_pages(plan.tables, plan.datasets, "acrf")
    ]


def cited(plan: StudyPlan | None, dataset: str, variable: str) -> list[tuple[int, ...]]:
    assert plan is not None
    lines = [line for block in plan.dataset(dataset).blocks for line in block.lines]
    return [ref.pages for line in lines if line.variable == variable for ref in line.origin.documents]


def test_forms_follow_the_title_and_the_contents(tmp_path: Path) -> None:
    plan, said = planned(tmp_path, 3, 4, 5)
    assert said == []
    assert placed(plan) == [(3, "demog", 4), (4, "dose", 4), (5, "ae", 6)]
    assert cited(plan, "AE", "AESEV") == [(5,)]


def test_the_contents_grow_with_the_forms() -> None:
    forms = [FormPage(n, str(n), (), Location("")) for n in range(100)]
    assert [first_page(forms[:count]) for count in (0, 1, 40, 41, 80, 81)] == [3, 3, 3, 4, 4, 5]


WIDER = (
    (
        SOURCES,
        "columns: [SUBJ, AENO,",
        f"exclude: {{{WIDE.replace(',', ': x,')}: x}}, columns: [SUBJ, AENO, {WIDE},",
    ),
)


def test_a_form_goes_on_on_the_next_page_and_origins_follow_their_columns(tmp_path: Path) -> None:
    plan, said = planned(tmp_path, 3, 4, 5, *WIDER)
    assert said == []
    assert placed(plan) == [(3, "demog", 4), (4, "dose", 4), (5, "ae", 24), (6, "ae", 2)]
    assert cited(plan, "AE", "AESPID") == cited(plan, "AE", "AESEV") == [(5,)]
    assert cited(plan, "AE", "AEENDTC") == [(6,)]


def test_a_page_of_a_line_is_a_further_page_of_its_form(tmp_path: Path) -> None:
    line = (AE, "ae.SEV, ct", "ae.SEV, page: 8, ct")
    plan, said = planned(tmp_path, 3, 4, 5, line)
    assert said == []
    assert placed(plan) == [(3, "demog", 4), (4, "dose", 4), (5, "ae", 6), (8, "ae", 1)]
    assert cited(plan, "AE", "AESEV") == [(8,)]


def test_a_study_with_its_own_crf_numbers_its_pages_as_it_likes(tmp_path: Path) -> None:
    write_study(tmp_path, {SOURCES: ("page: 2", "page: 1")})
    findings = Findings()
    specs = load_specs(tmp_path / "mappings", tmp_path / "define", findings)
    assert specs is not None
    plan = plan_study(specs, findings)
    assert list(findings) == []
    assert (cited(plan, "EX", "EXDOSE"), cited(plan, "DM", "SEX")) == ([(1,)], [(1,)])


TAKEN = [
    (
        (2, 3, 4),
        (),
        "mappings/sources.yaml:3:17 CED126 page 2 of the annotated CRF cannot hold the form demog: "
        "the first 2 pages are the title and the contents; page 5 is free for it",
    ),
    (
        (3, 4, 4),
        (),
        "mappings/sources.yaml:5:17 CED126 page 4 of the annotated CRF cannot hold the form ae: "
        "the form dose needs it, and a page holds 24 columns; page 5 is free for it",
    ),
    (
        (7, 6, 5),
        WIDER,
        "mappings/sources.yaml:5:17 CED126 page 6 of the annotated CRF cannot hold the form ae: "
        "the form dose needs it, and a page holds 24 columns; page 3 is free for it",
    ),
    (
        (3, 4, 5001),
        (),
        "mappings/sources.yaml:5:17 CED126 page 5001 of the annotated CRF cannot hold the form ae: "
        "it has no more than 5,000 pages; page 5 is free for it",
    ),
    (
        (3, 4, 5),
        ((AE, "ae.SEV, ct", "ae.SEV, page: 4, ct"),),
        "mappings/sdtm/ae.yaml:19:13 CED126 page 4 of the annotated CRF cannot hold the form ae: "
        "the form dose needs it, and a page holds 24 columns; page 6 is free for it",
    ),
]


@pytest.mark.parametrize(("numbers", "more", "message"), TAKEN, ids=["title", "same", "wide", "far", "line"])
def test_a_page_that_is_taken(
    tmp_path: Path, numbers: tuple[int, int, int], more: tuple[tuple[str, str, str], ...], message: str
) -> None:
    plan, said = planned(tmp_path, *numbers, *more)
    assert plan is None
    assert said == [message]


DOCUMENTS = [
    (
        "kind: acrf, made: yes",
        "kind: other, made: yes",
        "define/define.yaml:2:9 CED018 the build makes no document acrf; "
        "it can make the annotated CRF (kind: acrf) and the reviewer's guides (csdrg, adrg)",
    ),
    (
        "documents:\n",
        "documents:\n  old: {title: Old, href: old.pdf, kind: acrf, package: sdtm}\n",
        "define/define.yaml:3:9 CED018 the build makes no document acrf; origins point to pages of old",
    ),
    (
        ", package: sdtm",
        "",
        "define/define.yaml:2:9 CED018 the annotated CRF acrf is made for one package; write package: sdtm",
    ),
    (
        "href: acrf.pdf",
        "href: ../acrf.pdf",
        "define/define.yaml:2:9 CED018 the annotated CRF acrf cannot be made as ../acrf.pdf; "
        "href is the name of a PDF beside define.xml, such as acrf.pdf",
    ),
    (
        "made: yes",
        "made: true",
        "define/define.yaml:2:66 CED009 'true' cannot be the value of 'made': write yes or no",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "message"), DOCUMENTS, ids=["kind", "second", "package", "href", "word"]
)
def test_a_document_that_cannot_be_made(tmp_path: Path, old: str, new: str, message: str) -> None:
    _, said = planned(tmp_path, 3, 4, 5, (DEFINE, old, new))
    assert message in said


def test_pages_of_any_line_are_those_of_the_variable() -> None:
    without = Origin("Collected", "Investigator")
    paged = [replace(without, documents=(DocumentRef("acrf", (page,)),)) for page in (9, 4)]
    merged = merge_origins([without, *paged])
    assert merged == replace(without, documents=(DocumentRef("acrf", (4, 9)),))
