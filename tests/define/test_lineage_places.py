"""Lines of specs are named alike on every machine."""

from __future__ import annotations

import pytest

from ced_cdisc.core.findings import Location
from ced_cdisc.describe.lineage import named_place


@pytest.mark.parametrize(
    ("file", "shown", "named", "expected"),
    [
        ("mappings/sdtm/ae.yaml", "mappings", "mappings", "mappings/sdtm/ae.yaml:20"),
        ("/home/me/specs/sdtm/ae.yaml", "/home/me/specs", "mappings", "mappings/sdtm/ae.yaml:20"),
        ("../specs/sdtm/ae.yaml", "../specs", "mappings", "mappings/sdtm/ae.yaml:20"),
        ("/home/me/specs/controls/sdtm/dm.yaml", "/home/me/specs/controls", "mappings/controls",
         "mappings/controls/sdtm/dm.yaml:20"),
        ("library/sdtm/ae.yaml", "mappings", "mappings", "library/sdtm/ae.yaml:20"),
        ("/home/me/library/sdtm/ae.yaml", "/home/me/specs", "mappings", "library/sdtm/ae.yaml:20"),
        ("/opt/library/ae.yaml", "mappings", "mappings", "ae.yaml:20"),
    ],
)  # fmt: skip
def test_a_line_is_named_from_the_folder_of_the_specs(
    file: str, shown: str, named: str, expected: str
) -> None:
    assert named_place(Location(file, 20, 3), shown, named) == expected


def test_a_value_of_no_line_has_no_place() -> None:
    assert named_place(Location(""), "mappings", "mappings") == ""
    assert named_place(Location("mappings/sdtm/ae.yaml"), "mappings", "mappings") == "mappings/sdtm/ae.yaml"
