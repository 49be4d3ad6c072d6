"""The description of a dataset as a JSON value, and back: what a build keeps for the next one.

A record is the list of the values of its fields. A codelist of the plan is named by its id and not written
out: the plan is part of the key under which a description is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from msgspec import Struct

from ced_cdisc.core.metadata import Codelist, DatasetMetadata
from ced_cdisc.describe.lists import UsedTerms
from ced_cdisc.plan.model import DatasetPlan

_Lists = Mapping[str, Codelist]
_Reader = Callable[[Any, _Lists], Any]


def description_to_json(plan: DatasetPlan, described: DatasetMetadata, used: UsedTerms) -> Any:
    """A description, and the values of codelists that it noted, as a JSON value."""
    lists = _lists(plan)
    noted = [[name, sorted(values)] for name, values in sorted(used.used.items())]
    apart = [[*place, sorted(values)] for place, values in sorted(used.apart.items())]
    return [_written(described, lists), noted, apart]


def description_of_json(plan: DatasetPlan, value: Any) -> tuple[DatasetMetadata, UsedTerms]:
    """A description of a JSON value.

    Raises:
        ValueError, TypeError, LookupError: it is none.
    """
    whole, noted, apart = value
    used = UsedTerms(
        {str(name): set(map(str, values)) for name, values in noted},
        {(str(name), str(place)): set(map(str, values)) for name, place, values in apart},
    )
    return _reader(DatasetMetadata)(whole, _lists(plan)), used


def _lists(plan: DatasetPlan) -> dict[str, Codelist]:
    """The codelists of a plan by id; an id that stands for several is none."""
    found: dict[str, Codelist] = {}
    several: set[str] = set()
    for one in _all_lists(plan):
        known = found.setdefault(one.id, one)
        if known is not one and known != one:
            several.add(one.id)
    return {name: one for name, one in found.items() if name not in several}


def _all_lists(plan: DatasetPlan) -> Iterator[Codelist]:
    lines = [line for block in plan.blocks for line in block.lines] + [*plan.lines]
    lines += [line for one in plan.computed for line in (*one.first, *one.lines)]
    given = [*(v.codelist for v in plan.variables), *(line.codelist for line in lines)]
    given += [*plan.value_lists.values()]
    given += [listed for one in plan.supplemental for listed in (one.codelist, one.evaluators)]
    yield from (one for one in given if one is not None)


def _written(value: Any, lists: _Lists) -> Any:
    if isinstance(value, Codelist) and (known := lists.get(value.id)) is not None and known == value:
        return value.id
    if isinstance(value, tuple):
        return [_written(one, lists) for one in cast("tuple[Any, ...]", value)]
    kind = cast("type[Any]", type(value))
    if issubclass(kind, Struct):
        return [_written(getattr(value, name), lists) for name in kind.__struct_fields__]
    return value


@cache
def _reader(hint: Any) -> _Reader:
    """What makes a value of a type of JSON."""
    origin, given = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (other,) = (one for one in given if one is not NoneType)
        inner = _reader(other)
        return lambda value, lists: None if value is None else inner(value, lists)
    if origin is tuple:
        of_each = _reader(given[0])
        return lambda value, lists: tuple([of_each(one, lists) for one in value])
    if origin is Literal:
        return _checked(str)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _record(hint)
    return _checked(cast("type[Any]", hint))


def _checked(kind: type) -> _Reader:
    def read(value: Any, _: _Lists) -> Any:
        if not isinstance(value, kind):
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return read


def _record(kind: type[Struct]) -> _Reader:
    hints = get_type_hints(kind)
    readers = [_reader(hints[name]) for name in kind.__struct_fields__]

    def read(value: Any, lists: _Lists) -> Any:
        if kind is Codelist and isinstance(value, str):
            return lists[value]
        return kind(*[of(one, lists) for of, one in zip(readers, value, strict=True)])

    return read
