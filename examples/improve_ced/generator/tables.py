"""Forms as rows, and their files: the same bytes on every run."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.etree import ElementTree

from openpyxl import Workbook

from .dice import Dice
from .roster import Subject
from .text import edc_date

COMMON = ("STUDY", "SITE", "SUBJ", "VISITNM", "VISITDT", "FORMSEQ", "PAGE_STATUS", "MODIFIED")
STUDY = "IMPROVE-CED"
STAMP = (2020, 12, 1, 0, 0, 0)
STAMP_TEXT = "2020-12-01T00:00:00Z"

# Planted: (table, SUBJ, FORMSEQ) whose SUBJ was typed with a leading blank.
BLANK_BEFORE_SUBJ = {
    ("demog", "01-007", 1),
    ("ccs", "01-012", 1),
    ("conmeds", "01-005", 2),
    ("vitals", "01-015", 1),
}

Value = str | int | float | None


@dataclass(frozen=True)
class Form:
    """One page of a subject: where it belongs and what was entered."""

    subject: Subject
    visit: str
    day: date
    values: dict[str, Value]
    settled: date | None = None  # the last day the page knows of, where later than `day`


@dataclass(frozen=True)
class Table:
    name: str
    columns: Sequence[str]
    forms: Sequence[Form]
    bom: bool = False

    def write(self, folder: Path) -> None:
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, [*COMMON, *self.columns], restval="", lineterminator="\n")
        writer.writeheader()
        pages: Counter[str] = Counter()
        for form in self.forms:
            pages[form.subject.subj] += 1
            writer.writerow(self._common(form, pages[form.subject.subj]) | form.values)
        encoding = "utf-8-sig" if self.bom else "utf-8"
        (folder / f"{self.name}.csv").write_bytes(stream.getvalue().encode(encoding))

    def _common(self, form: Form, page: int) -> dict[str, Value]:
        subj = form.subject.subj
        dice = Dice("page", self.name, subj, str(page))
        at = time(dice.integer(8, 17), dice.integer(0, 59), dice.integer(0, 59))
        entered = datetime.combine(max(form.day, form.settled or form.day), at)
        return {
            "STUDY": STUDY,
            "SITE": "01",
            "SUBJ": " " + subj if (self.name, subj, page) in BLANK_BEFORE_SUBJ else subj,
            "VISITNM": form.visit,
            "VISITDT": edc_date(form.day),
            "FORMSEQ": page,
            "PAGE_STATUS": dice.pick(("COMPLETE", "VERIFIED", "VERIFIED", "LOCKED")),
            "MODIFIED": (entered + timedelta(days=dice.integer(1, 20))).isoformat(),
        }


def write_workbook(
    path: Path, sheet_name: str, columns: Sequence[str], rows: Sequence[dict[str, Value]]
) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = sheet_name
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    buffer = io.BytesIO()
    workbook.save(buffer)
    path.write_bytes(_without_clock(buffer.getvalue()))


def _without_clock(workbook: bytes) -> bytes:
    """The same archive: parts sorted, not compressed (zlib builds differ), stamped with a fixed date.

    The XML is put in canonical form, since openpyxl writes it otherwise where lxml is installed.
    """
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(result, "w") as target:
        for name in sorted(source.namelist()):
            content = ElementTree.canonicalize(source.read(name).decode())
            if name == "docProps/core.xml":  # openpyxl writes the time of saving here
                content = re.sub(
                    r"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rf"\g<1>{STAMP_TEXT}", content
                )
            part = zipfile.ZipInfo(name, STAMP)
            part.create_system = 3
            part.external_attr = 0o644 << 16
            target.writestr(part, content)
    return result.getvalue()
