"""What messages say of values that a line cannot take, or that are not certain."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ced_cdisc.convert.number_hints import number_hint
from ced_cdisc.core.dates import ISO, Reading, read_date
from ced_cdisc.core.decimals import is_cut, shortest
from ced_cdisc.core.findings import did_you_mean, one_of
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.derive.fast.dates import clock_of
from ced_cdisc.derive.fast.durations import UNITS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import BESIDE, IN_DOUBT, NEAR, NOT_THERE, TIE
from ced_cdisc.expr.fault import Fault
from ced_cdisc.expr.marks import LOST, UNCOUNTED, UNDECIDED
from ced_cdisc.expr.matching import spellings
from ced_cdisc.plan.model import NONE
from ced_cdisc.standards.ct import load_ct
from ced_cdisc.standards.units import UNIT_LIST, unit_of, units

_PAST_MIDNIGHT = ("H+:MM", "HH+MM", "H+:MM:SS")

UNDECIDED_HINT = "say what holds where a value is missing or partial, or accept it with unknown: accept"
PARTIAL = "a date is partial where a whole one is needed"
_OFFSET = re.compile("T[0-9:.,]+(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$")


def outside(label: str, value: str, codelist: Codelist, of: str = "") -> tuple[str, str]:
    """Message and hint of a value that is no term of its list; ``of``: the value of the dividing variable,
    to which the list belongs."""
    terms = [term.value for term in codelist.terms]
    words = f"{codelist.name} ({codelist.code})" if codelist.code else codelist.name
    hint = _synonym(value, codelist)
    if hint and not of:
        hint += "; match: synonym takes it"
    hint = hint or did_you_mean(value, terms) or _extensible(codelist) or f"it has {one_of(terms)}"
    return f"{label}: '{value}' is not in the codelist {words}{f' of {of}' if of else ''}", hint


def _synonym(value: str, codelist: Codelist) -> str:
    """The hint for a value that the terminology knows by another name, before any that only looks alike."""
    published = load_ct("SDTM")
    if codelist.code not in published:
        return ""
    term = published.codelist(codelist.code).by_synonym(value)
    return f"CT has it as a synonym of {term.submission_value}" if term else ""


def _extensible(codelist: Codelist) -> str:
    """The hint for a value of a list that takes terms of the sponsor."""
    published = load_ct("SDTM")
    if codelist.code not in published or not published.codelist(codelist.code).extensible:
        return ""
    return f"the list is extensible: declare the term in define/define.yaml, extends: {codelist.code}"


def worded(label: str, fault: Fault, value: str) -> tuple[str, str, str]:
    """Code, message and hint of a fault of one value."""
    node = fault.node
    if fault.kind in (TIE, IN_DOUBT, LOST, NEAR, NOT_THERE, UNCOUNTED, UNDECIDED):
        return _worded_doubt(fault, label, value)
    if value == NONE and label.endswith("ORRESU"):
        return "CED274", f"{label}: a result to be converted has no unit{_of(_raw(node))}", ""
    if isinstance(node, tree.Recode) and not node.pairs and not node.match:
        if label.endswith("REASND"):
            what = f"{label}: '{value}'{_of(node.of)} is a reason of 'not_done' beside results alone"
            return "CED840", what, "correct the data, or tell in the line of the reason 'when' it is one"
        what = f"{label}: '{value}'{_of(node.of)} is a result of a test that was not done"
        return "CED285", what, "correct the data, or the condition of 'not_done'"
    if isinstance(node, tree.Recode) and node.match:
        return _worded_match(fault, node, label, value)
    if isinstance(node, tree.Recode):
        codes, terms = [code for code, _ in node.pairs], [term for _, term in node.pairs]
        hint = _as_term(value, codes, terms) or did_you_mean(value, codes) or did_you_mean(value, terms)
        hint = hint or _codes(codes)
        return "CED250", f"{label}: raw value '{value}'{_of(node.of)} has no term in ct", hint
    if isinstance(node, tree.ReadDate):
        return _worded_date(node, label, value)
    if isinstance(node, tree.Plugin):
        stopped = f"{node.derivation.name}() stopped"
        hint = "correct the plug-in, or the condition under which it is called"
        return "CED780" if value.startswith(stopped) else "CED781", f"{label}: {value}", hint
    if isinstance(node, tree.Aggregate):
        said, hint = _only(node)
        return "CED256", f"{label}: {said} finds more than one record with a value", hint
    if fault.kind == "number":
        of = node.of if isinstance(node, tree.ReadNumber) else None
        if isinstance(of, tree.Call) and of.name == "decimal":
            of, value = of.args[0], _as_collected(of, value)
        if is_cut(number := value.replace(",", ".")):
            what = f"{label}: '{value}'{_of(of)} has more digits than a number of a dataset can have"
            return "CED253", what, f"it would be {shortest(float(number))}; keep it as text"
        return "CED253", f"{label}: '{value}'{_of(of)} is not a number", number_hint(value)
    call = node if isinstance(node, tree.Call) else None
    if fault.kind == "fraction":
        of = call.args[0] if call else node.of if isinstance(node, tree.Impute) else None
        what = f"{label}: '{value}'{_of(of)} has more digits than a date-time of a dataset can have"
        return "CED253", what, "it holds microseconds; (.F) in the format of the collected time cuts them"
    if fault.kind == "seconds":
        of = call.args[0] if call else None
        hint = "a duration is written M:SS, H:MM:SS, or with sec, min or h"
        return "CED254", f"{label}: '{value}'{_of(of)} is not a duration", hint
    if fault.kind == "clock":
        of = call.args[1] if call else None
        if clock_of(value) is not None:
            return "CED252", f"{label}: time '{value}'{_of(of)} has no start with a time beside it", ""
        hint = "a time is written HH:MM, HHMM, H:MM or HH:MM:SS"
        return "CED252", f"{label}: '{value}'{_of(of)} is not a time", hint
    if fault.kind == "days":
        of = call.args[1] if call else None
        if float(value).is_integer():
            return "CED864", f"{label}: {value} days{_of(of)} lead out of the calendar", ""
        hint = "round(.., 0) or floor(..) makes it one; a time is counted with hours_between(..)"
        return "CED864", f"{label}: '{value}'{_of(of)} is no whole number of days", hint
    if fault.kind == "logarithm":
        of = call.args[0] if call else None
        hint = 'say which records have one, as with when: "AVAL > 0", or if(AVAL > 0, log(AVAL), missing)'
        return "CED865", f"{label}: '{value}'{_of(of)} has no logarithm", hint
    if fault.kind == "unknown unit":
        of = _raw(node)
        package = load_ct("SDTM")
        named = call.args[1] if call is not None and len(call.args) > 1 else None
        own = str(named.value) if isinstance(named, tree.Literal) else ""
        listed = package.codelist(own or UNIT_LIST).values
        hint = did_you_mean(value, listed if own else [*units(), *listed])
        more = f"write units: {{{value}: ..}} in study.yaml, or ct with the unit"
        return "CED273", f"{label}: '{value}'{_of(of)} is no known unit", hint or more
    if fault.kind == "duration":
        return _worded_duration(call, label, value)
    source, target = (call.args[1], call.args[2]) if call else (None, None)
    goal = target.value if isinstance(target, tree.Literal) else ""
    hint = did_you_mean(value, units())
    if value.casefold() == str(goal).casefold():  # of a unit that is computed; a collected one is a term
        hint = f"unit(..) around the text reads it as {goal}"
    elif unit_of(value) is not None:  # no misspelling: another unit is never proposed in its place
        hint = f"{goal} is of another quantity"
        if value.replace("IU", "U") == str(goal).replace("IU", "U"):
            hint = f"where both mean the same, write units: {{{value}: {goal}}} in study.yaml"
    return "CED255", f"{label}: unit '{value}'{_of(source)} has no conversion to {goal}", hint


def _only(node: tree.Aggregate) -> tuple[str, str]:
    """What is to find one record, as it is written: in a computed parameter CBF or CBF[..]; and the hint."""
    asked = tree.conjuncts(node.where)
    first = asked[0] if asked else None
    parts = (first.left, first.right) if isinstance(first, tree.Compare) and first.at == node.at else ()
    if parts and isinstance(parts[0], tree.Column) and isinstance(parts[1], tree.Literal):
        name = parts[1].value  # the condition stands where the name does: it was made of it
        hint = f"a condition in {name}[..], or a further variable in 'by', tells them apart"
        return f"{name}[..]" if asked[1:] else f"{name}", f"{hint}; last({name} order by ..) chooses one"
    of = node.of.name if isinstance(node.of, tree.Column) else ".."
    return f"only({of})", "first, last, min or max choose one"


def _worded_doubt(fault: Fault, label: str, value: str) -> tuple[str, str, str]:
    node, hint = fault.node, "look at the dates, impute them, or accept it with unknown: accept"
    if fault.kind == NEAR:
        what = f"the last digits of computed numbers decide a comparison at {float(value):.12g}"
        return "CED882", f"{label}: {what}", "round them, as round(.., 6), or accept it with unknown: accept"
    if fault.kind == LOST:
        return "CED883", f"{label}: {PARTIAL}, and {_record(node)} has no value in {_called(node)}()", hint
    if fault.kind == UNDECIDED:
        return "CED270", f"{label}: a condition is neither true nor false, and counts as not true", hint
    if fault.kind == UNCOUNTED:
        what = f"the condition is neither true nor false, so that {_record(node)} does not count"
        return "CED270", f"{label}: {what}", UNDECIDED_HINT
    if isinstance(node, tree.Call) or (isinstance(node, tree.Aggregate) and node.func in ("min", "max")):
        name = node.name if isinstance(node, tree.Call) else node.func
        which = "earliest" if name in ("least", "min") else "latest"
        what = f"partial dates leave open which is the {which}, and '{value}' is what is certain of it"
        return "CED270", f"{label}: {what}", hint
    assert isinstance(node, tree.Aggregate)
    which = node.take or node.func
    if node.func in ("next", "previous") or (node.func == "rank" and not node.take):
        if fault.kind == TIE:
            what = f"several records have one place in the order of {which}(), and their keys decide"
            return "CED833", f"{label}: {what}", "name more variables in the order"
        what = f"partial dates leave open the order of {which}(), and their texts decide"
        return "CED270", f"{label}: {what}", hint
    if fault.kind == NOT_THERE:
        what = f"the record that is the {which} in the order has no value there, and others have one"
        return "CED857", f"{label}: {what}", "leave it out, as by where: ADT is present, or accept it"
    if fault.kind == TIE:
        what = f"several records are the {which} in the order, and their keys decide"
        more = "name more variables in the order"
        if label.endswith("LOBXFL"):  # a line that no spec has written
            more = "a line of it, {flag: last, ..}, names more in its order; 'baseline' leaves records out"
        return "CED833", f"{label}: {what}", more
    if label.endswith(".EPOCH") and node.dataset == "SE":
        hint = "in se.yaml give starts on one day the same precision, as day(..), or write a line of EPOCH"
    what = f"partial dates leave open which record is the {which}, and their texts decide"
    return "CED270", f"{label}: {what}", hint


def _record(node: tree.Node) -> str:
    """A record that is gone over; of another dataset with its name, since the place names the line alone."""
    of = f" of {node.dataset}" if isinstance(node, tree.Aggregate) and node.dataset else ""
    return f"the record{of}"


def _called(node: tree.Node) -> str:
    return (node.take or node.func) if isinstance(node, tree.Aggregate) else ""


def _as_term(value: str, codes: list[str], terms: list[str]) -> str:
    """The hint beside a text that is a term already, or one of the texts but for its letters."""
    if value in terms:
        return f"{value} is a term itself, which 'match: submission value' takes beside ct"
    folded = value.casefold()
    near = next((text for text in codes if text.casefold() == folded), None)
    if near is not None:
        return f"'case: ignore' takes it as {near}"
    near = next((text for text in terms if text.casefold() == folded), None)
    return (
        f"it is the term {near} with 'match: submission value' and 'case: ignore'" if near is not None else ""
    )


def _worded_match(fault: Fault, node: tree.Recode, label: str, value: str) -> tuple[str, str, str]:
    what = f"{label}: raw value '{value}'{_of(node.of)}"
    if fault.kind == "several":
        exact, folded = spellings(node)
        terms = exact.get(value) or folded[value.lower()]
        hint = "write the one that is meant in ct"
        return "CED280", f"{what} fits several terms of codelist {node.codelist}: {one_of(terms)}", hint
    meant = {text: term for term, texts in reversed(node.terms) for text in reversed(texts)}
    meant |= {code: term for code, term in node.pairs if term}
    terms = list(dict.fromkeys(term for term, _ in node.terms))
    hint = did_you_mean(value, meant)
    near = hint.removeprefix("did you mean ").removesuffix("?")
    alike = next((text for text in meant if text.casefold() == value.casefold()), None)
    if alike is not None:
        hint = f"'case: ignore' takes it as {meant[alike]}"
    elif near and meant[near] != near:
        hint = f"did you mean {near}, which is {meant[near]}?"
    ways = " in ct or" * bool(node.pairs)
    what += f" has no term{ways} by {node.match} of codelist {node.codelist}"
    return "CED250", what, hint or f"it has {one_of(terms)}"


def _worded_duration(call: tree.Call | None, label: str, value: str) -> tuple[str, str, str]:
    of = call.args[-1] if call else None
    if call is not None and call.name == "duration":
        unit = value.partition(" ")[2]
        hint = did_you_mean(unit, UNITS) or "units are years, months, weeks, days, hours, min and sec"
        return "CED269", f"{label}: '{value}'{_of(of)} is no amount of a unit of time", hint
    hint = "a duration is written 7:04, 1:02:03, with a unit as in 2 weeks, or in ISO 8601"
    return "CED269", f"{label}: '{value}'{_of(of)} is not a duration", hint


def _worded_date(node: tree.ReadDate, label: str, value: str) -> tuple[str, str, str]:
    date, _, time = value.partition(BESIDE)
    reading = read_date(date or None, time or None, node.formats, node.time_formats, node.pivot)
    if reading.trouble == "ambiguous":
        of = node.date if reading.text == date else node.time
        return "CED268", f"{label}: '{reading.text}'{_of(of)} {readings_in_words(reading)}", ONE_FORMAT
    if reading.trouble == "date":
        what = f"{label}: date '{date}'{_of(node.date)} fits none of the formats"
        hint = "the calendar has no such day" * reading.impossible
        if node.formats == (ISO,) and not isinstance(node.date, tree.Column):
            hint = hint or "'date' in the line says how the texts that it takes are written"
        if _OFFSET.search(date):
            hint = "an offset from UTC is not read; extract(..) in 'derive' takes the time as it stands"
        return "CED251", f"{what} {', '.join(node.formats)}", hint
    what = f"{label}: time '{time}'{_of(node.time)}"
    if reading.trouble == "time":
        late = read_date("2000-01-01", time, ("ISO",), _PAST_MIDNIGHT).dtc is not None
        hint = "HH+:MM reads a time past midnight, as one of the day after" * late
        return "CED252", f"{what} fits none of the formats {', '.join(node.time_formats)}", hint
    if reading.trouble == "twice":
        hint = "YYYY-MM-DDT00:00:00 reads the date alone" if date.endswith("T00:00:00") else ""
        return "CED252", f"{what} has a time beside it in date '{date}'{_of(node.date)}", hint
    return "CED252", f"{what} has no complete date beside it", ""


def _raw(node: tree.Node) -> tree.Column | None:
    """The raw column that a value comes from."""
    return next((c for c in tree.walk(node) if isinstance(c, tree.Column) and c.owner), None)


def _as_collected(node: tree.Call, value: str) -> str:
    """The number of another notation as it stands in the table."""
    notation = node.args[1]
    comma = isinstance(notation, tree.Literal) and "comma" in str(notation.value)
    return value.translate(str.maketrans(",.", ".,")) if comma else value


ONE_FORMAT = "keep the formats that were agreed for this column"
"""The hint beside a date that two formats read differently."""


def readings_in_words(reading: Reading) -> str:
    """What the formats make of an ambiguous date: ``is 2018-03-05 by MM/DD/YYYY and .. by ..``."""
    return "is " + " and ".join(f"{value} by {form}" for form, value in reading.readings)


def _of(node: tree.Node | None) -> str:
    of = node.args if isinstance(node, tree.Call) and node.name == "coalesce" else (node,)
    read = (one.of if isinstance(one, tree.ReadNumber) else one for one in of)
    names = [one.name for one in read if isinstance(one, tree.Column)]
    return f" of {' or '.join(names)}" if names else ""


def _codes(codes: Sequence[str]) -> str:
    return f"ct has {one_of(codes)}" if codes else ""
