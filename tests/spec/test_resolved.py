"""The merged spec as YAML: it reads back as the same tree, and each line says where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from layered import write, write_layered

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.report.resolved import resolved_yaml
from ced_cdisc.spec.source import Mapping, Node, Sequence, Text, load_yaml

HERE = Location("a.yaml", 1, 1)


def node(value: object, line: int) -> Node:
    where = Location("a.yaml", line, 1)
    if isinstance(value, dict):
        made = Mapping({Text(str(k), where): node(v, line + i % 2) for i, (k, v) in enumerate(value.items())})  # pyright: ignore
        made.where = where
        return made
    if isinstance(value, list):
        items = Sequence([node(v, line) for v in value])  # pyright: ignore
        items.where = where
        return items
    return None if value is None else Text(str(value), where)


TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12) | st.sampled_from(
    [
        "NO",
        "~",
        "null",
        "- a",
        "a: b",
        "a #b",
        " a",
        "a ",
        "--TERM",
        "---",
        "0x1",
        "{x}",
        "%",
        "yes",
        "'",
        "a:",
        "<<",
    ]
)
VALUES = st.recursive(
    TEXTS | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS.filter(lambda t: t != "<<"), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS.filter(lambda t: t != "<<"), VALUES, min_size=1, max_size=4), st.integers(1, 3))
def test_what_is_shown_reads_back_as_the_same_tree(value: dict[str, object], line: int) -> None:
    tree = node(value, line)
    assert isinstance(tree, Mapping)
    findings = Findings()
    assert load_yaml(resolved_yaml(tree), "shown.yaml", findings) == tree
    assert list(findings) == []


RESOLVED = """\
domain: EX                                # mappings/sdtm/ex.yaml:1
from: dose                                # company/sdtm/ex.yaml:2
sort: [EXSTDTC]                           # company/sdtm/ex.yaml:3
variables:                                # mappings/sdtm/ex.yaml:2
  EXTRT: {assign: DRUG}                   # company/sdtm/ex.yaml:5
  EXDOSE: dose.DOSE                       # company/sdtm/ex.yaml:6
  EXDOSU: {assign: mg}                    # mappings/sdtm/ex.yaml:3
  EXDOSFRM: {assign: TABLET}              # company/sdtm/ex.yaml:8
  EXSTDTC:                                # company/sdtm/ex.yaml:9
    collect: dose.DOSDT                   # company/sdtm/ex.yaml:10
    date: edc                             # company/sdtm/ex.yaml:11
  EXENDTC: {collect: dose.DOSDT, date: edc}  # company/sdtm/ex.yaml:12
"""


@pytest.fixture(autouse=True)
def _study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_layered(tmp_path))
    ex = (tmp_path / "company/sdtm/ex.yaml").read_text()
    old = "{collect: dose.DOSDT, date: edc}"
    new = ex.replace(old, "\n    collect: dose.DOSDT\n    date: edc", 1)
    write(tmp_path, {"company/sdtm/ex.yaml": new})


def show(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["show", *arguments], prog_name="ced-cdisc")
    return result.exit_code, result.stdout, result.stderr


NOTICE = "specs from mappings and define\n"


def test_the_merged_spec_with_the_place_of_each_line() -> None:
    code, out, err = show("ex", "--resolved")
    assert (code, err) == (0, NOTICE)
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        " ".join(line.split()) for line in RESOLVED.splitlines()
    ]
    columns = {line.index("  # ") for line in out.splitlines()}
    assert len(columns) == 1


def test_the_study_s_own_file() -> None:
    assert show("EX") == (0, Path("mappings/sdtm/ex.yaml").read_text(), NOTICE)


def test_other_files_are_shown_by_their_names() -> None:
    assert show("define", "--resolved")[1].splitlines()[0].endswith("# define/define.yaml:1")
    assert "trim: yes" in show("sources", "--resolved")[1]


def test_each_part_of_a_split_domain_is_shown_by_its_name() -> None:
    texts = {name: f"domain: XX\ndataset: {name}\n" for name in ("XXAA", "XXBB")}
    write(Path(), {f"mappings/sdtm/{name.lower()}.yaml": text for name, text in texts.items()})
    assert [show(name)[1] for name in ("XXAA", "xxbb")] == [texts["XXAA"], texts["XXBB"]]
    assert show("XX") == (2, "", f"{NOTICE}Error: there is no spec of XX; did you mean XXBB?\n")


def test_names_that_have_nothing_to_show() -> None:
    assert show("DM") == (2, "", f"{NOTICE}Error: DM stands in a layer alone: add --resolved\n")
    assert show("EXX") == (2, "", f"{NOTICE}Error: there is no spec of EXX; did you mean EX?\n")
    assert show("EX", "--mappings", "none") == (2, "", "Error: there is no folder none\n")


def test_a_fault_of_the_layers_is_said_and_the_rest_is_shown() -> None:
    text = Path("mappings/study.yaml").read_text()
    Path("mappings/study.yaml").write_text(text.replace("datasets: [DM]", "datasets: [DMM]"))
    code, out, err = show("EX", "--resolved")
    assert (code, out.splitlines()[0].split("  ")[0]) == (10, "domain: EX")
    assert err == (
        f"{NOTICE}1 error in the specs\nmappings/study.yaml:2:12 CED042 neither the study nor a layer has "
        "a spec for DMM; did you mean DM?\n"
    )
