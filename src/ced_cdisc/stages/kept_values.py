"""What is kept of a dataset beside its data, as a JSON value: what was found in it, how its bytes stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.texts import TextChanges

if TYPE_CHECKING:
    from ced_cdisc.convert.faults import Found

_PIECES, _AT = "pieces", "at"


class Said(NamedTuple):
    """What the making of a dataset and its checks found, and the seconds that they took."""

    found: Found
    changes: TextChanges
    seconds: float


def said_of(dataset: DatasetPlan, found: Found, changes: TextChanges, seconds: float) -> dict[str, Any]:
    """What was found in a dataset, as a JSON value; of the texts of its study those of its own."""
    from ced_cdisc.convert.kept import found_to_json

    return {
        "found": found_to_json(found),
        "parts": [[d, v, n] for (d, v), n in sorted(changes.parts.items()) if d == dataset.name],
        "in_ascii": [[d, v] for d, v in sorted(changes.in_ascii) if d == dataset.name],
        "seconds": seconds,
    }


def said_by(value: Mapping[str, Any]) -> Said:
    """What a JSON value says was found.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: it is no such value.
    """
    from ced_cdisc.convert.kept import found_of_json

    changes = TextChanges(
        {(dataset, variable): number for dataset, variable, number in value["parts"]},
        {(dataset, variable) for dataset, variable in value["in_ascii"]},
    )
    return Said(found_of_json(value["found"]), changes, float(value["seconds"]))


def in_pieces(data: list[tuple[int, int]], qualifiers: list[tuple[int, int]]) -> dict[str, Any]:
    """The rows and bytes of each Arrow file of a dataset, and then of its qualifiers, as a JSON value."""
    return {_PIECES: [data, qualifiers]}


def pieces_of(value: Any) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
    """The same of a JSON value; None where the dataset is one Arrow file, as a whole build keeps it.

    Raises:
        TypeError, ValueError, AttributeError: it is no such value.
    """
    found = value.get(_PIECES)
    if found is None:
        return None
    data, qualifiers = ([(int(height), int(size)) for height, size in one] for one in found)
    return data, qualifiers


def elsewhere(key: str) -> dict[str, str]:
    """An entry that only says under which key the dataset is kept."""
    return {_AT: key}


def place_of(value: Any) -> str:
    """That key; empty where the entry is the dataset itself, or no such value."""
    place: object = cast("dict[str, object]", value).get(_AT) if isinstance(value, dict) else None
    return place if isinstance(place, str) else ""
