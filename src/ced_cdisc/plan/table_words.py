"""Which words of a raw table go with the format of its file, and which it needs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, one_of
from ced_cdisc.core.rawformat import RawFormat, format_of
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.study import TableSpec

_GOES_WITH: Mapping[str, tuple[RawFormat, ...]] = {
    "delimiter": ("csv",),
    "sheet": ("xlsx",),
    "encoding": ("csv", "xpt", "sas7bdat"),
    "special_missing": ("xpt", "sas7bdat"),
    "titles": ("csv", "xlsx"),
    "labels": ("csv", "xlsx"),
    "group": ("odm",),
    "items": ("odm",),
    "database": ("sql",),
    "query": ("sql",),
}
_NEEDED: Mapping[RawFormat, tuple[str, str]] = {
    "odm": ("group", "the ItemGroupOID of the records"),
    "sql": ("database", "the environment variable that holds the address of the database"),
}
_SPECIAL = re.compile(r"\.[A-Z_]")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def table_format(spec: TableSpec) -> RawFormat:
    """The format of a raw table: as its contract says, else by its query or the ending of its file."""
    if spec.format is not None:
        return spec.format
    return "sql" if spec.query is not None else format_of(str(spec.file or ""))


def table_file(name: str, spec: TableSpec) -> str:
    """The file of a table below the raw folder; a query in the contract has a name in its place."""
    return str(spec.file) if spec.file is not None else f"query:{name}"


def check_table_words(name: str, spec: TableSpec, columns: Collection[str], findings: Findings) -> None:
    """CED007 what is needed, CED139 what does not go with the format, CED140 no name of a variable of the
    environment, CED012 and CED029 for the names of columns in the file.
    """
    kind = table_format(spec)
    for word, formats in _GOES_WITH.items():
        given = getattr(spec, word)
        if given is not None and kind not in formats:
            text = f"'{word}' does not go with a table of the format {kind}"
            where = given.where if isinstance(given, Text) else spec.place
            findings.add(Finding("CED139", text, where, hint=f"it goes with {one_of(list(formats))}"))
    if kind in _NEEDED:
        word, what = _NEEDED[kind]
        if getattr(spec, word) is None:
            text = f"table {name} of the format {kind} needs '{word}', {what}"
            findings.add(Finding("CED007", text, spec.place))
    if spec.file is None and spec.query is None:
        what = "'file', or 'query'" if kind == "sql" else "'file'"
        findings.add(Finding("CED007", f"table {name} needs {what}", spec.place))
    if kind == "sql" and spec.file is not None and spec.query is not None:
        text = f"table {name} has a query, and a file that holds one"
        findings.add(Finding("CED018", text, spec.query.where, hint="take one of them out"))
    if spec.database is not None and not _VARIABLE.fullmatch(str(spec.database)):
        # What was written may hold a password: it is not shown.
        text = f"'database' of table {name} is no name of an environment variable"
        hint = "write a name such as TRIAL_DB, and set that variable to the address of the database"
        findings.add(Finding("CED140", text, spec.database.where, hint=hint))
    _check_names(name, spec, columns, findings)


def check_special_missing(name: str, spec: TableSpec, usual: Collection[Text], findings: Findings) -> None:
    """CED158 for a text that is no special missing value, CED018 for one that stands under `missing` too.

    ``usual`` is what the defaults list as missing.
    """
    missing = spec.missing if spec.missing is not None else usual
    for text in spec.special_missing or ():
        if not _SPECIAL.fullmatch(text):
            problem = f"'{text}' is no special missing value of SAS"
            findings.add(Finding("CED158", problem, text.where, hint="they are .A to .Z and ._"))
        elif text in missing:
            problem = f"{text} cannot be missing and be read as a text in table {name}"
            hint = "take it out of 'missing', or out of 'special_missing'"
            findings.add(Finding("CED018", problem, text.where, hint=hint))


def _check_names(name: str, spec: TableSpec, columns: Collection[str], findings: Findings) -> None:
    taken: dict[str, str] = {}
    for column, theirs in spec.names.items():
        if str(column) not in columns:
            hint = did_you_mean(str(column), columns)
            findings.add(Finding("CED012", f"table {name} lists no column {column}", column.where, hint=hint))
        other = taken.setdefault(str(theirs), str(column))
        if other != str(column):
            text = f"table {name} takes {theirs} of the file for two columns, {other} and {column}"
            findings.add(Finding("CED029", text, theirs.where))
