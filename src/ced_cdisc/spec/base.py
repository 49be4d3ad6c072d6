"""What all models of the mapping language share: strict keys, places, and shorthand."""

from __future__ import annotations

import re
from collections.abc import Mapping as AbstractMapping
from functools import cache
from itertools import product
from typing import Annotated, Any, Self, cast

from msgspec import Struct
from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, ValidationInfo, model_validator
from pydantic_core import PydanticKnownError

from ced_cdisc.core.decimals import decimal_number
from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.spec.source import Mapping, Sequence, Text, sequence_at, unknown_key


class Also(Struct, frozen=True):
    """Beside a type in its annotation: what else may be written for it, which a validator spells out."""

    kinds: tuple[Any, ...]


class Model(BaseModel):
    """A frozen part of a spec that knows where it stands.

    Unknown keys are reported to the findings of the validation context. A misspelt one is then read as it
    was meant, others are left out, so that one slip neither hides other faults nor makes any.
    """

    model_config = ConfigDict(
        strict=True,  # or pydantic reads 1_0 as 10 and nan as a number
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        arbitrary_types_allowed=True,
        defer_build=True,
    )
    _place: Location = PrivateAttr(default_factory=lambda: Location(""))

    @property
    def place(self) -> Location:
        """The place of this part in its file."""
        own = self.__pydantic_private__  # what _place gives, by way of a search that takes ten times as long
        return own["_place"] if own else self._place

    def at(self, place: Location) -> Self:
        """A copy of this part that stands at ``place``."""
        made = self.model_copy()
        made._stand(place)
        return made

    def _stand(self, place: Location) -> None:
        """Set the place of a part that nobody has seen yet: ``_place = place``, by a shorter way."""
        own = self.__pydantic_private__
        if own is None:
            self._place = place
        else:
            own["_place"] = place

    @model_validator(mode="wrap")
    @classmethod
    def _strict(cls, data: Any, handler: Any, info: ValidationInfo) -> Any:
        where = getattr(data, "where", Location(""))
        if isinstance(data, AbstractMapping):
            known = _keys(cls)
            findings = info.context["findings"] if info.context else Findings()
            clean = Mapping()
            clean.where = where
            given = cast("AbstractMapping[Any, Any]", data)
            for key, value in given.items():
                if key in known:
                    clean[key] = value
                else:
                    word = key if isinstance(key, Text) else Text(str(key), where)
                    meant = unknown_key(word, list(known), findings)
                    if meant and meant not in given and meant not in clean:
                        clean[Text(meant, word.where)] = value
            data = clean
        made = handler(data)
        made._stand(where)  # set once, before anybody sees the frozen value
        return made


@cache
def _keys(kind: type[Model]) -> dict[str, None]:
    """The keys of a part, in their order."""
    return dict.fromkeys(field.alias or name for name, field in kind.model_fields.items())


def texts(value: Any) -> Any:
    """One text where a list is expected stands for a list of one."""
    if isinstance(value, Text):
        items = Sequence([value])
        items.where = value.where
        return items
    return value


def _yes(value: Any) -> Any:
    """The words yes and no; nothing else is a truth value here."""
    if isinstance(value, Text):
        if value in ("yes", "no"):
            return value == "yes"
        raise ValueError("write yes or no")
    return value


def _whole(value: Any) -> Any:
    """A whole number of decimal digits; leading zeros say nothing more: 010 is 10."""
    if isinstance(value, Text):
        if re.fullmatch(r"[+-]?[0-9]{1,18}", value.strip()) is None:
            raise PydanticKnownError("int_parsing")
        return int(value)
    return value


def _number(value: Any) -> Any:
    """A number of decimal digits that a dataset holds to its last digit."""
    if isinstance(value, Text):
        number = decimal_number(value.strip())
        if number is None:
            raise PydanticKnownError("float_parsing")
        return number
    return value


def _crossed(value: Any) -> Any:
    """Lists of sets in place of sets are crossed: each set of the first with each of the next."""
    if not isinstance(value, Sequence):
        return value
    lists = [sets for sets in value if isinstance(sets, Sequence)]
    if not lists or len(lists) < len(value):
        return value
    made: list[Mapping] = []
    for chosen in product(*lists):
        one = Mapping()
        one.where = value.where
        for constants in chosen:
            if not isinstance(constants, Mapping):
                raise ValueError("each of its lists holds sets of names, such as {arm: 1}")
            for name, text in constants.items():
                if name in one:
                    raise ValueError(f"two of its lists give {name}")
                if not isinstance(text, Text):
                    raise ValueError(f"{name} needs a text")
                one[name] = text
        made.append(one)
    return sequence_at(value.where, made)


Words = Annotated[list[Text], BeforeValidator(texts), Also((Text,))]
"""A list of texts; a single text is a list of one."""

For = Annotated[list[dict[Text, Text]], BeforeValidator(_crossed), Also((list[list[dict[Text, Text]]],))]
"""Sets of {names} and texts, for each of which a part of a spec stands; or lists of such sets, crossed."""

Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number."""

Number = Annotated[float, BeforeValidator(_number)]
"""A number."""

Yes = Annotated[bool, BeforeValidator(_yes)]
"""``yes`` or ``no``."""


def kept(value: Any) -> Any:
    """A bare word for ``duplicates`` means ``{keep: word}``."""
    return _under("keep", value)


def collected(value: Any) -> Any:
    """A bare text as a variable's line means ``{collect: text}``."""
    return _under("collect", value)


def _under(key: str, value: Any) -> Any:
    if isinstance(value, Text):
        made = Mapping()
        made.where = value.where
        made[Text(key, value.where)] = value
        return made
    return value
