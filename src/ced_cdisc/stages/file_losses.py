"""What a conversion of a file loses: found by one pass over its rows, and told before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Literal

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from ced_cdisc.core.datafile import NO_TIME, FileDataset, FileVariable, Rows
from ced_cdisc.core.findings import Finding, Location, Severity, Stage, one_of
from ced_cdisc.core.moments import has_text, moment_of
from ced_cdisc.core.xpt import LABEL_BYTES, LIMITS, LONGEST_NUMBER, Limits, Version
from ced_cdisc.read.datafiles import DataFile

Kind = Literal["xpt", "json", "parquet", "csv"]
Allowed = Literal["labels", "names", "special-missing", "digits"]
_NAMES: dict[Kind, str] = {"json": "Dataset-JSON", "parquet": "Parquet", "csv": "CSV"}


class Survey(Struct):
    """What the rows of a file hold.

    Attributes:
        rows: how many there are.
        bytes: longest text by variable.
        special: first row and code of special missing values by variable, and how many there are.
        textless: first row and number, by variable, of those that should be a date and have no text.
        broken: the same of those that should be whole, or 0 or 1.
    """

    rows: int = 0
    bytes: dict[str, int] = field(default_factory=dict[str, int])
    special: dict[str, tuple[int, str, int]] = field(default_factory=dict[str, tuple[int, str, int]])
    textless: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])
    broken: dict[str, tuple[int, float]] = field(default_factory=dict[str, tuple[int, float]])


def survey(file: DataFile, encoding: str) -> Survey:
    """Look at all rows once; texts are measured in an encoding.

    Raises:
        Stopped: something is wrong with the file.
    """
    found = Survey()
    for block in file.blocks():
        for variable in file.dataset.variables:
            values = block.frame[variable.name]
            if variable.type == "Char":
                found.bytes[variable.name] = max(
                    found.bytes.get(variable.name, 0), _longest(values, encoding)
                )
                continue
            if variable.moment:
                _first(found.textless, variable, values, has_text(values, variable.moment), found.rows)
            elif variable.data_type == "integer":
                _first(found.broken, variable, values, values.floor() == values, found.rows)
            elif variable.data_type == "boolean":
                _first(found.broken, variable, values, (values == 0) | (values == 1), found.rows)
        _special(found, block)
        found.rows += block.frame.height
    return found


def _longest(values: pl.Series, encoding: str) -> int:
    if encoding in ("ascii", "utf-8"):
        longest = values.str.len_bytes().max()
        return longest if isinstance(longest, int) else 0
    return max((len(text.encode(encoding, "replace")) for text in values.drop_nulls().to_list()), default=0)


def _first(
    into: dict[str, tuple[int, float]],
    variable: FileVariable,
    values: pl.Series,
    good: pl.Series,
    before: int,
) -> None:
    places = (~good.fill_null(True)).arg_true()
    if len(places) and variable.name not in into:
        into[variable.name] = (before + int(places[0]) + 1, float(values[int(places[0])]))


def _special(found: Survey, block: Rows) -> None:
    for name, codes in block.codes.items():
        place = int(codes.is_not_null().arg_true()[0])
        row, code, count = found.special.get(name, (found.rows + place + 1, str(codes[place]), 0))
        found.special[name] = (row, code, count + codes.count())


def fitted(
    file: DataFile,
    found: Survey,
    kind: Kind,
    allowed: Collection[str],
    shown: str,
    source: str,
    version: Version = 5,
    encoding: str = "ascii",
) -> tuple[FileDataset, list[Finding]]:
    """The dataset as the format can hold it, and all that is lost; errors where that needs a word that lacks.

    Args:
        file: the file that was read.
        found: what its rows hold.
        kind: the format to write.
        allowed: what may be lost.
        shown: the file to write, for the findings.
        source: the file that was read.
        version: of a transport file to write.
        encoding: of its labels and texts.
    """
    form = _NAMES.get(kind, LIMITS[version].shown)

    def say(code: str, message: str, hint: str = "", severity: Severity = Severity.NOTE) -> Finding:
        return Finding(code, message, Location(shown), hint, Stage.OUTPUT, severity)

    def lost(code: str, word: Allowed, message: str) -> Finding:
        if word in allowed:
            return say(code, message, severity=Severity.WARNING)
        return say(code, message, f"allow it with --allow {word}", Severity.ERROR)

    dataset, findings = file.dataset, list[Finding]()
    for name, (row, text) in file.rounded.items():
        message = f"{dataset.name}.{name} row {row}: {text[:60]} has more digits than a number of SAS holds"
        one = lost("CED723", "digits", message)
        findings.append(replace(one, where=Location(source), stage=Stage.RAW))
    for name, (row, count) in file.nan.items():
        others = f", and {count - 1} more" if count > 1 else ""
        message = f"{dataset.name}.{name} row {row}: {form} has no NaN, it becomes missing{others}"
        findings.append(lost("CED730", "special-missing", message))
    if not dataset.created and kind != "csv":
        message = f"{source} does not say when it was made, {NO_TIME} is written"
        findings.append(say("CED734", message, "name another time with --created"))
    if kind == "xpt":
        dataset, more = _labels(dataset, LIMITS[version], lost, encoding)
        findings += more
        findings += _lengths(dataset, LIMITS[version], say)
        dataset, more = _capitals(dataset, LIMITS[version], lost) if version == 5 else (dataset, [])
        findings += more
    elif kind != "csv":
        for name, (row, code, count) in found.special.items():
            others = f", and {count - 1} more" if count > 1 else ""
            message = (
                f"{dataset.name}.{name} row {row}: {form} has no special missing values, "
                f".{code} becomes missing{others}"
            )
            findings.append(lost("CED730", "special-missing", message))
    if kind != "csv":
        findings += _formats(dataset, kind, say)
    if kind == "xpt":
        findings += _untrue(file.dataset, found, say)
    else:
        dataset, more = _types(dataset, found if kind != "csv" else _without_types(found), say)
        findings += more
    if places := list(_no_place(file.dataset, kind)):
        message = f"{form} has no place for {one_of(places, 20)} of {dataset.name}"
        findings.append(say("CED732", message))
    return dataset, findings


def _labels(
    dataset: FileDataset, limits: Limits, lost: Callable[[str, Allowed, str], Finding], encoding: str
) -> tuple[FileDataset, list[Finding]]:
    """Labels cut to what a transport file holds."""
    findings: list[Finding] = []

    def size_of(text: str) -> int:
        return len(text.encode(encoding, "replace"))  # a character that it lacks is a fault of its own

    def cut(what: str, label: str, most: int) -> str:
        if (size := size_of(label)) <= most:
            return label
        kept = next(label[:end] for end in range(most, -1, -1) if size_of(label[:end]) <= most).rstrip(" ")
        message = (
            f"the label of {what} has {size} bytes, {limits.shown} holds {most}: {label!r} becomes {kept!r}"
        )
        findings.append(lost("CED731", "labels", message))
        return kept

    label = cut(dataset.name, dataset.label, LABEL_BYTES)
    variables = tuple(
        replace(v, label=cut(f"{dataset.name}.{v.name}", v.label, limits.labels)) for v in dataset.variables
    )
    return replace(dataset, label=label, variables=variables), findings


def _lengths(dataset: FileDataset, limits: Limits, say: Callable[[str, str], Finding]) -> Iterator[Finding]:
    """Lengths of texts that become shorter; a text that does not fit then is a fault of its own."""
    for variable in dataset.variables:
        if variable.type == "Char" and variable.bytes > limits.texts:
            message = (
                f"{dataset.name}.{variable.name} has the length {variable.bytes}, "
                f"{limits.shown} holds {limits.texts}: it becomes {limits.texts}"
            )
            yield say("CED422", message)


def _capitals(
    dataset: FileDataset, limits: Limits, lost: Callable[[str, Allowed, str], Finding]
) -> tuple[FileDataset, list[Finding]]:
    """Names in capitals, where they are not; two names that then are one are a fault of the file to write."""
    names = [dataset.name, *(variable.name for variable in dataset.variables)]
    changed = [f"{name} becomes {name.upper()}" for name in names if name != name.upper() and name.isascii()]
    if not changed:
        return dataset, []
    message = f"names of {limits.shown} are in capitals: {one_of(changed, 20)}"
    variables = tuple(replace(v, name=v.name.upper()) for v in dataset.variables)
    finding = lost("CED421", "names", message)
    return replace(dataset, name=dataset.name.upper(), variables=variables), [finding]


def _without_types(found: Survey) -> Survey:
    """What is said of a file that has no types: whole numbers and fractions stand there alike."""
    return replace(found, broken={})


def _formats(
    dataset: FileDataset, kind: Kind, say: Callable[[str, str, str, Severity], Finding]
) -> Iterator[Finding]:
    """Formats of the other type, which SAS cannot show a variable with; one without a name is of either."""
    for variable in dataset.variables:
        informat = "" if kind == "json" else variable.informat  # which has no place for it
        for what, text in (("format", variable.format), ("informat", informat)):
            is_text, is_number = text.startswith("$"), text[:1].isalpha() or text.startswith("_")
            if is_number if variable.type == "Char" else is_text:
                has, other = ("text", "numbers") if variable.type == "Char" else ("a number", "texts")
                message = f"{dataset.name}.{variable.name} is {has}, and its {what} {text} is one of {other}"
                yield say("CED433", message, "correct it where the file was made", Severity.WARNING)


def _untrue(dataset: FileDataset, found: Survey, say: Callable[[str, str], Finding]) -> Iterator[Finding]:
    """A type of the file that its own values do not have, and that a transport file cannot carry on."""
    for variable in dataset.variables:
        if variable.name in found.broken:
            row, number = found.broken[variable.name]
            what = f"{dataset.name}.{variable.name} row {row}: {number!r}"
            yield say("CED735", f"{what} is not of its type, {variable.data_type}; the value is kept")


def _types(
    dataset: FileDataset, found: Survey, say: Callable[[str, str], Finding]
) -> tuple[FileDataset, list[Finding]]:
    """Types that all values have: dates without text and fractions among whole numbers are plain numbers."""
    findings: list[Finding] = []

    def fitting(variable: FileVariable) -> FileVariable:
        what = f"{dataset.name}.{variable.name}"
        if variable.name in found.textless:
            row, number = found.textless[variable.name]
            message = f"{what} row {row}: {number!r} is no {variable.data_type} of ISO 8601"
            findings.append(say("CED733", f"{message}, the variable is written as numbers"))
            return replace(variable, data_type="double", target="")
        if variable.name in found.broken:
            row, number = found.broken[variable.name]
            is_truth = variable.data_type == "boolean"
            wrong = "neither true (1) nor false (0)" if is_truth else "not whole"
            message = f"{what} row {row}: {number!r} is {wrong}, its type becomes float"
            findings.append(say("CED735", message))
            return replace(variable, data_type="float")
        return variable

    return replace(dataset, variables=tuple(map(fitting, dataset.variables))), findings


def _no_place(source: FileDataset, kind: Kind) -> Iterator[str]:
    """The kinds of metadata that the file had and the format cannot hold."""
    variables = source.variables
    if kind == "csv":
        named = {
            "labels": source.label or any(v.label for v in variables),
            "types": any(v.data_type != "string" for v in variables),
            "lengths": any(v.length or v.bytes for v in variables),
            "formats": any(v.format for v in variables),
            "the time of creation": source.created,
        }
        yield from (word for word, there in named.items() if there)
    if kind in ("json", "csv"):
        shorter = [v.name for v in variables if v.type == "Num" and 0 < v.bytes < LONGEST_NUMBER]
        if shorter:
            yield f"the lengths of the numbers {one_of(shorter, 5)}"
        if any(v.informat for v in variables):
            yield "informats"
        if source.dataset_type:
            yield f"the type {source.dataset_type}"
        if source.modified not in ("", source.created):
            yield "the time of the last change"
    if kind in ("xpt", "csv"):
        named = {
            "OIDs": source.oid or source.file_oid or any(v.oid for v in variables),
            "keys": any(v.key for v in variables),
            "the source system": source.source_system[0],
            "the originator": source.originator,
            "the study": source.study_oid or source.metadata_version_oid,
            "the reference to define.xml": source.metadata_ref,
            "the time of the database": source.database_modified,
        }
        yield from (word for word, there in named.items() if there)
    if kind == "xpt":
        if kept := [v.name for v in variables if (v.data_type, v.target) != _type_in_xpt(v)]:
            yield f"the data types of {one_of(kept, 5)}"
        if len(source.created) > len(NO_TIME):
            yield "the time zone or fractions of a second of the time of creation"
        times = {"creation": source.created, "the last change": source.modified}
        for what, time in times.items():
            if time and not "1960" <= time[:4] <= "2059":  # as readers take the two digits of a year
                yield f"the century of the time of {what}, {time[:4]}"
    if source.others:
        yield f"the attributes {one_of(source.others, 20)}"


def _type_in_xpt(variable: FileVariable) -> tuple[str, str]:
    """The data type and its target that are read from a transport file, which has formats alone."""
    if variable.type == "Char":
        return "string", ""
    moment = moment_of(variable.format)
    return moment or "double", "integer" if moment else ""
