"""The decorator that declares a plug-in, and what it says about a declaration that is not right."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from ced_cdisc.core.findings import did_you_mean, one_of
from ced_cdisc.derivations.record import KINDS

F = TypeVar("F", bound=Callable[..., Any])
Example = tuple[Any, Any]
"""What is given (a record, or the records of a group) and what must come out (a value, or a list)."""

MARK = "__ced_cdisc_derivation__"
"""The attribute of a declared function."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FRAMES = ("record", "polars", "pandas")


class Declared(Struct, frozen=True):
    """A declaration as it was written; :func:`faults_of` says whether it is right."""

    function: Callable[..., Any]
    name: str
    inputs: Mapping[str, str]
    output: str
    method: str
    frames: str
    group: tuple[str, ...] | None
    examples: tuple[Example, ...]

    @property
    def line(self) -> int:
        """The line of the function in its file."""
        return self.function.__code__.co_firstlineno


def derivation(
    *,
    inputs: Mapping[str, str],
    output: str,
    method: str,
    frames: str = "record",
    group: Sequence[str] | None = None,
    name: str = "",
    examples: Sequence[Example] = (),
) -> Callable[[F], F]:
    """Declare a function as a derivation that specs may call; the function itself stays as it is.

    Args:
        inputs: name and type of each argument of the call, in order: text, number, dtc (ISO 8601 text),
            date, datetime or truth. Missing values come as None (null in frames).
        output: the type of the value; None is missing.
        method: the value in words for define.xml, without a full stop: "the body mass index of {weight}".
        frames: "record": the function takes the inputs as its parameters and returns the value; "polars",
            "pandas": it takes a DataFrame with a column for each input and returns a Series of its length.
        group: needed by a function that looks at several records: it gets those of one subject that share
            the values of these inputs; a "record" function gets a list of dicts and returns a list.
        name: as expressions call it; the name of the function by default.
        examples: pairs of what is given and what must come out, which ``ced-cdisc test`` tries.
    """

    def mark(function: F) -> F:
        setattr(
            function,
            MARK,
            Declared(
                function,
                name or function.__name__,
                inputs,
                output,
                method,
                frames,
                None if group is None else tuple(group),
                tuple(examples),
            ),
        )
        return function

    return mark


def faults_of(declared: Declared) -> list[tuple[str, str]]:
    """What is wrong with a declaration, each with a hint."""
    found: list[tuple[str, str]] = []
    if not _NAME.fullmatch(declared.name):
        found.append((f"'{declared.name}' is no name of a function", "lower case letters, digits and _"))
    if not declared.inputs:
        found.append(("it declares no input", "name each argument with its type"))
    for name, kind in declared.inputs.items():
        if kind not in KINDS:
            found.append((f"input {name} has the unknown type '{kind}'", _near(kind, KINDS)))
    if declared.output not in KINDS:
        found.append((f"its output has the unknown type '{declared.output}'", _near(declared.output, KINDS)))
    if declared.frames not in _FRAMES:
        found.append((f"'{declared.frames}' is no kind of frames", _near(declared.frames, _FRAMES)))
    known = tuple(declared.inputs)
    for name in declared.group or ():
        if name not in known:
            found.append((f"its group names {name}, which is no input", _near(name, known)))
    if not declared.method.strip() or declared.method.rstrip().endswith("."):
        found.append(("its method must be words without a full stop", "method='the body mass index of ..'"))
    named = re.findall(r"\{(\w*)\}", declared.method)
    found += [
        (f"its method names {{{name}}}, which is no input", _near(name, known))
        for name in named
        if name not in known
    ]
    return found + _parameters(declared)


def _parameters(declared: Declared) -> list[tuple[str, str]]:
    """The function takes what is declared: its inputs, or one frame or list of records."""
    given = list(inspect.signature(declared.function).parameters)
    if declared.frames == "record" and declared.group is None:
        wanted = list(declared.inputs)
        if given != wanted:
            message = f"its parameters are {one_of(given) or 'none'}, its declared inputs {one_of(wanted)}"
            return [(message, "both must be the same, in the same order")]
    elif len(given) != 1:
        what = "a list of records" if declared.frames == "record" else f"a {declared.frames} DataFrame"
        return [(f"it has {len(given)} parameters", f"it is called with {what} alone")]
    return []


def _near(word: str, known: Sequence[str]) -> str:
    return did_you_mean(word, known) or f"it is one of {one_of(known)}"
