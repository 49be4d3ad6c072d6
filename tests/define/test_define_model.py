"""Any model that is written is read again as it was: a property of generated models."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ced_cdisc.define import Odm, read_define, write_define
from ced_cdisc.define.node import Extra, Node

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\t\r"), max_size=8
)
TEXT = TEXT.filter(lambda t: not set(t) & {"\ufffe", "\uffff"})
VENDOR = st.lists(st.tuples(st.sampled_from(["{urn:v}a", "{urn:v}b", "Own"]), TEXT), unique_by=lambda p: p[0])
MARKUP = st.sampled_from(["<!-- said -->", "<?tool do?>", '<n:x xmlns:n="urn:v" n:y="1">t<n:z></n:z></n:x>'])


@st.composite
def nodes(draw: st.DrawFn, kind: type[Node]) -> Node:
    """A node of a class with any of its attributes and children, and foreign content at any place."""
    values: dict[str, Any] = {}
    held = 0
    for each in fields(kind):
        meta = each.metadata
        if "attribute" in meta:
            values[each.name] = draw(TEXT if meta["required"] else st.none() | TEXT)
        elif "text" in meta:
            values[each.name] = draw(TEXT)
            held = len(values[each.name])
        elif "kinds" in meta:
            one = st.sampled_from(meta["kinds"]).flatmap(nodes)
            if meta["many"]:
                values[each.name] = tuple(draw(st.lists(one, max_size=1)))
                held += len(values[each.name])
            else:
                needed = each.name in {"study", "metadata_version"}
                values[each.name] = draw(one if needed else st.none() | one)
                held += values[each.name] is not None
    places = sorted(draw(st.lists(st.integers(0, held), max_size=2)))
    values["extra"] = Extra(
        attributes=tuple(draw(VENDOR)), nodes=tuple((place, draw(MARKUP)) for place in places)
    )
    if kind.tag == "MetaDataVersion":
        values["define_version"] = values["define_version"] or "2.1.0"
    if kind is Odm:
        values["version"] = draw(st.sampled_from(["2.0", "2.1"]))
        values["prolog"] = ('<?xml-stylesheet href="a"?>', "<!-- b -->")
        values["epilog"] = ("<!-- c -->",)
        values["namespaces"] = (("n", "urn:v"),)
    return kind(**values)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(nodes(Odm))
def test_what_is_written_is_read_again(model: Odm) -> None:
    written = write_define(model)
    assert read_define(written) == model
    assert write_define(read_define(written)) == written
