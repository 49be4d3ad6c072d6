"""Layers of any make: the last word of them counts, however names are written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core.findings import Findings
from ced_cdisc.spec.merge import merge
from ced_cdisc.spec.source import Mapping, entry, load_yaml

NAMES = ("TERM", "DECOD", "SEV", "SER", "CAT")
REMOVED = "{remove: yes}"

spelt = st.sampled_from(["--{}", "AE{}"])
said = st.sampled_from(["ae.A", "ae.B", REMOVED])
layers = st.lists(st.dictionaries(st.sampled_from(NAMES), st.tuples(spelt, said)), min_size=1, max_size=4)


def tree_of(lines: dict[str, tuple[str, str]], number: int) -> Mapping:
    made = [f"  {form.format(name)}: {text}\n" for name, (form, text) in lines.items()]
    text = f"domain: AE\nvariables:{''.join(['', chr(10), *made]) if made else ' {}'}\n"
    tree = load_yaml(text, f"{number}.yaml", Findings())
    assert tree is not None
    return tree


@given(layers)
def test_the_last_word_counts_and_a_line_keeps_its_place(
    folders: list[dict[str, tuple[str, str]]],
) -> None:
    findings, merged = Findings(), None
    expected: dict[str, tuple[str, str]] = {}
    vain = 0
    for number, lines in enumerate(folders):
        merged = merge("sdtm", merged, tree_of(lines, number), findings)
        for name, (_, text) in lines.items():
            vain += text == REMOVED and name not in expected
            if text == REMOVED:
                expected.pop(name, None)
            else:
                expected[name] = (text, f"{number}.yaml")
    assert merged is not None
    found = entry(merged, "variables")
    assert isinstance(found, Mapping)
    assert {key[2:]: (str(value), key.where.file) for key, value in found.items()} == expected
    assert [key[2:] for key in found] == list(expected)
    assert [finding.code for finding in findings] == ["CED043"] * vain
