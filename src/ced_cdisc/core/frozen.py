"""Frozen dataclasses that are cheap to declare and to make.

A plan consists of a hundred thousand values of two hundred kinds, and each command declares these kinds anew
when it starts. ``dataclass(frozen=True)`` compiles six methods for a kind, and sets each field of a value
through a call that looks whether it may. Here one method is compiled. That nothing is assigned to a value is
held by the type checker alone: to it, to ``replace`` and to ``fields``, these are frozen dataclasses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(kind: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[T] | None = None, /, *, kw_only: bool = False) -> Any:
    """Declare a kind of values, as ``dataclass(frozen=True)`` does.

    Values of a kind are equal, and have one hash, where their fields are; those with ``compare=False`` do
    not count.
    """

    def declared(kind: type[T]) -> type[T]:
        if kind.__doc__ is None:
            kind.__doc__ = kind.__name__  # dataclass would compose one of the signature, which takes long
        made: Any = dataclass(repr=False, eq=False, kw_only=kw_only)(kind)
        made.__frozen_names__ = dict.fromkeys(one.name for one in fields(made))
        compared = [one.name for one in fields(made) if one.compare]
        made.__frozen_key__ = attrgetter(*compared) if compared else type
        for name, method in (("__eq__", _equal), ("__hash__", _hash), ("__repr__", _shown)):
            if name not in vars(kind):
                setattr(made, name, method)
        return made

    return declared if kind is None else declared(kind)


def changed(value: T, **others: Any) -> T:
    """A value with other fields, as ``replace`` makes it: its fields are copied, and none is computed anew.

    Raises:
        TypeError: the kind has no such field.
    """
    made: Any = object.__new__(type(value))
    own, names = vars(value), made.__frozen_names__.keys()
    if not others.keys() <= names:
        raise TypeError(f"{type(value).__name__} has no field {', '.join(sorted(others.keys() - names))}")
    vars(made).update({name: own[name] for name in names} | others)
    return made


def _equal(self: Any, other: Any) -> bool:
    if type(self) is not type(other):
        return NotImplemented
    return self is other or self.__frozen_key__(self) == self.__frozen_key__(other)


def _hash(self: Any) -> int:
    return hash(self.__frozen_key__(self))


def _shown(self: Any) -> str:
    told = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({told})"
