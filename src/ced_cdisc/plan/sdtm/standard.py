"""What the standard fills in: identifiers, visits, --SEQ, study days, EPOCH, --LOBXFL."""

from __future__ import annotations

from ced_cdisc.core.metadata import Method, Origin
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import sentence
from ced_cdisc.expr.parse import parse
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.made_lines import constant, numbered, spec_line
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.language.origins import ASSIGNED, DERIVED
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import Line
from ced_cdisc.plan.sdtm import tests
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import BlockSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.keys import natural_keys

_DAYS = (("--DTC", "--DY"), ("--STDTC", "--STDY"), ("--ENDTC", "--ENDY"))
_GENERAL = ("Interventions", "Events", "Findings", "Findings About")
_VISIT = (
    ("VISITNUM", Type.NUMBER, ASSIGNED),
    ("VISIT", Type.TEXT, ASSIGNED),
    ("VISITDY", Type.NUMBER, Origin("Protocol", "Sponsor")),
)
# What a baseline is kept apart by, besides the test: SDTMIG 3.4 says "for each test", a place or time
# point of measurement makes another series.
_SERIES = ("--TESTCD", "--CAT", "--SPEC", "--LOC", "--LAT", "--METHOD", "--POS", "--TPTNUM", "--TPT")


def filled_in(domain: Domain, specs: Specs) -> list[str]:
    """The variables that the standard fills in, as far as the domain and the study allow."""
    spec = domain.spec
    names = ["STUDYID", "DOMAIN"]
    if spec.rows is not None:
        return names
    names.append("USUBJID")
    for rows in domain.rows:
        if rows.spec.visit:
            names += ["VISITNUM", "VISIT", "VISITDY"]
        if rows.test is not None:
            undone = rows.spec.not_done
            made = tests.variables_of(
                rows.test, undone is not None, undone is not None and undone.reason is not None
            )
            names += [domain.full(name) for name in made]
    names.append(domain.full("--SEQ"))
    written = {*domain.names, *names}
    for dtc, day in _DAYS:
        if domain.full(dtc) in written:
            names.append(domain.full(day))
    if domain.name == "SE":
        names += ["SESTDY", "SEENDY"]
    if (
        _epoch_date(domain) in written
        and domain.name not in ("SE", "DM")
        and any(d.domain == "SE" for d in specs.sdtm)
    ):
        names.append("EPOCH")
    if domain.ig.class_name == "Findings" and domain.full("--DTC") in written:
        names.append(domain.full("--LOBXFL"))
    omitted = {domain.full(str(o)) for o in spec.omit}
    return [name for name in names if name not in omitted]


def block_lines(domain: Domain, specs: Specs, spec: BlockSpec) -> list[Line]:
    """STUDYID and DOMAIN of every row; VISITNUM, VISIT and VISITDY where the block has visits."""
    where = domain.spec.domain.where
    made = [
        constant("STUDYID", str(specs.study.study.id), where, Origin("Protocol", "Sponsor")),
        constant("DOMAIN", domain.name, where),
    ]
    if spec.visit:
        for name, kind, origin in _VISIT:
            if name in domain.names and domain.ig.variable(name) is not None:
                node = tree.Column(name=f"visits.{name}", scope=Scope.RAW, type=kind)
                made.append(
                    Line(variable=name, tree=node, type=kind, verb="assign", where=where, origin=origin)
                )
    return made


def usubjid(specs: Specs, dataset: str) -> tuple[Origin, Method]:
    """How USUBJID is made, from study.yaml."""
    node = parse(str(specs.study.usubjid))
    text = sentence(node, FUNCTIONS).replace("SUBJECT", "the subject identifier")
    method = Method(
        id="USUBJID",
        name="Derivation of USUBJID",
        type="Computation",
        text=text,
        formula=str(specs.study.usubjid),
    )
    return DERIVED, method


def whole_dataset(domain: Domain, catalogue: Catalogue, lines: Lines) -> list[Line]:
    """The lines that need all rows of the domain, or other finished domains."""
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
    if "EPOCH" in domain.names and "SE" in catalogue.datasets:
        date = _epoch_date(domain)
        rule = f"last(SE.EPOCH where starts_by(SE.SESTDTC, {date}) order by SE.SESTDTC, SE.TAETORD)"
        words = (
            f"EPOCH of the last element in SE that starts on or before {date}, "
            f"compared to the precision that both have; missing where {date} is not a complete date."
        )
        add("EPOCH", derive=text(rule), as_=text(words))
    date = domain.full("--DTC")
    condition = str(domain.spec.baseline or f"{date} < DM.RFXSTDTC")
    add(
        domain.full("--LOBXFL"),
        flag="last",
        where=text(f"{domain.full('--STRESC')} is present and {condition}"),
        by=[text(domain.full(name)) for name in _SERIES if domain.full(name) in domain.names],
        order=[text(date)],
    )
    if sequence := numbering(domain):
        made.append(_sequence(domain, sequence))
    return made


def numbering(domain: Domain) -> str:
    """--SEQ where the standard fills it in, else an empty text."""
    sequence = domain.full("--SEQ")
    made = domain.spec.rows is None and sequence in domain.names and sequence not in domain.written
    return sequence if made else ""


def _epoch_date(domain: Domain) -> str:
    start, date = domain.full("--STDTC"), domain.full("--DTC")
    return start if start in domain.names and domain.ig.class_name in ("Interventions", "Events") else date


def _sequence(domain: Domain, sequence: str) -> Line:
    spec = domain.spec
    keys = (
        [domain.full(str(t)) for t in spec.sort] if spec.sort is not None else list(natural_keys(domain.ig))
    )
    known = [k for k in keys if k in domain.names and k not in ("STUDYID", "USUBJID")]
    return numbered(domain.name, sequence, known, domain.names, spec.domain.where)
