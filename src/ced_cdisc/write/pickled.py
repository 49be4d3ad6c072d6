"""Values of ours as bytes, of which nothing else is made: records, enumerations, texts, and date-times."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import Any, cast

from msgspec import Struct

from ced_cdisc.spec.text import Text

Reference = tuple[Callable[..., Any], tuple[Any, ...]]
"""What stands in the bytes for a value: a function and its arguments, as ``__reduce__`` gives them."""


def pickled(value: object, references: Mapping[type, Callable[[Any], Reference]] | None = None) -> bytes:
    """A value as bytes; those of the types of ``references`` are told by what these give.

    Raises:
        RecursionError: it is too deep.
    """
    stream = BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = references or {}
    pickler.dump(value)
    return stream.getvalue()


def unpickled(part: bytes | memoryview, functions: Mapping[tuple[str, str], Any] | None = None) -> Any:
    """The value of bytes.

    Args:
        part: as :func:`pickled` made it.
        functions: what takes the place of functions that references name, by module and name.

    Raises:
        Exception: any of :mod:`pickle`: the bytes are damaged, or hold something else.
    """
    return _Unpickler(BytesIO(part), functions or {}).load()


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: BytesIO, functions: Mapping[tuple[str, str], Any]) -> None:
        super().__init__(stream)
        self._functions = functions

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        return self._functions.get((module_name, global_name)) or _found(module_name, global_name)


class _Named(Struct, kw_only=True):
    """A record whose field is given by name."""

    name: str = ""


_BY_NAME = cast("Callable[..., Any]", _Named().__reduce__()[0])
"""What msgspec makes such a record with, of its class."""


@cache
def _found(module: str, name: str) -> Callable[..., Any]:
    """A class that may be made, or what makes it."""
    if (module, name) == (_BY_NAME.__module__, _BY_NAME.__qualname__):
        return _BY_NAME
    if module == "datetime" or module.startswith("ced_cdisc."):
        made = getattr(import_module(module), name, None)
        if isinstance(made, type) and (made in (Text, datetime) or issubclass(made, Struct | Enum)):
            return made
    raise pickle.UnpicklingError(f"{module}.{name} is nothing that is kept")
