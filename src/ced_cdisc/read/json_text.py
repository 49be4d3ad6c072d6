"""The text of a Dataset-JSON file as JSON: what Python's reader lets pass and no text can hold is refused."""

from __future__ import annotations

import json
import re
import sys
from decimal import Decimal
from typing import Any, NoReturn

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped

_ESCAPES = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\.", re.DOTALL)
"""Whole characters of two halves, halves that stand alone, and all other escapes."""

_MAY_BE_SMALL = re.compile(r"[eE]-0*(?:[2-9]\d\d|[1-9]\d{3})|0{200}")
"""What stands in a text that has a number near to 0, and hardly in any other: those alone are read slowly."""


class TooSmall:
    """A number that no double holds, since it is too near to 0; as a double it would be another one, or 0."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def parsed_json(text: str, file: str, line: int = 0) -> Any:
    """What a JSON text holds; a number that is too near to 0 is a :class:`TooSmall`.

    Args:
        text: the whole file, or one line of it.
        file: its name, for the finding.
        line: the number of the line; 0 for a whole file.

    Raises:
        Stopped: the text is no JSON, is nested too deeply, or has half of a character of UTF-16 alone
            (``\\ud800``), which no text that is written can hold, or an object has two values of one name
            (CED605).
    """
    where = f" in line {line}" if line else ""
    try:
        number = _number if _MAY_BE_SMALL.search(text) else None
        made = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_each_once, parse_float=number)
    except json.JSONDecodeError as error:
        place = f" in line {line or error.lineno} column {error.colno}"
        stop("CED605", file, f"is no JSON: {error.msg}{place}", "write it again")
    except _Twice as error:
        stop("CED605", file, f"has two values named {error}{where} in one object", "write it again")
    except (ValueError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        stop("CED605", file, f"is no JSON: {said}{where}", "write it again")
    if "\\ud" in text or "\\uD" in text:
        _no_halves(text, file, line)
    return made


class _Twice(Exception):
    """A name that an object has twice; Python's reader would take the last value, and lose the first."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(repr(next(name for name in names if names.count(name) > 1)))
    return made


def _no_halves(text: str, file: str, line: int) -> None:
    half = next((match for match in _ESCAPES.finditer(text) if match[1]), None)
    if half is not None:
        before = text[: half.start()]
        place = f"line {line or before.count(chr(10)) + 1} column {half.start() - before.rfind(chr(10))}"
        stop("CED605", file, f"is no JSON: {half[1]} is half of a character in {place}", "write it again")


def _number(text: str) -> float | TooSmall:
    made = float(text)
    if not made:
        return TooSmall(text) if re.match(r"-?[0.]*[1-9]", text) else made
    is_held = abs(made) >= sys.float_info.min or Decimal(text) == Decimal(repr(made))
    return made if is_held else TooSmall(text)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no value of JSON")


def stop(code: str, file: str, what: str, hint: str = "", quotes: tuple[str, ...] = ()) -> NoReturn:
    """End the reading of a file; ``what`` completes "the file ...", ``quotes`` are the values in it."""
    finding = Finding(code, f"{file} {what}", Location(file), hint=hint, stage=Stage.CHECK, quotes=quotes)
    raise Stopped(Findings([finding]))
