"""Sheets and columns are found by their names in any spelling; what is in the way is told with its row."""

from __future__ import annotations

from workbooks import DATASETS, VARIABLES, packed, tables


def test_names_in_any_spelling() -> None:
    made, said = tables(
        packed(
            {
                "DATASETS": [["dataset", "DESCRIPTION", "key_variables"], ["AE", "Adverse Events", "A"]],
                "variables ": [["Domain", "variable", " Data  Type "], ["AE", " AETERM ", "TEXT"]],
                "Value Level": [
                    ["Dataset", "Variable", "whereclause", "Mandatory"],
                    ["AE", "AETERM", "A EQ b", "y"],
                ],
            }
        )
    )
    assert made is not None and said == []
    assert made.records("Datasets")[0].values == {
        "Dataset": "AE",
        "Label": "Adverse Events",
        "Key Variables": "A",
    }
    assert made.records("Variables")[0].values == {"Dataset": "AE", "Variable": "AETERM", "Data Type": "text"}
    assert made.records("ValueLevel")[0]["Mandatory"] == "Yes"


def test_what_is_not_of_the_layout_is_noted() -> None:
    made, said = tables(
        packed(
            {
                "Datasets": [[*DATASETS[0], "Mine"], [*DATASETS[1], "x"]],
                "Variables": VARIABLES,
                "Notes": [["a"]],
            }
        )
    )
    assert made is not None
    assert said == ["spec.xlsx CED571 not a part of the layout, and not read: Notes, Datasets.Mine"]


def test_a_missing_sheet() -> None:
    made, said = tables(packed({"Datasets": DATASETS}))
    assert made is None
    assert said == ["spec.xlsx CED564 there is no sheet Variables; the workbook has Datasets"]


def test_a_missing_column() -> None:
    made, said = tables(packed({"Datasets": DATASETS, "Variables": [["Dataset", "Label"], ["AE", "a"]]}))
    assert made is None
    assert said == [
        "spec.xlsx[Variables]:1 CED564 there is no column Variable; the columns are Dataset, Label"
    ]


def test_two_columns_and_two_sheets_of_one_name() -> None:
    made, said = tables(
        packed(
            {
                "Datasets": [["Dataset", "Label", "Description"]],
                "Variables": VARIABLES,
                "Codelists": [["ID", "Term"]],
                "Code Lists": [["ID"]],
            }
        )
    )
    assert made is None
    assert said == [
        "spec.xlsx CED565 the sheets Codelists and Code Lists are one: Codelists; "
        "rename or take out one of them",
        "spec.xlsx[Datasets]:1 CED565 two columns are Label; rename or take out one of them",
    ]


def test_rows_without_key_and_rows_twice() -> None:
    made, said = tables(
        packed(
            {"Datasets": DATASETS, "Variables": [*VARIABLES, [2, "AE", None, "x"], [3, "AE", "STUDYID", "y"]]}
        )
    )
    assert made is None
    assert said == [
        "spec.xlsx[Variables]:3 CED566 Variable of the row is empty; fill it in, or take out the row",
        "spec.xlsx[Variables]:4 CED566 a second row for AE, STUDYID, first given in row 2; "
        "take out one of them",
    ]


def test_merged_cells_have_the_text_of_the_first() -> None:
    rows = [["ID", "Name", "Term"], ["NY", "No Yes", "N"], [None, None, "Y"]]
    made, said = tables(
        packed({"Datasets": DATASETS, "Variables": VARIABLES, "Codelists": rows}, {"Codelists": "A2:A3"})
    )
    assert made is not None and said == []
    assert [(r["ID"], r["Term"]) for r in made.records("Codelists")] == [("NY", "N"), ("NY", "Y")]


def test_the_legend_is_no_attribute() -> None:
    define = [["Attribute", "Value"], ["StudyName", "X"], [None, None], ["Legend", "words"], [None, "more"]]
    made, said = tables(packed({"Define": define, "Datasets": DATASETS, "Variables": VARIABLES}))
    assert made is not None and said == []
    assert [record["Attribute"] for record in made.records("Define")] == ["StudyName"]
