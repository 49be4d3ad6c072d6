"""Answers of rules that are kept: what a check says is what it says without them, and no more is asked anew."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from kept_builds import a_pipe, built, change, cut, entries, files, flipped, said
from msgspec.structs import replace

from ced_cdisc.conformance import run, standard
from ced_cdisc.conformance.check import check_folder
from ced_cdisc.conformance.column import Column
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.known import KnownDataset, KnownLooks, Said, known_of_json, known_to_json
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.look_digest import LookDigests
from ced_cdisc.conformance.records import Block, Records
from ced_cdisc.conformance.rule import all_rules
from ced_cdisc.conformance.standard import Governing
from ced_cdisc.conformance.submission import Submission
from ced_cdisc.standards.ct import CtPackage
from ced_cdisc.write.kept_files import KeptFiles
from small_study import write_study

ACCEPTED = """\
findings:
  - rule: {rule}
    package: {package}
    dataset: {dataset}
    variable: {variable}
    records: any
    person: A. Person
    reason: It was collected so.
"""
NEWER = "2024-12-13"
Asked = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    return write_study(tmp_path / "study")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Gives the dataset and variable of each look that was carried out since it was asked last."""
    found: list[tuple[str, str]] = []
    real = run.answered

    def noted(looks: Iterable[Look]) -> Any:
        listed = list(looks)
        found.extend((one.dataset.name, name) for one in listed for name in _variables(one))
        return real(listed)

    monkeypatch.setattr(run, "answered", noted)

    def since() -> list[tuple[str, str]]:
        told = list(found)
        found.clear()
        return told

    return since


def _variables(look: Look) -> Iterable[str]:
    return getattr(look, "variables", None) or [getattr(look, "variable", "")]


def held(study: Path) -> None:
    """An incremental build and its rules are what a full build and its rules are."""
    made, whole = built(study), built(study, "whole", incremental=False)
    assert said(made) == said(whole)
    assert files(study) == files(study, "whole")


def test_faults_that_come_change_and_go(study: Path) -> None:
    held(study)
    clean = said(built(study))
    raw = study / "raw/ae.csv"
    before = raw.read_text()
    edits = [
        ("Headache", "Head&amp;ache"),
        ("Head&amp;ache", "NULL"),
        ("Nausea", "NaN"),
        ("NULL", "Headache"),
        ("NaN", "Nausea"),
    ]
    seen = {repr(clean)}
    for old, new in edits:
        change(raw, old, new)
        held(study)
        seen.add(repr(said(built(study))))
    assert len(seen) > 3  # the faults were found
    assert raw.read_text() == before
    assert said(built(study)) == clean


def test_a_check_of_which_nothing_changed_asks_nothing(study: Path, asked: Asked) -> None:
    first = built(study)
    assert len(asked()) > 100
    for entry in entries(study, "check-*.kept"):
        entry.unlink()
    assert said(built(study)) == said(first)
    assert asked() == []


def test_a_document_that_is_not_there_is_told_of_a_kept_check_too(study: Path, asked: Asked) -> None:
    first, again = built(study), built(study)
    told = [[str(one) for one in build.checked[0].reading] for build in (first, again)]
    assert told[0] == told[1]
    assert [one.partition(" ")[2] for one in told[0]] == [
        "CED611 the document acrf.pdf, to which it links, is not there; put the document there"
    ]
    define = study / "define/define.yaml"
    define.write_text(define.read_text("utf-8").replace("href: acrf.pdf", "href: acrf.pdf, file: acrf.pdf"))
    (study / "define/acrf.pdf").write_bytes(b"%PDF-1.4\n")
    assert built(study).checked[0].reading == ()


def test_what_did_not_change_is_not_asked_again(study: Path, asked: Asked) -> None:
    built(study)
    asked()
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    held_by = built(study)
    again = {dataset for dataset, _ in asked()}
    assert again == {"AE"}  # ADSL counts the events, and comes out as before
    assert said(held_by) == said(built(study, "whole", incremental=False))


def test_a_rule_that_looks_at_two_datasets_of_which_one_changed(study: Path, asked: Asked) -> None:
    built(study)
    asked()
    with (study / "raw/demog.csv").open("a") as stream:
        stream.write("004,05-JUN-1970,1,01-FEB-2020\n")
    made = built(study)
    again = set(asked())
    # AE is the same file, and its subjects are held against those of DM, of which there is one more.
    assert ("AE", "USUBJID") in again
    assert ("AE", "AESEV") not in again
    assert said(made) == said(built(study, "whole", incremental=False))


def test_a_changed_list_of_known_findings(study: Path) -> None:
    change(study / "raw/ae.csv", "Headache", "Head&amp;ache")
    held(study)
    (failure,) = (
        (rule, one)
        for rule in said(built(study))[0].rules
        for one in rule.failures
        if one.dataset == "AE" and one.variable == "AETERM"
    )
    rule, found = failure
    words = {"rule": rule.rule.id, "package": "sdtm", "dataset": found.dataset, "variable": found.variable}
    for package in ("sdtm", "adam", "sdtm"):
        (study / "define/findings.yaml").write_text(ACCEPTED.format(**words | {"package": package}))
        held(study)
        standings = [one.standings()["accepted"] for one in said(built(study))]
        assert sum(standings) == (package == "sdtm")
    (study / "define/findings.yaml").unlink()
    held(study)


def test_a_change_of_define_xml_alone(study: Path) -> None:
    held(study)
    change(study / "mappings/adam/adsl.yaml", "Number of Adverse", "Count of Adverse")
    held(study)
    change(study / "mappings/sdtm/ae.yaml", "variables:", "label: Other Events\nvariables:")
    held(study)


@pytest.mark.parametrize("damage", [flipped, cut, a_pipe])
def test_damaged_answers_are_given_anew(study: Path, asked: Asked, damage: Callable[[Path], None]) -> None:
    first = built(study)
    asked()
    for entry in entries(study, "check-*.kept"):
        entry.unlink()
    (entry,) = entries(study, "rules-sdtm-ae-xpt-*.kept")
    damage(entry)
    assert said(built(study)) == said(first)
    assert {dataset for dataset, _ in asked()} == {"AE"}
    (healed,) = entries(study, "rules-sdtm-ae-xpt-*.kept")
    assert healed.is_file()


@pytest.mark.parametrize(
    "value",
    [None, [], {}, {"looks": {}}, {"looks": {"a": []}, "profile": None}, {"looks": {"a": [1, 2]}, "profile": None},
     {"looks": {}, "profile": [{}]}, {"looks": {}, "profile": [{"AESEQ": "x"}, {}]}],
)  # fmt: skip
def test_a_value_that_is_none_of_ours(
    study: Path, monkeypatch: pytest.MonkeyPatch, asked: Asked, value: object
) -> None:
    real = KeptFiles.write

    def other(self: KeptFiles, name: str, key: str, given: object, *more: Any) -> None:
        real(self, name, key, value if name.startswith("rules") else given, *more)

    monkeypatch.setattr(KeptFiles, "write", other)
    first = built(study)
    monkeypatch.undo()
    monkeypatch.setenv("CED_CDISC_CACHE", str(study.parent / "cache"))
    for entry in entries(study, "check-*.kept"):
        entry.unlink()
    assert said(built(study)) == said(first)


@dataclass
class _Memory:
    """What checks of one folder say, from one to the next."""

    folder: Path
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    found: dict[str, KnownDataset] = field(default_factory=dict[str, KnownDataset])

    def of(self, file: str) -> KnownDataset:
        if file not in self.found:
            digest = hashlib.sha256((self.folder / file).read_bytes()).hexdigest()
            value = self.values.get(f"{file} {digest}")
            self.found[file] = KnownDataset(digest) if value is None else known_of_json(value, digest)
        return self.found[file]

    def again(self) -> None:
        self.values |= {f"{file} {one.digest}": known_to_json(one) for file, one in self.found.items()}
        self.found = {}


def test_changed_terminology(study: Path, monkeypatch: pytest.MonkeyPatch, asked: Asked) -> None:
    built(study, incremental=False)
    memory = _Memory(study / "out")
    before = check_folder(study / "out", known=memory)
    memory.again()
    asked()
    codelist, load = CtPackage.codelist, standard.load_ct

    def without_men(self: CtPackage, name: str) -> Any:
        found = codelist(self, name)
        terms = tuple(term for term in found.terms if term.submission_value != "M")
        return replace(found, terms=terms)

    monkeypatch.setattr(CtPackage, "codelist", without_men)
    monkeypatch.setattr(standard, "load_ct", lambda name, version: load(name, "2024-09-27"))
    monkeypatch.setattr(standard, "ct_versions", lambda name: ["2024-09-27", NEWER])
    after = check_folder(study / "out", known=memory, standard=[f"CT={NEWER}"])
    again = asked()
    assert ("DM", "SEX") in again
    assert ("AE", "AESTDTC") not in again, "which no terms govern"
    assert after == check_folder(study / "out", standard=[f"CT={NEWER}"])
    assert [one.failures for one in after.rules] != [one.failures for one in before.rules]


def _noted(monkeypatch: pytest.MonkeyPatch, way: str) -> Callable[[], set[str]]:
    """Gives the datasets that a submission was asked to give that way since it was asked last."""
    found = set[str]()
    real = getattr(Submission, way)

    def noted(self: Submission, chosen: Iterable[Dataset], *more: Any) -> Any:
        listed = list(chosen)
        found.update(one.name for one in listed)
        return real(self, listed, *more)

    monkeypatch.setattr(Submission, way, noted)

    def since() -> set[str]:
        told = set(found)
        found.clear()
        return told

    return since


@pytest.fixture
def gone_through(monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[str]]:
    """Gives the datasets whose looks of rules that look at each by itself were made since it was asked last."""
    return _noted(monkeypatch, "some")


@pytest.fixture
def with_others(monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[str]]:
    """The same of rules that look at each by itself and others up."""
    return _noted(monkeypatch, "with_others")


def test_what_is_said_of_a_dataset_by_itself_is_kept_as_a_whole(
    study: Path, asked: Asked, gone_through: Callable[[], set[str]]
) -> None:
    built(study)
    assert gone_through() == {"ADSL", "AE", "DM", "EX"}
    asked()
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    held_by = built(study)
    assert gone_through() == {"AE"}
    assert said(held_by) == said(built(study, "whole", incremental=False))
    gone_through()
    # A label stands in define.xml, too: rules go through all that it describes, and ask what is new.
    asked()
    change(study / "mappings/sdtm/ae.yaml", "domain: AE", "domain: AE\nlabel: Events")
    relabelled = built(study)
    assert gone_through() == {"AE", "DM", "EX"}
    assert {dataset for dataset, _ in asked()} == {"AE"}
    assert said(relabelled) == said(built(study, "whole", incremental=False))
    # What was not asked then is not lost.
    gone_through()
    change(study / "raw/ae.csv", "Dizziness", "Nausea")
    built(study)
    assert gone_through() == {"AE"}
    asked()
    change(study / "mappings/sdtm/ae.yaml", "label: Events", "label: All Events")
    built(study)
    assert {dataset for dataset, _ in asked()} == {"AE"}


def test_what_is_said_beside_others_is_kept_until_one_of_them_changes(
    study: Path, with_others: Callable[[], set[str]]
) -> None:
    built(study)
    assert with_others() == {"ADSL", "AE", "DM", "EX"}
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    assert said(built(study)) == said(built(study, "whole", incremental=False))
    assert with_others() == {"ADSL", "AE", "DM", "EX"}, "of which the full build went through all"
    change(study / "raw/ae.csv", "Dizziness", "Headache")
    change(study / "raw/ae.csv", "Nausea", "Vomiting")
    built(study)
    assert with_others() == {"AE"}
    change(study / "raw/dose.csv", "10-FEB-2020", "09-FEB-2020")
    made = built(study)
    assert with_others() == {"EX", "DM", "ADSL", "AE"}, "DM is made of it, and all look up DM"
    assert said(made) == said(built(study, "whole", incremental=False))


def test_a_dataset_beside_which_another_changed(study: Path) -> None:
    built(study, incremental=False)
    memory = _Memory(study / "out")
    before = check_folder(study / "out", known=memory)
    memory.again()
    change(study / "raw/dose.csv", "10-FEB-2020", "09-FEB-2020")
    built(study, "whole", incremental=False)
    shutil.copy(study / "whole/sdtm/dm.xpt", study / "out/sdtm/dm.xpt")
    after = check_folder(study / "out", known=memory)
    assert after == check_folder(study / "out")
    failed = {(one.rule.id, bad.dataset) for one in after.rules for bad in one.failures}
    new = failed - {(one.rule.id, bad.dataset) for one in before.rules for bad in one.failures}
    assert ("CED-L057", "AE") in new, "whose days count from a date of DM"


def test_what_is_said_with_more_records_is_said_anew(study: Path) -> None:
    change(study / "raw/ae.csv", "Headache", "Head&amp;ache")
    change(study / "raw/ae.csv", "Nausea", "Nau&amp;sea")
    built(study, incremental=False)
    memory = _Memory(study / "out")
    for records in (5, 1, 0, 5):
        assert check_folder(study / "out", known=memory, records=records) == check_folder(
            study / "out", records=records
        )
        memory.again()


# The digests of looks


def _dataset(name: str = "AE") -> Dataset:
    frame = pl.DataFrame({"USUBJID": ["1", "2"], "AETERM": ["a", None]})
    columns = {one: Column(one, one, "Char") for one in frame.columns}
    return Dataset(name, name, f"{name.lower()}.xpt", "xpt", Records.of(frame), columns)


def _beside(held: object) -> Callable[[Block], pl.DataFrame]:
    def found(block: Block) -> pl.DataFrame:
        return block.frame.with_columns(pl.lit(repr(held)).alias("x"))

    return found


def _with_table(held: object, block: Block) -> pl.DataFrame:
    return block.frame


TABLE = pl.DataFrame({"USUBJID": ["1"], "x": [1.5]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "b"), (1, True), (1, 1.0), (0.0, -0.0), (["a", "b"], ["ab"]), (["a", ["b"]], ["a", "b"]),
        ({"a", "b"}, {"a"}), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (re.compile("a"), re.compile("a", re.I)),
        (TABLE, TABLE.with_columns(x=pl.lit(1.25))), (TABLE, TABLE.cast({"x": pl.Float32})),
        (pl.col("a") > 1, pl.col("a") >= 1),
        (pl.col("a").is_in(["x"]), pl.col("a").is_in(["y"])),
        (pl.col("a").is_in(pl.Series(["x"] * 99 + ["y"])), pl.col("a").is_in(pl.Series(["x"] * 99 + ["z"]))),
        (partial(_with_table, 1), partial(_with_table, 2)),
        (lambda: 1, lambda: 2), (_beside("a"), _beside("b")),
    ],
)  # fmt: skip
def test_looks_that_hold_different_things_have_different_digests(one: object, other: object) -> None:
    data = _dataset()
    looks = [
        data.records(pl.lit(value=True), "AETERM", frame=made(held))
        for made in (_beside, partial(partial, _with_table))
        for held in (one, other)
    ]
    digests = [LookDigests({data: "digest"}).of(look) for look in looks]
    assert None not in digests
    assert len(set(digests)) == 4


def test_the_same_look_made_again_has_the_same_digest() -> None:
    def digest() -> str | None:
        data = _dataset()
        held = [
            {"b", "a"},
            TABLE.clone(),
            pl.col("AETERM").is_in(["a", "b"]),
            {"a": (1, None)},
            re.compile("a"),
        ]
        return LookDigests({data: "digest"}).of(
            data.records(pl.col("AETERM") == "a", "AETERM", frame=_beside(held)), "rule"
        )

    assert digest() == digest() is not None


def test_a_look_that_holds_what_cannot_be_told_has_no_digest() -> None:
    data, other = _dataset(), _dataset("DM")
    digests = LookDigests({data: "digest"})
    circle: list[object] = []
    circle.append(circle)
    for held in (object(), iter([1]), other, circle, _dataset, TABLE.lazy()):
        if held is not _dataset:
            assert digests.of(data.records(pl.lit(value=True), "AETERM", frame=_beside(held))) is None
    assert digests.of(other.records(pl.lit(value=True), "AETERM")) is None
    plugged = pl.col("AETERM").map_elements(lambda value: object(), return_dtype=pl.Object)
    look = data.records(plugged.is_null(), "AETERM", frame=_beside(data))
    assert digests.of(look) is None or digests.of(look) == digests.of(look)


def test_the_file_of_a_dataset_stands_for_its_records() -> None:
    data = _dataset()
    look = data.records(pl.lit(value=True), "AETERM", frame=_beside(data))
    assert LookDigests({data: "one"}).of(look) != LookDigests({data: "other"}).of(look)


def test_answers_are_not_kept_where_define_xml_was_read_for_them() -> None:
    data = _dataset()
    look = data.records(pl.lit(value=True), "AETERM")
    for is_read in (False, True):
        known = KnownDataset("digest")
        looks = KnownLooks(Submission({"AE": data}, Governing()), {data: known}, 5)
        assert looks.answers([(all_rules()[0], look)]) == {}
        if is_read:
            _ = data.define_keys
        looks.learn({look: Said(1)})
        assert known.new is not is_read and sum(len(one.now) for one in known.looks.values()) == (not is_read)
