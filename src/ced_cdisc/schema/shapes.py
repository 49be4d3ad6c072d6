"""The classes of the mapping language as definitions of a JSON Schema, with their descriptions."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from ced_cdisc.plan.language.lines import MODIFIERS, VERBS
from ced_cdisc.schema.scalars import NUMBER, TEXT, WHOLE, YES, Schema, any_of, ref, words
from ced_cdisc.spec.base import Also, Model
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text

Roles = Mapping[tuple[str, str], str]
"""What a text of the language holds: the definition that says it, by class and key."""

RAW_COLUMN = "raw-column"
"""The definition of a raw column."""
REMOVAL: Schema = {
    "type": "object",
    "properties": {"remove": {"const": "yes", "description": "Takes the line of the layer away."}},
    "required": ["remove"],
    "additionalProperties": False,
}


_SCALARS: Mapping[object, Schema] = {int: WHOLE, float: NUMBER, bool: YES}


class Shapes:
    """Definitions of classes, made as they are asked for.

    Args:
        roles: the definition of texts that an editor can say more of, by class and key; ``[]`` behind the
            key means the names of a mapping.
        layered: whether the study builds on layers. Its files may then leave out what a layer has, and
            ``{remove: yes}`` takes a line of the layer away.
    """

    def __init__(self, roles: Roles, *, layered: bool = False) -> None:
        self._roles = roles
        self._layered = layered
        self.definitions: dict[str, Schema] = {}

    def of(self, model: type[Model]) -> Schema:
        """A reference to the definition of a class."""
        name = model.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # before its keys: a class may hold itself
            self.definitions[name] = self._object(model)
        return ref(name)

    def _object(self, model: type[Model]) -> Schema:
        keys = {field.alias or name: field for name, field in model.model_fields.items()}
        made: Schema = {
            "type": "object",
            "description": " ".join(inspect.cleandoc(model.__doc__ or "").split()),
            "properties": {key: self._key(model, key, field) for key, field in keys.items()},
            "additionalProperties": False,
        }
        if self._layered and model is not LineSpec:  # an item of a list: {test: TEMP, remove: yes}
            made["properties"]["remove"] = REMOVAL["properties"]["remove"]
        required = [key for key, field in keys.items() if field.is_required()]
        if required and not self._layered:
            made["required"] = required
        return made | (_verbs() if model is LineSpec else {})

    def _key(self, model: type[Model], key: str, field: FieldInfo) -> Schema:
        role = self._roles.get((model.__name__, key))
        names = self._roles.get((model.__name__, f"{key}[]"))
        said = {"description": field.description} if field.description else {}
        schema = self._value(field.rebuild_annotation(), role, names)
        if self._layered and model is not LineSpec:
            schema = any_of(schema, REMOVAL)
        return {**said, "allOf": [schema]} if "$ref" in schema else {**said, **schema}

    def _value(self, kind: Any, role: str | None, names: str | None = None) -> Schema:
        """What may be written for a type; ``role`` is the definition that texts inside it have."""
        origin, args = get_origin(kind), get_args(kind)
        if origin is Annotated:
            also = next((one for one in kind.__metadata__ if isinstance(one, Also)), None)
            kinds = (args[0], *(also.kinds if also is not None else ()))
            if args[0] is LineSpec:
                role = role or RAW_COLUMN  # a bare text as a line is a raw column
            return any_of(*(self._value(one, role, names) for one in reversed(kinds)))
        if origin in (Union, UnionType):
            made = [self._value(arg, role, names) for arg in args if arg is not NoneType]
            return any_of(*made, *([{"type": "null"}] if NoneType in args else []))
        if origin is Literal:
            return words(str(arg) for arg in args)
        if origin is list:
            return {"type": "array", "items": self._value(args[0], role, names)}
        if origin is dict:
            value = self._value(args[1], role)
            made = {
                "type": "object",
                "additionalProperties": any_of(value, REMOVAL) if self._layered else value,
            }
            return made | ({"propertyNames": ref(names)} if names else {})
        if inspect.isclass(kind) and issubclass(kind, Model):
            return self.of(kind)
        if kind in (Text, str):
            return ref(role) if role else TEXT
        return _SCALARS[kind]


def _verbs() -> Schema:
    """A line has one verb, and words that go with it."""
    return {
        "oneOf": [{"required": [verb]} for verb in VERBS],
        "dependencies": {
            word: {"anyOf": [{"required": [verb]} for verb in verbs]} for word, verbs in MODIFIERS.items()
        },
    }
