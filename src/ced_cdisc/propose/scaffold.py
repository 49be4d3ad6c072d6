"""The files of a new study, proposed from a scan; what a person must decide is marked where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from ced_cdisc.core.findings import counted
from ced_cdisc.plan.crf_pages import CONTENTS, FIELDS
from ced_cdisc.propose import words
from ced_cdisc.propose.naming import with_names
from ced_cdisc.propose.profile import ColumnProfile, Scan, TableProfile
from ced_cdisc.propose.visits import proposed_visits
from ced_cdisc.propose.yaml_text import commented, listed, mapped, scalar
from ced_cdisc.spec.layout import laid_out
from ced_cdisc.standards.units import known_unit

_CT = "2024-09-27"


def study_files(study: str, scan: Scan) -> dict[str, str]:
    """The files of a study by their path; YAML in its canonical form.

    Args:
        study: the identifier of the study, STUDYID.
        scan: what its raw tables look like; without tables the contracts are left to be written.
    """
    scan = replace(scan, tables=tuple(with_names(table) for table in scan.tables))
    files = {
        "mappings/study.yaml": laid_out(_study(study, scan), "study"),
        "mappings/sources.yaml": laid_out(_sources(scan), "sources"),
        "define/define.yaml": laid_out(_define(), "define"),
        "README.md": _readme(study, scan),
        ".gitignore": "# What a build makes.\nout/\n",
    }
    visits = _visits(scan)
    if visits:
        files["mappings/visits.yaml"] = laid_out(visits, "visits")
    return dict(sorted(files.items()))


def _study(study: str, scan: Scan) -> str:
    last = max(
        (c.high for table in scan.tables for c in table.columns if c.is_date and len(c.high) == 10),
        default="",
    )
    cut = f"{last}T23:59:59" if last else "2000-01-01T00:00:00"
    when = "guess: the last date in the raw data; decide: when the data were cut"
    name, found = scalar(study), _found_id(scan)
    own = f"{scalar(found)}  # likely: the one value of STUDYID in the raw data" if found else name
    in_quotes = (found or study).replace("'", "''")
    joined = scalar(f"join('-', '{in_quotes}', SUBJECT)")
    usubjid = f"{joined}  # decide: unique over all studies"
    if words.folded(_subject(scan)[0]) == "usubjid":
        usubjid = "SUBJECT  # likely: the column of the subject is called USUBJID"
    text = f"""\
# Who the study is, and what holds for all of it. Look at each line that says "decide".
study:
  id: {own}
  name: {name}
  title: {name}  # decide: the title of the study
  protocol: {name}  # decide: the number of the protocol

standards:
  sdtmig: "3.4"
  sdtm: "2.0"
  adamig: "1.3"
  ct: {{SDTM: {_CT}, ADaM: {_CT}, DEFINE-XML: {_CT}}}

snapshot: {cut}  # {when if last else "decide: when the data were cut"}
usubjid: {usubjid}
"""
    if any("YY" in _letters(form) for form in _formats(scan)):
        text += "\npivot: 1950  # decide: the first of the hundred years that two-digit years mean\n"
    return text + _units(scan)


def _found_id(scan: Scan) -> str:
    """The one text that columns called STUDYID have, or an empty one."""
    columns = [column for table in scan.tables for column in table.columns]
    found = {value for one in columns if words.folded(one.name) == "studyid" for value, _ in one.values}
    return found.pop() if len(found) == 1 else ""


def _subject(scan: Scan) -> tuple[str, int]:
    """The column that most tables have as that of the subject, or an empty text; and how many have it."""
    columns = (column for table in scan.tables for column in table.columns)
    found = Counter(column.name for column in columns if column.role == "subject").most_common(1)
    return found[0] if found else ("", 0)


def _letters(form: str) -> str:
    return form.replace("YYYY", "")


def _formats(scan: Scan) -> Iterator[str]:
    for table in scan.tables:
        for column in table.columns:
            for form in column.dates:
                yield from form.formats


def _units(scan: Scan) -> str:
    """Spellings of units that the terminology does not know, for a person to say what they are."""
    unknown: dict[str, list[str]] = {}
    for table in scan.tables:
        for column in table.columns:
            if column.role == "unit":
                for value, count in column.values:
                    if known_unit(value) is None:
                        cells = f"{table.name}.{column.name} has it in {counted(count, 'cell')}"
                        unknown.setdefault(value, []).append(cells)
    if not unknown:
        return ""
    lines = [
        "",
        "# decide: units that the terminology does not know, or that may mean two things",
        "# units:",
    ]
    for unit, cells in unknown.items():
        guess = (
            f"{words.DOUBTFUL_UNITS[unit]}  # guess: giga or tera per litre;"
            if unit in words.DOUBTFUL_UNITS
            else "?  #"
        )
        lines.append(f"#   {scalar(unit)}: {guess} {'; '.join(cells)}")
    return "\n".join(lines) + "\n"


def _sources(scan: Scan) -> str:
    lines = ['# The raw tables: what is expected of each. Look at each line that says "decide".', "defaults:"]
    subject, having = _subject(scan)
    if subject:
        where = f"in {having} of {len(scan.tables)} tables"
        lines.append(f"  subject: {scalar(subject)}  # likely: {where}, by its name and values")
    else:
        lines.append("  # subject: ?  # decide: the column of the subject's identifier")
    lines.append(
        "  recorded_by: Investigator  # decide: Subject, Investigator, Vendor or Sponsor, here or for a table"
    )
    if any(column.padded for table in scan.tables for column in table.columns):
        lines.append("  trim: yes  # likely: some cells have blanks at their ends")
    commas = sum(_decimal(table) == "comma" for table in scan.tables)
    points = sum(_decimal(table) == "point" for table in scan.tables)
    default = "comma" if commas > points else "point"
    if default == "comma":
        tables = "1 table writes" if commas == 1 else f"{commas} tables write"
        lines.append(f"  decimal: comma  # likely: {tables} numbers so")
    lines += [
        "",
        "tables:" if scan.tables else "tables: {}  # decide: the raw tables; ced-cdisc scan shows them",
    ]
    page = 2 + max(1, -(-len(scan.tables) // CONTENTS))
    for table in scan.tables:
        lines += ["", *_table(table, subject, default, page)]
        if _has_page(table, subject):
            page += -(-len(table.columns) // FIELDS)
    return "\n".join(lines) + "\n"


def _decimal(table: TableProfile) -> str:
    """The decimal sign of a table; empty where it has no number with one."""
    kinds: Counter[str] = Counter()
    for column in table.columns:
        if column.is_number:
            kinds.update(dict(column.kinds))
    point, comma = kinds["decimal"], kinds["decimal comma"]
    if point and comma:
        return "either"
    return "point" if point else "comma" if comma else ""


def _from_vendor(table: TableProfile) -> bool:
    """Whether it looks like a transfer of a laboratory, of which the CRF has no page."""
    said = [words.concepts(column.name) for column in table.columns]
    return all(any(concept in one for one in said) for concept in ("test", "result", "low"))


def _has_page(table: TableProfile, subject: str) -> bool:
    """Whether it may be a form: where others have a subject, it has one."""
    return not _from_vendor(table) and (table.of("subject") is not None or not subject)


def _table(table: TableProfile, subject: str, decimal: str, page: int) -> Iterator[str]:
    yield f"  {table.name}:"
    yield f"    file: {scalar(table.file)}"
    if table.sheet:
        yield f"    sheet: {scalar(table.sheet)}"
    if table.group:
        yield f"    group: {scalar(table.group)}"
    if table.delimiter not in ("", ","):
        sign = '"\\t"' if table.delimiter == "\t" else f'"{table.delimiter}"'
        yield f"    delimiter: {sign}"
    if table.titles:
        yield f"    titles: {table.titles}  # likely: the header is the first row of several cells"
    if table.labels:
        why = "it has words where others have numbers or dates"
        yield f"    labels: {table.labels}  # likely: {why}"
    if table.encoding not in ("", "utf-8"):
        why = f"likely: {table.why[0]}" if table.why else ""
        yield commented(f"    encoding: {table.encoding}", why)
    yield from _key(table)
    yield from _identifying(table)
    own = table.of("subject")
    if own is None:
        if subject:
            why = "no column of this table seems to hold the subject; "
            why += "name it, write none for a table of no subject, or take the table out"
            yield f'    subject: "?"  # decide: {why}'
    elif own.name != subject:
        yield f"    subject: {scalar(own.name)}  # likely: by its name or values"
    if _from_vendor(table):
        yield "    recorded_by: Vendor  # likely: tests with ranges; a page of the CRF would be `page:`"
    elif _has_page(table, subject):
        yield f"    page: {page}  # guess: forms of the annotated CRF follow each other as the files do"
    yield from _visit(table)
    missing = list(dict.fromkeys(text for column in table.columns for text in column.missing))
    if missing:  # as a comment: it drops what it lists, and Unknown or None may be an answer
        yield f"    # decide: missing: {listed(missing)}, if these texts say that there is no value"
    sign = _decimal(table)
    if sign and sign != decimal:
        yield f"    decimal: {sign}"
    yield from (f"    # decide: {remark}" for remark in table.remarks if "refuses" in remark)
    if table.names:
        names = mapped((name, scalar(theirs)) for name, theirs in table.names)
        yield f"    names: {names}  # likely: no spec can name them as the file does"
    yield f"    columns: {listed(column.name for column in table.columns)}"


def _identifying(table: TableProfile) -> Iterator[str]:
    hidden = [column for column in table.columns if column.hidden and column.role != "subject"]
    if hidden:
        reasons = dict.fromkeys(column.hidden for column in hidden)
        sure = "guess" if {"not repeated", "many values"} & set(reasons) else "likely"
        names = listed(column.name for column in hidden)
        yield f"    identifying: {names}  # {sure}: {', '.join(reasons)}"


def _key(table: TableProfile) -> Iterator[str]:
    key = table.key
    if key is None:
        names = listed(column.name for column in table.columns[:1])
        yield f"    key: {names}  # decide: the columns that identify a row; the table has none to tell them"
        return
    if not key.repeated:
        yield f"    key: {listed(key.columns)}  # likely: no two rows are alike in it"
        return
    rows = "1 row has" if key.repeated == 1 else f"{key.repeated:,} rows have"
    first, second = key.first
    yield (
        f"    key: {listed(key.columns)}  # decide: {rows} the key of an earlier one, "
        f"as {table.place}s {first} and {second}"
    )
    yield "    # duplicates: identical  # decide: or which of them is kept, or another key"


def _visit(table: TableProfile) -> Iterator[str]:
    visit, date = table.of("visit"), table.of("visit date")
    if visit is None:
        return
    if date is None:
        yield f"    # visit: {{name: {scalar(visit.name)}, date: ?}}  # decide: the date of the visit"
    else:
        yield f"    visit: {{name: {scalar(visit.name)}, date: {scalar(date.name)}}}"


def _visits(scan: Scan) -> str:
    """visits.yaml; empty where no table tells visits."""
    named: list[ColumnProfile] = []
    dates: list[ColumnProfile] = []
    for table in scan.tables:
        visit, date = table.of("visit"), table.of("visit date")
        if visit is not None and date is not None:
            named.append(visit)
            dates.append(date)
    if not named:
        return ""
    planned, unplanned = proposed_visits(value for column in named for value, _ in column.values)
    forms = [form for column in dates for form in column.dates]
    written = list(dict.fromkeys(form.formats[0] for form in forms if not form.open))
    lines = ['# The planned visits, and what the raw tables call them. Look at each line that says "decide".']
    if written:
        lines.append(f"date: {listed(written)}")
    for form in dict.fromkeys(form for form in forms if form.open):
        lines.append(f"# decide: dates may be {' or '.join(form.formats)}: {form.note}")
    if not written:
        choice = next((form.formats for form in forms if form.open), ("ISO",))
        lines.append(f"date: [{choice[0]}]  # guess: decide how the dates of visits are written")
    lines += ["", "# decide: the numbers, names and days of the protocol", "visits:"]
    for number, visit in enumerate(planned, 1):
        parts = [f"number: {number}", f"visit: {scalar(visit.name)}"]
        if visit.day is not None:
            parts.append(f"day: {visit.day}")
        parts.append(f"raw: {scalar(visit.raw[0]) if len(visit.raw) == 1 else listed(visit.raw)}")
        guesses = ["the day by the name"] * (visit.day is not None)
        guesses += ["one visit"] * visit.joined
        why = f"guess: {', '.join(guesses)}" if guesses else ""
        lines.append(commented(f"  - {{{', '.join(parts)}}}", why))
    if unplanned:
        lines += ["", f"unscheduled: {listed(unplanned)}"]
    return "\n".join(lines) + "\n"


def _define() -> str:
    return """\
# What only define.xml needs: documents, codelists of the sponsor, displays of results.
documents:
  # A build draws the annotated CRF from the specs. decide: leave `made: yes` out for one of your own.
  acrf: {title: Annotated Case Report Form, href: acrf.pdf, kind: acrf, made: yes, package: sdtm}
"""


def _readme(study: str, scan: Scan) -> str:
    raw = scan.folder or "RAW"
    return f"""\
# {study}

Specs of ced-cdisc. Commands are run in this folder; RAW is the folder of the raw files.

1. Look at each line of `mappings/*.yaml` that says `decide`.
2. `ced-cdisc init VS --raw RAW` proposes the spec of a domain, here of vital signs: `mappings/sdtm/vs.yaml`.
   Each line says how sure it is, in a comment to be taken away when you have looked.
3. `ced-cdisc check-spec` names what is still to be filled in.
4. `ced-cdisc build RAW out` makes `out/sdtm`.

RAW was `{raw}` when this folder was made.
"""


def decimals_of(values: list[str]) -> int:
    """How many decimals numbers have at most, whatever their decimal sign."""
    exponents = (Decimal(value.replace(",", ".")).as_tuple().exponent for value in values)
    return max((-int(one) for one in exponents if isinstance(one, int)), default=0)
