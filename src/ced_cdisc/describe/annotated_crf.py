"""The annotated CRF as pages of fields: what stands where, before anything is drawn."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from ced_cdisc.core.metadata import Document
from ced_cdisc.describe.crf_annotations import Annotation, Annotations, not_submitted
from ced_cdisc.plan.crf_pages import first_page, form_pages
from ced_cdisc.plan.model import StudyPlan


class CrfField(Struct, frozen=True):
    """A raw column with its annotations, or the reason why it has none."""

    column: str
    annotations: tuple[Annotation, ...]
    not_submitted: str = ""


class CrfPage(Struct, frozen=True):
    """One page: some columns of one raw table.

    ``datasets`` are name and label of those that the page's annotations name, in order; ``part`` of ``parts``
    says which page of the form it is.
    """

    number: int
    table: str
    title: str
    file: str
    part: int
    parts: int
    datasets: tuple[tuple[str, str], ...]
    fields: tuple[CrfField, ...]


class AnnotatedCrf(Struct, frozen=True):
    """An annotated CRF; the pages before ``first`` are the title and the contents, missing ones are blank.

    The data were cut at ``snapshot``; ``created`` is the time that the file shows.
    ``visits`` are names of visits in their order, each with the tables of the forms that belong to it.
    """

    title: str
    study: str
    study_title: str
    protocol: str
    standard: str
    snapshot: datetime
    created: datetime
    first: int
    pages: tuple[CrfPage, ...]
    visits: tuple[tuple[str, tuple[str, ...]], ...] = ()


def annotated_crf(
    plan: StudyPlan, document: Document, visits: tuple[tuple[str, tuple[str, ...]], ...] = ()
) -> AnnotatedCrf:
    """The annotated CRF of a study.

    Args:
        plan: the study, after its data were converted: texts that were split have their parts in it.
        document: the annotated CRF as define.xml names it.
        visits: the visits with their tables, see :mod:`ced_cdisc.describe.crf_visits`.
    """
    annotations = Annotations(plan)
    labels = {one.name: one.label for one in plan.datasets}
    pages = form_pages(plan.tables, plan.datasets, document.id)
    made: list[CrfPage] = []
    for page in pages:
        table = plan.tables[page.table]
        of_form = [one.number for one in pages if one.table == page.table]
        fields: list[CrfField] = []
        for column in page.columns:
            found = annotations.of(table, column)
            fields.append(CrfField(column, found, "" if found else not_submitted(table, column)))
        named = {one.dataset for field in fields for one in field.annotations} - {""}
        made.append(
            CrfPage(
                number=page.number,
                table=page.table,
                title=table.form or page.table,
                file=table.file,
                part=of_form.index(page.number) + 1,
                parts=len(of_form),
                datasets=tuple((name, label) for name, label in labels.items() if name in named)
                + tuple((name, "") for name in sorted(named - set(labels))),
                fields=tuple(fields),
            )
        )
    return AnnotatedCrf(
        title=document.title,
        study=plan.study_name,
        study_title=plan.study_title,
        protocol=plan.protocol,
        standard=f"SDTMIG {plan.versions['SDTMIG']}",
        snapshot=plan.snapshot,
        created=plan.created,
        first=first_page(pages),
        pages=tuple(made),
        visits=visits,
    )
