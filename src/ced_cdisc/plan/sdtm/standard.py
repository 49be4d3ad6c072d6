"""What the standard fills in: identifiers, visits, --SEQ, study days, EPOCH, --LOBXFL."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.core.metadata import Method, Origin
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import clause, listed, sentence
from ced_cdisc.expr.parse import ExpressionError, parse
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.made_lines import constant, numbered, spec_line
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.language.origins import ASSIGNED, DERIVED
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import Line
from ced_cdisc.plan.persons import looked_up
from ced_cdisc.plan.sdtm import tests
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.plan.sdtm.epochs import epoch_date, of_complete_dates, rule_of, without_epoch
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.plan.sdtm.visit_words import visit_method
from ced_cdisc.plan.tables import is_column
from ced_cdisc.plan.told import Report
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import BlockSpec, LineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.keys import natural_keys
from ced_cdisc.standards.model import GENERAL_CLASSES

_DAYS = (("--DTC", "--DY"), ("--STDTC", "--STDY"), ("--ENDTC", "--ENDY"))
_VISIT = (
    ("VISITNUM", Type.NUMBER, ASSIGNED),
    ("VISIT", Type.TEXT, ASSIGNED),
    ("VISITDY", Type.NUMBER, Origin("Protocol", "Sponsor")),
)
# What tells tests apart, besides the code: each has one last record before exposure. Time points do not: in
# SDTMIG 3.4 --LOBXFL is the last value before RFXSTDTC, be it taken at a screening visit or before the dose.
_PLACE = ("--ANTREG", "--LOC", "--LAT", "--DIR", "--PORTOT", "FOCID")
_SERIES = ("--OBJ", "--TESTCD", "--CAT", "--SPEC", *_PLACE, "--METHOD", "--POS")
_SERIES_OF_GUIDE = ("--LNKID", "--EVAL", "--EVALID")
"""The lesion and the assessor tell them apart in the domains of which the guide has a record for each."""


_NUMBER = re.compile(r"(?<![\w.])SUBJECT(?!\w)")


def filled_in(domain: Domain, specs: Specs, findings: Findings) -> list[str]:
    """The variables that the standard fills in, as far as the domain and the study allow.

    A name under ``omit`` that is no variable of the domain is CED019.
    """
    spec = domain.spec
    names = ["STUDYID", "DOMAIN"]
    if spec.rows is not None:
        return names
    names += ["APID", "RSUBJID"] if domain.of_associated_persons else ["USUBJID"]
    for rows in domain.rows:
        if rows.spec.visit:
            names += ["VISITNUM", "VISIT", "VISITDY"]
        names += of_test(domain, rows)
    if domain.has_subjects:
        names.append(domain.full("--SEQ"))
    written = {*domain.names, *names}
    if domain.of_associated_persons:
        return _not_omitted(domain, names, findings)  # no reference date or element of the subject is theirs
    for dtc, day in _DAYS:
        if domain.full(dtc) in written:
            names.append(domain.full(day))
    if domain.name == "SE":
        names += ["SESTDY", "SEENDY"]
    if (
        epoch_date(domain) in written
        and domain.name not in ("SE", "DM")
        and any(d.domain == "SE" for d in specs.sdtm)
    ):
        names.append("EPOCH")
    if domain.ig.class_name.startswith("Findings") and domain.full("--DTC") in written:
        names.append(domain.full("--LOBXFL"))
    return _not_omitted(domain, names, findings)


def study_days(domain: Domain, names: Iterable[str]) -> list[str]:
    """The study days among variables to fill in, which a domain of observations has even where the guide's
    table of it lists none: the date of a start in MH, the date of collection in IE."""
    if domain.ig.class_name not in GENERAL_CLASSES:
        return []
    days = {domain.full(day) for _, day in _DAYS}
    return [name for name in names if name in days]


def of_test(domain: Domain, rows: Rows) -> list[str]:
    """The variables that the test of a block fills in."""
    if rows.test is None:
        return []
    undone = rows.spec.not_done
    made = tests.variables_of(rows.test, undone is not None, undone is not None and undone.reason is not None)
    return [domain.full(name) for name in made]


def _not_omitted(domain: Domain, names: list[str], findings: Findings) -> list[str]:
    omitted = {domain.full(str(text)): text for text in domain.spec.omit}
    for name, text in omitted.items():
        if name not in names and domain.ig.variable(name) is None:
            hint = did_you_mean(name, names)
            findings.add(Finding("CED019", f"{domain.name} has no variable {text}", text.where, hint=hint))
    return [name for name in names if name not in omitted]


def made_late(domain: Domain) -> set[str]:
    """The variables that are made over the whole domain, when the rows of all domains are there."""
    days = [day for _, day in (*_DAYS, ("", "SESTDY"), ("", "SEENDY"))]
    names = {domain.full(name) for name in ("--SEQ", "--LOBXFL", *days)} | {"EPOCH"}
    written = {str(key): line for rows in domain.rows for key, line in rows.variables.items()}
    own = {name for name, line in written.items() if _over_own_records(line)}
    return (names & set(domain.names) - set(domain.written)) | {domain.full(name) for name in own}


def _over_own_records(line: LineSpec) -> bool:
    """Whether a line looks at other records of its own dataset, as far as it can be parsed."""
    if line.flag is not None:
        return True
    texts = [line.derive, *(text for case in line.cases or [] for text in (case.when, case.then, case.else_))]
    for text in texts:
        try:
            node = parse(str(text)) if text is not None else None
        except ExpressionError:
            continue  # reported where the line is planned
        for below in tree.walk(node) if node is not None else ():
            if isinstance(below, tree.Aggregate) and not any(
                isinstance(c, tree.Column) and c.owner for c in tree.walk(below)
            ):
                return True
    return False


def block_lines(domain: Domain, specs: Specs, spec: BlockSpec) -> list[Line]:
    """STUDYID and DOMAIN of every row; VISITNUM, VISIT and VISITDY where the block has visits."""
    where = domain.spec.domain.where
    made = [
        constant("STUDYID", str(specs.study.study.id), where, Origin("Protocol", "Sponsor")),
        constant("DOMAIN", domain.code, where),
    ]
    if "RSUBJID" in domain.names and domain.of_associated_persons:
        made.append(_related_subject(specs, domain))
    if spec.visit:
        for name, kind, origin in _VISIT:
            if name in domain.names and domain.ig.variable(name) is not None:
                node = tree.Column(name=f"visits.{name}", scope=Scope.RAW, type=kind)
                method = visit_method(name, domain.name, spec, specs)
                verb, origin = ("derive", DERIVED) if method is not None else ("assign", origin)
                made.append(Line(name, node, kind, verb, where, origin, method))
    return made


def _related_subject(specs: Specs, domain: Domain) -> Line:
    """RSUBJID: the subject of the raw record, whose person it is about."""
    origin, method = usubjid(specs)
    method = replace(method, id=f"{domain.name}.RSUBJID", name="Derivation of RSUBJID")
    node = tree.Column(name="USUBJID", scope=Scope.VARIABLE, type=Type.TEXT)
    where = domain.spec.domain.where
    return Line("RSUBJID", node, Type.TEXT, "derive", where, origin, method)


def usubjid(specs: Specs) -> tuple[Origin, Method]:
    """How USUBJID is made, from study.yaml."""
    node = parse(str(specs.study.usubjid))
    text = _NUMBER.sub("the subject identifier", sentence(node, FUNCTIONS)) + _identifiers(specs)
    if tables := [*looked_up(node)]:
        text += f" Of {listed(tables)}, the record with the subject identifier is read."
        if specs.study.persons.chain:
            text += " Where that leads to an identifier that has an earlier one itself, the earliest counts."
    method = Method(
        id="USUBJID",
        name="Derivation of USUBJID",
        type="Computation",
        text=text,
        formula=str(specs.study.usubjid),
    )
    return DERIVED, method


def _identifiers(specs: Specs) -> str:
    """How raw tables make the subject identifier of several columns, in sentences."""
    sources, by = specs.sources, dict[str, list[str]]()
    for name, table in sources.tables.items():
        by.setdefault(str(table.subject or sources.defaults.subject), []).append(str(name))
    made = ""
    for text, tables in by.items():
        try:
            said = "" if is_column(text) else clause(parse(text), FUNCTIONS)
        except ExpressionError:  # reported where the tables are planned
            continue
        if said:
            made += f" The subject identifier{'' if len(by) == 1 else f' of {listed(tables)}'} is {said}."
    return made


def whole_dataset(
    domain: Domain, specs: Specs, catalogue: Catalogue, lines: Lines, findings: Findings
) -> list[Line]:
    """The lines that need all rows of the domain, or other finished domains; CED012 where SE has no EPOCH."""
    if domain.spec.rows is not None:
        return []
    names = domain.row_names(catalogue)
    place = domain.spec.domain.where
    made: list[Line] = []

    def add(variable: str, **values: Text | list[Text] | str) -> None:
        found = domain.ig.variable(variable)
        if variable not in domain.names or variable in domain.written or found is None:
            return
        kind = Type.NUMBER if found.type == "Num" else Type.TEXT
        target = Target(domain.name, variable, kind, None)
        built = lines.make(spec_line(place, **values), target, names)
        if built is not None:
            made.append(built)

    def text(value: str) -> Text:
        return Text(value, place)

    reference = "RFSTDTC" if domain.name == "DM" else "DM.RFSTDTC"
    has_reference = domain.name == "DM" or "RFSTDTC" in catalogue.datasets.get("DM", {})
    for dtc, day in _DAYS:
        if has_reference and domain.full(dtc) in domain.names:
            add(domain.full(day), derive=text(f"study_day({domain.full(dtc)}, {reference})"))
    elements = catalogue.datasets.get("SE", {})
    if "EPOCH" in domain.names and "EPOCH" not in domain.written and elements and "EPOCH" not in elements:
        findings.add(without_epoch(place))
    elif "EPOCH" in domain.names and elements:
        rule, words = rule_of(epoch_date(domain), elements)
        add("EPOCH", derive=text(rule), as_=text(words))
        made = [of_complete_dates(line, specs) if line.variable == "EPOCH" else line for line in made]
    date = domain.full("--DTC")
    own = domain.spec.baseline
    result = f"{domain.full('--STRESC')} is present"
    condition = text(f"{result} and {date} < DM.RFXSTDTC") if own is None else _joined(f"{result} and (", own)
    add(
        domain.full("--LOBXFL"),
        flag="last",
        where=condition,
        by=[text(name) for name in _series(domain) if name in domain.names],
        order=[text(date)],
    )
    if own is None and made and made[-1].variable == domain.full("--LOBXFL"):
        whole = f"date({date}) is present and datetime({date}) is missing"
        on_day = text(f"{result} and {whole} and {date} = DM.RFXSTDTC")
        if (node := lines.expressions.condition(on_day, names)) is not None:
            report = Report("dose day", node, place, shown=(tree.Column(name=date),))
            made[-1] = replace(made[-1], reports=(*made[-1].reports, report))
    if sequence := numbering(domain):
        made.append(_sequence(domain, sequence, catalogue))
    return made


def _joined(before: str, condition: Text) -> Text:
    """A written condition in brackets behind other words, whose faults stand where it does."""
    at, end = len(before), len(before) + len(condition)
    own = tuple((start + at, stop + at) for start, stop in condition.added)
    return Text(f"{before}{condition})", condition.where, condition.span, ((0, at), *own, (end, end + 1)))


def _series(domain: Domain) -> list[str]:
    """The variables that tell the series apart of which one record is the last before exposure."""
    keys = natural_keys(domain.ig)
    of_guide = [name for name in map(domain.full, _SERIES_OF_GUIDE) if name in keys]
    return [*map(domain.full, _SERIES), *of_guide]


def numbering(domain: Domain) -> str:
    """--SEQ where the standard fills it in, else an empty text."""
    sequence = domain.full("--SEQ")
    made = domain.spec.rows is None and sequence in domain.names and sequence not in domain.written
    return sequence if made else ""


def _sequence(domain: Domain, sequence: str, catalogue: Catalogue) -> Line:
    spec = domain.spec
    keys = (
        [domain.full(str(t)) for t in spec.sort] if spec.sort is not None else list(natural_keys(domain.ig))
    )
    known = [k for k in keys if k in domain.names and k not in ("STUDYID", "USUBJID", sequence)]
    made = numbered(domain.name, sequence, known, domain.names, spec.domain.where)
    if domain.of_associated_persons:
        assert isinstance(made.tree, tree.Aggregate)
        made = replace(made, tree=replace(made.tree, on=("APID",)))
    parts = catalogue.parts.get(domain.code, [])
    before = parts[: parts.index(domain.name)] if domain.name in parts else []
    if not before or made.method is None:
        return made
    # --SEQ is unique over all parts of a split domain: each part goes on where those before it end.
    node = made.tree
    for part in before:
        of = tree.Column(name=f"{part}.STUDYID", scope=Scope.DATASET, type=Type.TEXT)
        count = tree.Aggregate(func="count", of=of, dataset=part, type=Type.NUMBER)
        node = tree.Arithmetic(op="+", left=node, right=count, type=Type.NUMBER)
    text = f"{made.method.text} It goes on from the subject's last number in {listed(before)}."
    return replace(made, tree=node, method=replace(made.method, text=text))
