"""Products that are kept are taken where all that they are made of is the same, whatever it is."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core import arm, guide, metadata
from ced_cdisc.core.findings import Location
from ced_cdisc.core.guide import Guide, Paragraph, Points
from ced_cdisc.core.metadata import Lineage, PackageMetadata
from ced_cdisc.describe import annotated_crf, crf_annotations
from ced_cdisc.spec.text import Text
from ced_cdisc.stages import guiding
from ced_cdisc.stages.kept_products import KeptProducts
from ced_cdisc.write.kept_files import KeptFiles
from shared_builds import Made


@pytest.fixture
def kept(tmp_path: Path) -> KeptProducts:
    files = KeptFiles.of_study(tmp_path, "study", "tool")
    assert files is not None
    return KeptProducts(files, "tool")


def is_known(kept: KeptProducts, made_of: object) -> bool:
    """Whether a product of it was kept; from now on it is."""
    made: list[int] = []

    def make() -> tuple[dict[str, bytes], list[object]]:
        made.append(1)
        return {"a": b"1"}, []

    assert kept.of("product", made_of, make)[0] == {"a": b"1"}  # type: ignore[arg-type]
    return not made


def records(value: object) -> Iterator[Struct]:
    """All records in a model."""
    if isinstance(value, Struct):
        yield value
        for name in value.__struct_fields__:
            yield from records(getattr(value, name))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from records(one)
    elif isinstance(value, dict):
        yield from records(list(value.items()))


def changed(value: object) -> Iterator[object]:
    """A value with another one in each of its parts in turn; of a collection in the first."""
    match value:
        case Struct():
            for name in value.__struct_fields__:
                for other in changed(getattr(value, name)):
                    yield replace(value, **{name: other})
        case tuple() if value:
            for other in changed(value[0]):
                yield (other, *value[1:])
            yield value[1:]
        case str():
            yield f"{value}x"
        case bool() | None:
            yield not value
        case int() | float():
            yield value + 1
        case _:
            yield "another"


def test_a_package_of_which_anything_changed_is_another(kept: KeptProducts, example_build: Made) -> None:
    made, _ = example_build
    package = made.packages["adam"]
    dataset = next(one for one in package.datasets if one.name == "ADLB")
    small = replace(package, datasets=(replace(dataset, variables=dataset.variables[-2:]),))
    assert not is_known(kept, small)
    assert is_known(kept, replace(small)), "another object with the same values"
    others = list(changed(small))
    assert len(others) > 100
    assert not any(is_known(kept, other) for other in others)
    assert is_known(kept, small)


def test_no_two_kinds_of_record_have_fields_of_the_same_names() -> None:
    modules: list[ModuleType] = [metadata, arm, guide, annotated_crf, crf_annotations, guiding]
    found: dict[tuple[str, ...], set[type]] = defaultdict(set)
    for module in modules:
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Struct) and kind.__struct_fields__:
                found[tuple(sorted(kind.__struct_fields__))].add(kind)
    assert {len(kinds) for kinds in found.values()} == {1}
    told = {kind for kinds in found.values() for kind in kinds}
    assert {PackageMetadata, Lineage, Guide, Paragraph, Points} <= told


def test_all_records_of_the_models_are_told_apart_by_the_test_above(example_build: Made) -> None:
    made, _ = example_build
    kinds = {type(one) for package in made.packages.values() for one in records(package)}
    assert {kind.__module__ for kind in kinds} <= {metadata.__name__, arm.__name__}
    assert len(kinds) > 12


def test_the_order_of_sets_and_mappings_says_nothing(kept: KeptProducts) -> None:
    assert not is_known(kept, [{"b": 1, "a": 2}, frozenset({"x", "y", "z"})])
    assert is_known(kept, [{"a": 2, "b": 1}, frozenset({"z", "y", "x"})])


def test_values_of_other_kinds(kept: KeptProducts) -> None:
    for value in (
        1,
        1.0,
        True,
        "1",
        None,
        (),
        "",
        ("a", "b"),
        ("ab",),
        Location("f", 1, 2),
        Location("f", 12),
    ):
        assert not is_known(kept, value), value
        assert is_known(kept, value), value
    plain, placed = "a text", Text("a text", Location("define.yaml", 3, 1))
    assert not is_known(kept, [plain])
    assert is_known(kept, [placed]), "where it stands says nothing"
    undecoded = "raw/caf\udce9.csv"
    assert not is_known(kept, undecoded)
    assert is_known(kept, undecoded)
    assert not is_known(kept, Path("a"))
    assert is_known(kept, Path("a"))
