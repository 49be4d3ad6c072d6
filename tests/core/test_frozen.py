"""Values of kinds declared with ``frozen``: dataclasses in every respect but the check of assignments."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field, fields, is_dataclass, replace

import pytest

from ced_cdisc.core.frozen import changed, frozen


@frozen
class Place:
    file: str
    line: int = 0
    seen: tuple[str, ...] = field(default=(), compare=False)


@frozen(kw_only=True)
class Base:
    """A base."""

    at: int = field(default=0, compare=False)


@frozen(kw_only=True)
class Below(Base):
    """One below it."""

    name: str
    parts: list[int] = field(default_factory=list)


@frozen
class Nothing:
    """No fields."""


@dataclass(frozen=True)
class Usual:
    file: str
    line: int = 0
    seen: tuple[str, ...] = field(default=(), compare=False)


def test_equal_where_the_fields_that_count_are() -> None:
    assert Place("a", 1, ("x",)) == Place("a", 1)
    assert hash(Place("a", 1, ("x",))) == hash(Place("a", 1))
    assert Place("a", 1) != Place("a", 2)
    assert Place("a", 1) != ("a", 1) and Place("a", 1) != Usual("a", 1)
    assert Below(name="n", at=3) == Below(name="n") != Below(name="m")
    assert Base() != Below(name="n")
    assert Nothing() == Nothing() and hash(Nothing()) == hash(Nothing())
    assert len({Place("a"), Place("a"), Place("b")}) == 2


def test_what_dataclasses_can() -> None:
    one = Place("a", line=1)
    assert is_dataclass(one)
    assert [each.name for each in fields(Below)] == ["at", "name", "parts"]
    assert replace(one, line=2) == Place("a", 2)
    assert repr(one) == repr(Usual("a", 1)).replace("Usual", "Place")
    assert Below(name="n").parts is not Below(name="n").parts
    assert pickle.loads(pickle.dumps(one)) == one == copy.copy(one)
    with pytest.raises(TypeError, match="unexpected keyword argument 'lin'"):
        Place("a", lin=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Below("n")  # type: ignore[misc]


def test_methods_of_its_own_stay() -> None:
    @frozen
    class Fold:
        """Equal in any case."""

        name: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Fold) and other.name.lower() == self.name.lower()

        def __hash__(self) -> int:
            return hash(self.name.lower())

        def __repr__(self) -> str:
            return self.name

    assert Fold("A") == Fold("a") and len({Fold("A"), Fold("a")}) == 1 and repr(Fold("A")) == "A"


def test_a_changed_value_is_the_one_that_replace_makes() -> None:
    one = Below(name="n", at=3, parts=[1])
    vars(one)["kept_beside"] = "computed of the fields"
    made = changed(one, name="m")
    assert vars(made) == vars(replace(one, name="m")) == {"at": 3, "name": "m", "parts": [1]}
    assert one.name == "n"
    with pytest.raises(TypeError, match=r"^Below has no field nam, pats$"):
        changed(one, nam="m", pats=[])
