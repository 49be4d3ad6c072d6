"""Blocks that are computed as one, beside the same blocks computed one by one."""

# ruff: noqa: E501 - whole messages

from __future__ import annotations

import random
from collections.abc import Callable

import polars as pl
import pytest
from convert_plan import Study, block, ct, raw, read_date, subjects, tree_of

from ced_cdisc.convert import families
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.shapes import Leaf, shape, with_leaves
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument, Faulty
from ced_cdisc.plan.model import Block

TESTS = (
    ("SYSBP", "Systolic", "SBP", "DAY", "mmHg", "mmHg", 0),
    ("DIABP", "Diastolic", "DBP", "DAY", "mmHg", "mmHg", 0),
    ("TEMP", "Temperature", "TMP", "LATER", "F", "C", 1),
    ("WEIGHT", "Weight", "WT", "DAY", "LB", "kg", 1),
)

COLUMNS = ("vit.A", "vit.B", "vit.U", "vit.SBP", "vit.DBP")


def vital(code: str, name: str, column: str, day: str, unit: str, standard: str, digits: int) -> Block:
    lines = {
        "VSTESTCD": f"'{code}'",
        "VSTEST": f"'{name}'",
        "VSORRES": f"if(vit.DONE = '0', '', vit.{column})",
        "VSORRESU": f"if(VSORRES is present, '{unit}', missing)",
        "AVAL": f"round(convert(number(VSORRES), VSORRESU, '{standard}'), {digits})",
        "VSSTRESC": "text(AVAL)",
        "VSSTAT": "if(vit.DONE = '0', 'NOT DONE', missing)",
        "VSDTC": read_date(f"vit.{day}", "YYYY-MM-DD", time="vit.TIME", times=["HH:MM"]),
        "VSPOS": ct("vit.POS", ("1", "SITTING"), ("2", "SUPINE")),
        "VSNUM": f"{digits} + 1",
    }
    return block("vit", "raw", lines, keep=f"vit.{column} is present or vit.DONE = '0'")


def unlike() -> Block:
    """A block of another shape between those of one."""
    return raw("vit", VSTESTCD="'POSITION'", VSORRES="upper(vit.POS)", VSNUM="0")


def collected(count: int, seed: int, *, faulty: bool) -> Study:
    some = random.Random(seed)
    numbers = ["120", "80.5", None, "36.65", " 7", "1e3"] if faulty else ["120", "80.5", None, "36.65", ".5"]
    rows: list[dict[str, str | None]] = []
    for place in range(count):
        row: dict[str, str | None] = {"SUBJ": str(place % 3), "NO": str(place)}
        row |= {column: some.choice(numbers) for column in ("SBP", "DBP", "TMP", "WT")}
        row |= {"DAY": some.choice(["2020-02-03", "2020-02-04", *(["soon"] if faulty else [])])}
        row |= {"LATER": some.choice(["2020-03-01", None]), "TIME": some.choice([None, "08:30"])}
        row |= {"POS": some.choice(["1", "2", None]), "DONE": some.choice(["0", "1", "1"])}
        if row["DAY"] is None or row["LATER"] is None:
            row["TIME"] = None
        rows.append(row)
    study = Study().table("vit", rows, key=["NO"])
    one, two, *others = (vital(*test) for test in TESTS)
    return study.add("VS", [one, unlike(), two, *others, unlike()], sort=["USUBJID"], extra=["USUBJID"])


def outcome(study: Study) -> object:
    faults = study.faults()
    return faults or study.rows("VS")


@pytest.mark.parametrize("faulty", [False, True])
@pytest.mark.parametrize(("count", "seed"), [(1, 1), (2, 2), (40, 3), (40, 4)])
def test_a_family_gives_what_its_blocks_give(
    count: int, seed: int, faulty: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []
    families_of = families.families_of

    def watched(*given: object) -> list[families.Family]:
        made = families_of(*given)  # pyright: ignore[reportArgumentType]
        found.extend(len(family.places) for family in made)
        return made

    monkeypatch.setattr("ced_cdisc.convert.blocks.families_of", watched)
    study = collected(count, seed, faulty=faulty)
    together = outcome(study)
    assert sorted(found, reverse=True) == [4, 2], "four tests, and two blocks of another shape"
    found.clear()
    monkeypatch.setattr(families, "_ROWS", 0)
    assert outcome(study) == together
    assert found == [1] * 6
    if faulty and count == 40:
        assert isinstance(together, list)
        assert any("CED253" in str(fault) for fault in together)


def test_large_tables_make_small_families(monkeypatch: pytest.MonkeyPatch) -> None:
    study = collected(40, 3, faulty=False)
    together = outcome(study)
    monkeypatch.setattr(families, "_ROWS", 2 * 40)
    assert outcome(study) == together


def test_a_fault_names_the_column_and_the_line_of_its_block() -> None:
    study = Study(vit=subjects("1", "2", A=["7", "x"], B=["y", "8"]))
    first, second = (block("vit", "raw", {"VSTESTCD": f"'{n}'", "AVAL": f"number(vit.{n})"}) for n in "AB")
    study.add("VS", [first, second])
    assert study.faults() == [
        "spec.yaml:7:5 CED253 VS.AVAL: 'x' of vit.A is not a number; correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n"
        "    vit.csv line 3, subject S1-2",
        "spec.yaml:7:5 CED253 VS.AVAL: 'y' of vit.B is not a number; correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n"
        "    vit.csv line 2, subject S1-1",
    ]


def test_a_fault_of_a_condition_counts_on_rows_that_are_not_kept() -> None:
    study = Study(vit=subjects("1", "2", A=["7", "x"], B=["8", "9"]))
    blocks = [block("vit", "raw", {"VSTESTCD": f"'{n}'"}, keep=f"number(vit.{n}) > 7") for n in "AB"]
    study.add("VS", blocks)
    assert study.faults() == [
        "spec.yaml:3 CED253 VS: 'x' of vit.A is not a number; correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n"
        "    vit.csv line 3, subject S1-2"
    ]


def same(one: str | tree.Node, other: str | tree.Node) -> bool:
    return shaped(one) == shaped(other)


def shaped(expression: str | tree.Node) -> object:
    return shape(tree_of(expression), COLUMNS, [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vit.SBP", "vit.DBP"),
        ("if(vit.A = '1', 2, 3)", "if(vit.B = 'x', 0, 1)"),
        ("round(convert(number(vit.A), 'LB', 'kg'), 1)", "round(convert(number(vit.B), 'F', 'C'), 0)"),
        ("convert(number(vit.A), vit.U, 'mmol/L', 'GLUC')", "convert(number(vit.A), vit.U, 'g/L', 'HGB')"),
        (ct("vit.A", ("1", "Y")), ct("vit.B", ("1", "Y"))),
    ],
)
def test_trees_of_one_shape(one: str | tree.Node, other: str | tree.Node) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vit.A", "AETERM"),
        ("supp.AEONE", "supp.AETWO"),
        ("AETERM", "AEDECOD"),
        ("vit.A = '1'", "vit.A != '1'"),
        ("vit.A = '1'", "vit.A = missing"),
        ("vit.A in ('1', '2')", "vit.A in ('1', '3')"),
        ("contains(vit.A, 'x')", "contains(vit.A, 'y')"),
        ("extract(vit.A, '(x)')", "extract(vit.A, '(y)')"),
        ("join('-', vit.A, 'x')", "join('+', vit.A, 'x')"),
        ("convert(AVAL, 'LB', 'kg', 'GLUC')", "convert(AVAL, 'LB', 'kg')"),
        (ct("vit.A", ("1", "Y")), ct("vit.A", ("2", "Y"))),
        (read_date("vit.A", "YYYY"), read_date("vit.A", "YY")),
        (read_date("vit.A", "YYYY"), read_date("vit.A", "YYYY", time="vit.A")),
    ],
)
def test_trees_of_different_shapes(one: str | tree.Node, other: str | tree.Node) -> None:
    assert not same(one, other)


def word(value: str) -> tree.Literal:
    return tree.Literal(value=value, type=Type.TEXT)


def test_a_rule_of_units_is_part_of_the_shape() -> None:
    def converted(rule: str) -> tree.Node:
        args = (tree_of("AVAL"), word("LB"), word("kg"), word(rule))
        return tree.Call(name="convert", type=Type.NUMBER, args=args)

    pounds = [shape(converted(rule), COLUMNS, []) for rule in ("LB = 0.4 kg", "LB = 0.5 kg")]
    assert pounds[0] != pounds[1]


@pytest.mark.parametrize("rules", [(), ("LB = 0.4 kg",)])
def test_units_and_tests_in_columns_convert_as_those_that_are_written(rules: tuple[str, ...]) -> None:
    """Pounds by the table or by the study's rule, glucose by its molar mass, and what cannot be converted."""
    frame = pl.DataFrame(
        {
            "N": [1.0, 10.0, 90.0, 5.0, None, 2.0],
            "FROM": ["LB", "LB", "mg/dL", "furlong", "LB", None],
            "TO": ["kg", "g", "mmol/L", "kg", "kg", "kg"],
            "TEST": [None, None, "GLUC", "GLUC", None, None],
        }
    )
    more = [Argument(pl.lit(rule), Type.TEXT, rule) for rule in rules]
    number, source = Argument(pl.col("N"), Type.NUMBER), Argument(pl.col("FROM"), Type.TEXT)
    columns = [Argument(pl.col(name), Type.TEXT) for name in ("TO", "TEST")]
    made = FUNCTIONS["convert"]([number, source, *columns, *more])
    assert isinstance(made, Faulty)
    for row in frame.with_columns(made.value.alias("MADE"), made.bad.alias("BAD")).iter_rows(named=True):
        words = [Argument(pl.lit(word), Type.TEXT, word) for word in (row["TO"], row["TEST"]) if word]
        one = FUNCTIONS["convert"]([number, source, *words, *more])
        assert isinstance(one, Faulty)
        alone = pl.DataFrame([row], schema=frame.schema).select(
            one.value.alias("MADE"), one.bad.fill_null(False).alias("BAD")
        )
        assert alone.row(0) == (row["MADE"], row["BAD"]), row


@pytest.mark.parametrize(
    "expression",
    [
        "if(vit.A = '1' and AETERM is present, round(convert(number(vit.B), 'LB', 'kg'), 1), number('3'))",
        "coalesce(join('-', vit.A, 'x'), 'y', vit.B)",
    ],
)
def test_leaves_come_back_in_their_order(expression: str) -> None:
    node = tree_of(expression)
    leaves: list[Leaf] = []
    shape(node, COLUMNS, leaves)
    assert with_leaves(node, COLUMNS, iter(leaves)) == node
    rest: Callable[[Leaf], tree.Node] = lambda leaf: tree.Column(name="X", type=leaf.type)  # noqa: E731
    other: list[Leaf] = []
    shape(with_leaves(node, COLUMNS, iter([rest(leaf) for leaf in leaves])), COLUMNS, other)
    assert not other


@pytest.mark.parametrize("twice", [False, True])
def test_conditions_may_name_the_one_record_of_another_dataset(
    twice: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable is fetched once for all blocks; two records of a subject are a fault of each condition."""
    people = subjects(
        "1", "2", "3", *(["3"] if twice else []), ARM=["A", "B", "A", *(["B"] if twice else [])]
    )
    study = Study(dm=people, vit=subjects("1", "2", "3", X=["7", "8", None], Y=["4", "5", "6"]))
    study.add("DM", [raw("dm", ARM="dm.ARM")], extra=["USUBJID"])
    blocks = [
        block("vit", "raw", {"VSTESTCD": f"'{n}'", "VSORRES": f"vit.{n}"}, keep=f"DM.ARM = '{arm}'")
        for n, arm in (("X", "A"), ("Y", "A"), ("X", "B"))
    ]
    study.add("VS", blocks, extra=["USUBJID"])
    together = study.faults() or study.rows("VS", "USUBJID", "VSTESTCD", "VSORRES")
    if twice:
        assert together == [
            "spec.yaml:3 CED256 VS: only(DM.ARM) finds more than one record with a value; first, last, min or max choose one\n"
            "    vit.csv line 4, subject S1-3"
        ]
    else:
        wanted = [("X", "1", "7"), ("X", "3", None), ("Y", "1", "4"), ("Y", "3", "6"), ("X", "2", "8")]
        assert together == [(f"S1-{subject}", code, value) for code, subject, value in wanted]
    monkeypatch.setattr(families, "_ROWS", 0)
    assert (study.faults() or study.rows("VS", "USUBJID", "VSTESTCD", "VSORRES")) == together
