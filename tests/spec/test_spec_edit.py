"""Edits of spec files: one value changes, everything around it stays, and the file reads as asked."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.spec.edit import CannotEdit, SpecFile
from ced_cdisc.spec.source import Mapping, Text, entry, key_of, load_yaml

TEXT = """\
# The top.
domain: DM   # a word
label: 'It''s'
structure: >-
  One record
  per subject

# Between.
variables:
  AGE: dm.AGE  # years
  SEX: {collect: dm.SEX, ct: {1: M, 2: F}}   # codes
  RACE:
    derive: "upper(dm.RACE)"
    as: "Old."
  EMPTY: {}
checks:
  - a
"""


def tree(text: str) -> Mapping:
    findings = Findings()
    made = load_yaml(text, "dm.yaml", findings)
    assert made is not None and not findings
    return made


def at(text: str, *keys: str) -> Text:
    node = tree(text)
    for key in keys[:-1]:
        inner = entry(node, key)
        assert isinstance(inner, Mapping)
        node = inner
    found = entry(node, keys[-1])
    assert isinstance(found, Text)
    return found


def inside(text: str, *keys: str) -> Mapping:
    node = tree(text)
    for key in keys:
        inner = entry(node, key)
        assert isinstance(inner, Mapping)
        node = inner
    return node


def replaced(new: str, *keys: str) -> str:
    file, old = SpecFile(TEXT), at(TEXT, *keys)
    file.replace(old.where, str(old), new)
    return file.result()


@pytest.mark.parametrize(
    ("keys", "new", "line"),
    [
        (("domain",), "AE", "domain: AE   # a word\n"),
        (("domain",), "a: b", 'domain: "a: b"   # a word\n'),
        (("label",), "Isn't", "label: 'Isn''t'\n"),
        (("structure",), "One record a day", "structure: >-\n  One record a day\n\n# Between.\n"),
        (("variables", "RACE", "as"), 'New "x".', '    as: "New \\"x\\"."\n'),
        (
            ("variables", "SEX", "collect"),
            "dm.GENDER",
            "  SEX: {collect: dm.GENDER, ct: {1: M, 2: F}}   # codes\n",
        ),
    ],
)
def test_a_text_in_the_style_it_had(keys: tuple[str, ...], new: str, line: str) -> None:
    result = replaced(new, *keys)
    assert line in result
    assert at(result, *keys) == new
    assert result.count("#") == TEXT.count("#")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
@pytest.mark.parametrize(
    "keys", [("domain",), ("label",), ("structure",), ("variables", "RACE", "as"), ("variables", "AGE")]
)
def test_any_text_reads_back(keys: tuple[str, ...], new: str) -> None:
    assert at(replaced(new, *keys), *keys) == new


def test_a_key_more() -> None:
    file, top = SpecFile(TEXT), tree(TEXT)
    sex, race, age = (
        inside(TEXT, "variables", "SEX"),
        inside(TEXT, "variables", "RACE"),
        at(TEXT, "variables", "AGE"),
    )
    file.add(sex.where, "comment", "As said")
    file.add(race.where, "comment", "As said")
    file.add(inside(TEXT, "variables", "EMPTY").where, "assign", "x")
    file.add(top.where, "comment", "On it", ("domain", "label"))
    file.give(age.where, "dm.AGE", "collect", "format", "3.")
    assert file.result() == (
        TEXT.replace("label: 'It''s'\n", "label: 'It''s'\ncomment: On it\n")
        .replace("AGE: dm.AGE ", "AGE: {collect: dm.AGE, format: 3.} ")
        .replace("2: F}}", "2: F}, comment: As said}")
        .replace('    as: "Old."\n', '    as: "Old."\n    comment: As said\n')
        .replace("EMPTY: {}", "EMPTY: {assign: x}")
    )


def test_a_key_less() -> None:
    for keys, name, old, new in (
        (("variables", "SEX"), "ct", ", ct: {1: M, 2: F}", ""),
        (("variables", "SEX"), "collect", "collect: dm.SEX, ", ""),
        (("variables", "RACE"), "as", '    as: "Old."\n', ""),
        ((), "label", "label: 'It''s'\n", ""),
        ((), "structure", "structure: >-\n  One record\n  per subject\n", ""),
    ):
        file = SpecFile(TEXT)
        key = key_of(inside(TEXT, *keys), name)
        assert key is not None
        file.remove(key.where)
        assert file.result() == TEXT.replace(old, new)


def test_what_the_file_does_not_say_is_not_edited() -> None:
    file = SpecFile(TEXT)
    with pytest.raises(CannotEdit, match=r"^the file has another text there$"):
        file.replace(at(TEXT, "domain").where, "AE", "DM")
    with pytest.raises(CannotEdit, match=r"^there is no place for the key$"):
        file.add(Location("dm.yaml", 1, 1), "a", "b")
    with pytest.raises(CannotEdit, match=r"^there is no key$"):
        file.remove(Location("dm.yaml", 1, 1))
    assert not file.changed


def test_two_changes_of_one_text() -> None:
    file, old = SpecFile(TEXT), at(TEXT, "domain")
    file.replace(old.where, "DM", "AE")
    file.replace(old.where, "DM", "AE")
    with pytest.raises(CannotEdit, match=r"^another change gives it another text$"):
        file.replace(old.where, "DM", "EX")
    assert file.result() == TEXT.replace("domain: DM", "domain: AE")


def test_line_ends_of_windows_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    file = SpecFile(text)
    file.add(tree(text).where, "comment", "On it", ("domain",))
    file.replace(at(text, "structure").where, "One record per subject", "Another one")
    result = file.result()
    assert result.count("\n") == result.count("\r\n")
    assert at(result, "comment") == "On it"
    assert at(result, "structure") == "Another one"
