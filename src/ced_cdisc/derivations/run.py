"""Plug-ins carried out: on single records, on frames of records, and on the records of a group.

A value hangs on the inputs alone. So that this holds whatever a function does, it sees each distinct set of
inputs once, in an order that the inputs give, and never the order of rows in a file. Records of a group
that are alike in all inputs must get the same value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, cast

from msgspec import Struct

from ced_cdisc.derivations.load import CannotImport, declared_in, line_of
from ced_cdisc.derivations.record import Derivation
from ced_cdisc.derivations.values import NoValue, Value, as_value

Row: TypeAlias = tuple[Value, ...]
"""The inputs of one record."""

_KEPT = 200_000


class Outcome(Struct, frozen=True):
    """The value for one record; or what went wrong, in words that name the plug-in and its line."""

    value: Value = None
    trouble: str = ""


class Runner:
    """Runs plug-ins and keeps what they gave for single records.

    Args:
        again: run each record alone, and groups in the opposite order: a function whose value hangs on its
            inputs alone gives the same.
    """

    def __init__(self, *, again: bool = False) -> None:
        self._again = again
        self._known: dict[Derivation, dict[Row, Outcome]] = {}

    def rows(self, derivation: Derivation, rows: Sequence[Row]) -> list[Outcome]:
        """The outcome for each row, of a plug-in without group."""
        known = self._known.setdefault(derivation, {})
        new = sorted({row for row in rows if row not in known}, key=_in_order)
        if len(known) + len(new) > _KEPT:
            known.clear()
            new = sorted(set(rows), key=_in_order)
        alone = self._again or derivation.frames == "record"
        for part in [[row] for row in new] if alone else [new] if new else []:
            known.update(zip(part, _run(derivation, part), strict=True))
        return [known[row] for row in rows]

    def group(self, derivation: Derivation, rows: Sequence[Row]) -> list[Outcome]:
        """The outcome for each row of one group."""
        places = sorted(range(len(rows)), key=lambda place: _in_order(rows[place]), reverse=self._again)
        made = _run(derivation, [rows[place] for place in places])
        done = dict(zip(places, made, strict=True))
        values: dict[Row, Outcome] = {}
        for place in places:
            first = values.setdefault(rows[place], done[place])
            if first.value != done[place].value:
                where = f"{derivation.name}() at {derivation.place}"
                trouble = f"{where} gives records with the same inputs different values: {first.value}"
                done[place] = Outcome(trouble=f"{trouble} and {done[place].value}")
        return [done[place] for place in range(len(rows))]


RUNNER = Runner()
"""What the first engine of this process runs plug-ins with."""


def _in_order(row: Row) -> tuple[tuple[bool, Any], ...]:
    return tuple((value is not None, value if value is not None else 0) for value in row)


def _run(derivation: Derivation, rows: list[Row]) -> list[Outcome]:
    """One call of the function, or one for each row; where a frame of rows stops it, the row is sought."""
    try:
        function = _function(derivation)
        if derivation.frames != "record":
            returned = _of_frame(derivation, function, rows)
        elif derivation.group is None:
            returned = [function(*rows[0])]
        else:
            returned = function([dict(zip(derivation.names, row, strict=True)) for row in rows])
            if not isinstance(returned, list):
                raise NoValue(f"returned a {type(returned).__name__}, not a list of values")
        if len(cast("list[Any]", returned)) != len(rows):
            count = len(cast("list[Any]", returned))
            raise NoValue(f"returned {count} value{'s' * (count != 1)} for {len(rows)} records")
        return [_outcome(derivation, value) for value in cast("list[Any]", returned)]
    except NoValue as error:
        return [Outcome(trouble=f"{derivation.name}() at {derivation.place} {error}")] * len(rows)
    except Exception as error:  # whatever a study's own Python raises is a fault of the study
        if len(rows) > 1 and derivation.group is None:
            one_by_one = [_run(derivation, [row])[0] for row in rows]
            if any(outcome.trouble for outcome in one_by_one):
                return one_by_one
        return [Outcome(trouble=_stopped(derivation, error))] * len(rows)


def _outcome(derivation: Derivation, returned: Any) -> Outcome:
    try:
        return Outcome(as_value(returned, derivation.output))
    except NoValue as error:
        return Outcome(trouble=f"{derivation.name}() at {derivation.place} {error}")


def _stopped(derivation: Derivation, error: Exception) -> str:
    what = str(error) if isinstance(error, CannotImport) else f"{type(error).__name__}: {error}"
    line = error.line if isinstance(error, CannotImport) else line_of(derivation.source, error)
    place = f"{derivation.source.shown}:{line or derivation.line}"
    return f"{derivation.name}() stopped at {place}: {' '.join(what.split())}"


def _function(derivation: Derivation) -> Callable[..., Any]:
    for one in declared_in(derivation.source):
        if one.name == derivation.name:
            return one.function
    raise LookupError(f"{derivation.source.shown} does not declare {derivation.name}")


def _of_frame(derivation: Derivation, function: Callable[..., Any], rows: list[Row]) -> list[Any]:
    """The values of a function of frames: it gets the declared inputs as columns, and no others."""
    import polars as pl

    types: dict[str, Any] = {
        "number": pl.Float64,
        "date": pl.Date,
        "datetime": pl.Datetime("us"),
        "truth": pl.Boolean,
    }
    schema = {name: types.get(kind, pl.String) for name, kind in derivation.inputs}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    returned = function(frame if derivation.frames == "polars" else frame.to_pandas())
    kind = f"{type(returned).__module__.partition('.')[0]} {type(returned).__name__}"
    if kind != f"{derivation.frames} Series":
        raise NoValue(f"returned a {kind}, not a {derivation.frames} Series")
    return list(cast("Iterable[Any]", returned.to_list()))
