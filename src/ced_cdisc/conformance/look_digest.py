"""The digest of a look: of all that its answer hangs on, so that an answer once given is known again.

A look is data (expressions, texts, tables) and functions that a rule made of data. A function stands here for
its code and for all that it holds; what these hold is followed in turn, down to values that can be told apart
by their bytes. A look that holds anything else has no digest, and is asked anew in every check: nothing here
guesses that two things are alike.
"""

from __future__ import annotations

import hashlib
import inspect
import io
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any, Protocol, cast

import polars as pl
from msgspec import Struct

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Gathered, Look, Question, ValueQuestion

_DEEPEST = 40
"""Of what holds what; more is a circle."""
_PLAIN = frozenset((bool, int, float, str, bytes, type(None)))


class MadeOf(Protocol):
    """A thing with a memory of its own that says what its answers hang on."""

    def made_of(self) -> object:
        """All of it, as values that have a digest."""
        ...


class _NoDigestError(Exception):
    """A part that cannot be told from others by bytes."""


class LookDigests:
    """Digests of looks.

    Args:
        datasets: what stands for each dataset, its records and its description without its define.xml.
    """

    def __init__(self, datasets: Mapping[Dataset, str]) -> None:
        self._datasets = {id(data): digest for data, digest in datasets.items()}
        self._seen: dict[int, tuple[object, bytes]] = {}
        """What stands for tables, functions and looks, which many looks share; the things stay alive here."""

    def of(self, look: Look, *more: object) -> str | None:
        """The digest of a look and of what is done with its answer; None where it cannot be told."""
        try:
            return hashlib.sha256(self._told((look, *more), 0)).hexdigest()[:40]
        except _NoDigestError:
            return None

    def _told(self, value: object, depth: int) -> bytes:
        """Bytes that no other value has, and that no others begin with."""
        if type(value) in _PLAIN:
            return _text(b"p", repr(value))
        if depth > _DEEPEST:
            raise _NoDigestError
        if isinstance(value, tuple | list):
            listed = cast("Sequence[object]", value)
            if _are_plain(listed):
                return _text(b"r", repr([*listed]))
            return b"l%d:" % len(listed) + b"".join([self._told(one, depth + 1) for one in listed])
        known = self._seen.get(id(value))
        if known is None:
            known = value, self._told_of_thing(value, depth)
            self._seen[id(value)] = known
        return known[1]

    def _told_of_thing(self, value: object, depth: int) -> bytes:
        if isinstance(value, pl.Expr):
            return b"e" + hashlib.sha256(_serialized(value)).digest()
        if isinstance(value, Dataset):
            if id(value) not in self._datasets:
                raise _NoDigestError
            return _text(b"s", self._datasets[id(value)])
        if isinstance(value, pl.DataFrame | pl.Series):
            return b"t" + hashlib.sha256(_bytes_of(value)).digest()
        return b"d" + hashlib.sha256(self._told(self._parts(value, depth), depth + 1)).digest()

    def _parts(self, value: object, depth: int) -> object:
        """What a look, a function, a collection or a frozen object is made of."""
        match value:
            case Question() | ValueQuestion() | Gathered():
                return type(value).__name__, [getattr(value, name) for name in value.__struct_fields__]
            case partial():
                bound = cast("partial[object]", value)
                return "partial", bound.func, bound.args, bound.keywords
            case FunctionType():
                return "function", value.__code__, value.__module__, *_held(value)
            case MethodType():
                return "method", value.__func__, value.__self__
            case CodeType():
                return "code", *_code(value)
            case set() | frozenset():
                every = cast("Collection[object]", value)
                if _are_plain(every):
                    return "set", sorted(map(repr, every))
                return "set of others", sorted(self._told(one, depth + 1) for one in every)
            case Mapping():
                return "mapping", list(cast("Mapping[object, object]", value).items())
            case re.Pattern():
                pattern = cast("re.Pattern[str]", value)
                return "pattern", pattern.pattern, pattern.flags
            case _:
                return _parts_of_other(value)


def _parts_of_other(value: object) -> object:
    """What an object is made of that says so, or cannot change, or remembers what a function gave."""
    name = f"{type(value).__module__} {type(value).__qualname__}"
    made_of = getattr(type(value), "made_of", None)
    if made_of is not None:
        return name, made_of(value)
    if isinstance(value, Struct) and value.__struct_config__.frozen:
        return name, [(field, getattr(value, field)) for field in value.__struct_fields__]
    wrapped = inspect.unwrap(value) if callable(value) else None
    if isinstance(wrapped, FunctionType):
        return name, wrapped
    raise _NoDigestError


def _held(function: Callable[..., Any]) -> tuple[object, ...]:
    """What a function holds: of the block that it was made in, and its defaults.

    Raises:
        _NoDigestError: it holds a name that has no value yet.
    """
    try:
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
    except ValueError:
        raise _NoDigestError from None
    return cells, function.__defaults__, function.__kwdefaults__


def _code(code: CodeType) -> tuple[object, ...]:
    """What tells a function from all others of the tool, whose digest stands for its sources."""
    constants = [one if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return code.co_qualname, code.co_firstlineno, code.co_code, code.co_names, code.co_freevars, constants


def _serialized(expression: pl.Expr) -> bytes:
    try:
        return expression.meta.serialize()
    except (pl.exceptions.PolarsError, TypeError, ValueError, AttributeError):
        raise _NoDigestError from None


def _bytes_of(value: pl.DataFrame | pl.Series) -> bytes:
    """The names, types and values of a table; the same table as other bytes costs no more than an answer."""
    frame = value.to_frame() if isinstance(value, pl.Series) else value
    if pl.Object in frame.dtypes:
        raise _NoDigestError
    stream = io.BytesIO()
    # As a stream: a file takes polars some thread switches, four times as long for the few rows of most.
    frame.rechunk().write_ipc_stream(stream, compat_level=pl.CompatLevel.oldest())
    return stream.getvalue()


def _are_plain(values: Iterable[object]) -> bool:
    """Whether all are values that their text tells from all others."""
    return {type(one) for one in values} <= _PLAIN


def _text(kind: bytes, text: str) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    return kind + b"%d:" % len(encoded) + encoded
