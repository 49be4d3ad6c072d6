"""A check that two processes share says in every byte what one says alone, whatever becomes of the other."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.conformance import records
from ced_cdisc.conformance.check import check_folder
from ced_cdisc.conformance.halves import EACH, halves
from ced_cdisc.conformance.known import KnownDataset, known_of_json, known_to_json
from ced_cdisc.conformance.rule import Rule, all_rules
from ced_cdisc.conformance.run import run_rules
from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.core.partner import PartnerLost
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.write.xpt import write_xpt
from rule_cases import submission_of
from shared_builds import Made

STAMP = "01JAN26:00:00:00"
STANDARD = ("SDTMIG=3.4", "ADaMIG=1.3", "CT=2024-09-27")


# A pair, and what may become of it


@dataclass
class Side:
    """One end of a pair within this process.

    Attributes:
        left: the steps after which the other one is gone; None for one that stays.
        handed: what was swapped, as it came from the other.
    """

    half: int
    mine: Queue[bytes]
    theirs: Queue[bytes]
    left: int | None = None
    handed: list[Any] = field(default_factory=list[Any])

    def swap(self, mine: Any) -> Any:
        from pickle import dumps, loads

        if self.left is not None and len(self.handed) >= self.left:
            raise PartnerLost
        self.mine.put(dumps(mine))
        self.handed.append(loads(self.theirs.get(timeout=60)))
        return self.handed[-1]


def both(check: Callable[[Side], Any]) -> tuple[list[Any], list[Side]]:
    """What each of two says, and their sides."""
    one, other = Queue[bytes](), Queue[bytes]()
    sides, said = [Side(0, one, other), Side(1, other, one)], [None, None]

    def work(side: Side) -> None:
        said[side.half] = check(side)

    threads = [Thread(target=work, args=(side,)) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said, sides


def left_alone(half: int, steps: int, heard: list[Any]) -> Side:
    """The side of one whose partner handed over so much of what another one did, and is gone then."""
    from pickle import dumps

    theirs = Queue[bytes]()
    for one in heard[:steps]:
        theirs.put(dumps(one))
    return Side(half, Queue(), theirs, left=steps)


EACH_STEP = tuple((half, steps) for half in (0, 1) for steps in (0, 1))


def held(folder: Path, lost: Iterable[tuple[int, int]] = EACH_STEP, **options: Any) -> CheckResult:
    """What one process says; it is what two say, and one whose partner is lost after so many steps."""
    alone = check_folder(folder, **options)
    said, sides = both(lambda side: check_folder(folder, partner=side, **options))
    assert [len(side.handed) for side in sides] == [2, 2], "the files, then the answers"
    assert said == [alone, alone]
    assert repr(said[0]) == repr(alone)
    for half, steps in lost:
        lonely = left_alone(half, steps, sides[half].handed)
        assert check_folder(folder, partner=lonely, **options) == alone, (half, steps)
    return alone


# Files that nobody would hand in


def write(folder: Path, name: str, rows: list[dict[str, Any]], file: str = "") -> Path:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    longest = frame.select(pl.col(pl.String).str.len_bytes().max()).row(0, named=True)
    variables = tuple(
        XptVariable(n, n, "Char" if n in longest else "Num", longest.get(n) or 8) for n in frame.columns
    )
    path = folder / (file or f"{name.lower()}.xpt")
    with path.open("wb") as stream:
        write_xpt(stream, frame, XptMember(name, name, variables, STAMP, STAMP))
    return path


def write_messy(folder: Path, seed: int) -> None:
    """Faults of records, between datasets and of files, in SDTM and ADaM, XPT and JSON."""
    draw = random.Random(seed)
    subjects = [f"S-{number:02}" for number in range(12)]
    day = ("2020-01-02", "2020-02-30", "2020", "MAR2020", None)

    def rows(domain: str, many: int, **more: Callable[[], Any]) -> list[dict[str, Any]]:
        return [
            {
                "STUDYID": draw.choice(["S", "S", "T"]), "DOMAIN": domain,
                "USUBJID": draw.choice([*subjects, "S-99"]), f"{domain}SEQ": float(draw.randint(1, many)),
                **{name: make() for name, make in more.items()},
            }
            for _ in range(many)
        ]  # fmt: skip

    def one_of(*values: Any) -> Callable[[], Any]:
        return lambda: draw.choice(values)

    write(folder, "DM", [
        {"STUDYID": "S", "DOMAIN": "DM", "USUBJID": one, "SUBJID": one[-2:], "SEX": draw.choice("FMX"),
         "RFSTDTC": draw.choice(day), "RFXSTDTC": "2020-01-01", "AGE": 30.0 + place, "AGEU": "YEARS"}
        for place, one in enumerate(subjects)
    ])  # fmt: skip
    write(folder, "AE", rows(
        "AE", 30, AETERM=one_of("Fall", "Pain"), AEDECOD=one_of("Fall", "fall", None),
        AESER=one_of("Y", "N", "y"), AESTDTC=one_of(*day), AEENDTC=one_of(*day), AESTDY=one_of(0.0, 2.0, 3.5),
    ))  # fmt: skip
    write(folder, "VS", rows(
        "VS", 60, VSTESTCD=one_of("PULSE", "TEMP"), VSTEST=one_of("Pulse Rate", "Temperature"),
        VSORRES=one_of("60", "x", None), VSSTRESN=one_of(60.0, None), VSSTRESU=one_of("beats/min", "C"),
        VSLOBXFL=one_of("Y", None), VISITNUM=one_of(1.0, 2.0), VISIT=one_of("ONE", "TWO"),
        VSDTC=one_of(*day), VSDY=one_of(0.0, 2.0),
    ))  # fmt: skip
    write(folder, "SUPPAE", [
        {"STUDYID": "S", "RDOMAIN": draw.choice(["AE", "CM"]), "USUBJID": draw.choice(subjects),
         "IDVAR": draw.choice(["AESEQ", "AESPID", None]), "IDVARVAL": draw.choice(["1", "77", None]),
         "QNAM": draw.choice(["ONE", "AETERM"]), "QLABEL": draw.choice(["One", "Two"]), "QVAL": "v"}
        for _ in range(9)
    ])  # fmt: skip
    write(folder, "ADSL", [
        {"STUDYID": "S", "USUBJID": one, "SUBJID": one[-2:], "SEX": draw.choice("FM"), "AGE": 40.0,
         "SAFFL": draw.choice(["Y", "N", "X"]), "TRT01P": draw.choice("AB")}
        for one in subjects[:10]
    ])  # fmt: skip
    write(folder, "ADVS", [
        {"STUDYID": "S", "USUBJID": draw.choice(subjects), "SUBJID": "01", "SEX": "F", "PARAMCD": "PULSE",
         "PARAM": draw.choice(["Pulse", "Pulse (/min)"]), "AVAL": 60.0, "BASE": draw.choice([50.0, None]),
         "CHG": draw.choice([10.0, 9.0, None]), "ABLFL": draw.choice(["Y", None]), "SRCDOM": "VS",
         "SRCVAR": draw.choice(["VSSTRESN", "VSNONE"]), "SRCSEQ": float(draw.randint(1, 70))}
        for _ in range(40)
    ])  # fmt: skip
    write(folder, "SV", rows("SV", 9, VISITNUM=one_of(1.0, 3.0), VISIT=one_of("ONE")))
    # Of another type than the guide gives them, so that some rules stumble.
    write(folder, "CM", rows(
        "CM", 5, CMTRT=one_of(1.0), CMSTDTC=one_of(20.0), CMDOSE=one_of("1", "a lot"), CMSTAT=one_of(1.0),
        VISITNUM=one_of(1.0),
    ))  # fmt: skip
    write(folder, "XX", [{"USUBJID": 1.0, "PARAMCD": 2.0, "AVAL": "x", "QNAM": "A", "RDOMAIN": 3.0}])
    # Files at fault, of every kind, more of them than one process gets.
    write(folder, "AE", rows("AE", 2, AETERM=one_of("Rash")), "ae2.xpt")
    write(folder, "PR", rows("PR", 3, PRTRT=one_of("Stent")), "procedures.xpt")
    ho = write(folder, "HO", rows("HO", 2, HOTERM=one_of("Alzheimer~s")))
    ho.write_bytes(ho.read_bytes().replace(b"~", b"\x92"))
    lb = write(folder, "LB", rows("LB", 40, LBTESTCD=one_of("ALT")))
    lb.write_bytes(lb.read_bytes()[:-700])
    (folder / "mh.json").write_text(json.dumps({
        "datasetJSONVersion": "1.1.0", "name": "MH", "label": "Medical History", "records": 2,
        "columns": [
            {"itemOID": f"IT.MH.{name}", "name": name, "label": name, "dataType": kind}
            for name, kind in (("STUDYID", "string"), ("DOMAIN", "string"), ("USUBJID", "string"),
                               ("MHSEQ", "integer"), ("MHTERM", "string"))
        ],
        "rows": [["S", "MH", "S-01", 1, "Gout"], ["S", "MH", "S-98", 1, ""]],
    }))  # fmt: skip
    (folder / "pe.json").write_text("{}")
    (folder / "zz.ndjson").write_text("no JSON")
    (folder / "define.xml").write_text(DEFINE)


DEFINE = """\
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1" FileOID="F">
<Study OID="S"><MetaDataVersion OID="M" Name="M" def:DefineVersion="2.1.0">
<ItemGroupDef OID="IG.AE" Name="AE" Purpose="Tabulation"><Description><TranslatedText>Adverse</TranslatedText>
</Description><ItemRef ItemOID="IT.AESER" Mandatory="Yes" KeySequence="1"/>
<ItemRef ItemOID="IT.AETERM" Mandatory="Yes" KeySequence="2"/></ItemGroupDef>
<ItemGroupDef OID="IG.EX" Name="EX" Purpose="Tabulation"/>
<ItemDef OID="IT.AESER" Name="AESER" DataType="text" Length="1"><CodeListRef CodeListOID="CL.NY"/></ItemDef>
<ItemDef OID="IT.AETERM" Name="AETERM" DataType="text" Length="2"/>
<CodeList OID="CL.NY" Name="NY" DataType="text"><EnumeratedItem CodedValue="Y"/></CodeList>
</MetaDataVersion></Study></ODM>
"""


# Folders


@pytest.mark.parametrize("seed", range(2))
def test_a_messy_folder(seed: int, tmp_path: Path) -> None:
    write_messy(tmp_path, seed)
    alone = held(tmp_path, standard=STANDARD, records=3)
    assert {one.status for one in alone.rules} == {"passed", "failed", "not applicable", "not run"}
    assert {one.code for one in alone.reading} >= {"CED602", "CED603", "CED605", "CED606", "CED608"}
    assert {one.dataset for one in alone.failures} >= {"AE", "VS", "SUPPAE", "ADVS", "MH"}
    assert any(failure.digest and len(failure.records) == 3 for failure in alone.failures)


def test_datasets_that_stay_in_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "FEW", 10)
    monkeypatch.setattr(records, "BLOCK", 15)
    write_messy(tmp_path, 7)
    held(tmp_path, standard=STANDARD)


def test_the_example(example_build: Made) -> None:
    alone = held(example_build[1], lost=[])
    assert len(alone.datasets) > 50
    assert alone.failures
    assert all(one.place for one in alone.failures if one.dataset != "")


@pytest.mark.parametrize("names", [[], ["dm.xpt"], ["dm.xpt", "ae.xpt"], ["lb.xpt"]])
def test_folders_of_few_files(names: list[str], tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    write_messy(tmp_path / "all", 1)
    (tmp_path / "few").mkdir()
    for name in names:
        (tmp_path / "all" / name).rename(tmp_path / "few" / name)
    folder = tmp_path / "few"
    if names in ([], ["lb.xpt"]):
        alone = check_folder(folder, standard=STANDARD)
        assert both(lambda side: check_folder(folder, standard=STANDARD, partner=side))[0] == [alone, alone]
    else:
        held(folder, standard=STANDARD)


def test_a_partner_that_tells_too_little(tmp_path: Path) -> None:
    """Of files that it does not tell of, and of looks that it has not all of, the other one does all."""
    write_messy(tmp_path, 2)
    alone = check_folder(tmp_path, standard=STANDARD)
    said, _ = both(lambda side: check_folder(tmp_path, standard=STANDARD, partner=Stranger(side)))
    assert said == [alone, alone]


def test_files_that_change_under_both(tmp_path: Path) -> None:
    """One of them saw another folder; each ends well, and with the files of its own."""
    for name, seed in (("one", 1), ("other", 2)):
        (tmp_path / name).mkdir()
        write_messy(tmp_path / name, seed)
    (tmp_path / "other" / "vs.xpt").rename(tmp_path / "other" / "vt.xpt")
    folders = [tmp_path / "one", tmp_path / "other"]
    said, _ = both(lambda side: check_folder(folders[side.half], standard=STANDARD, partner=side))
    alone = [check_folder(folder, standard=STANDARD) for folder in folders]
    assert [[one.file for one in each.datasets] for each in said] == [
        [one.file for one in each.datasets] for each in alone
    ]


@dataclass
class Stranger:
    """A side to which the other one tells nothing of its files, and of its answers too few."""

    side: Side

    @property
    def half(self) -> int:
        return self.side.half

    def swap(self, mine: Any) -> Any:
        theirs = self.side.swap(mine)
        if not isinstance(theirs, tuple):
            return {}
        by_itself, looks = theirs
        return dict([*by_itself.items()][:-1]), looks[:-1]


def test_a_check_with_known_answers_is_not_shared(tmp_path: Path) -> None:
    write_messy(tmp_path, 3)
    for name in ("ae2.xpt", "procedures.xpt", "ho.xpt", "lb.xpt", "pe.json", "zz.ndjson"):
        (tmp_path / name).unlink()
    alone = held(tmp_path, standard=STANDARD)
    kept: dict[str, KnownDataset] = {}

    class Kept:
        def of(self, file: str) -> KnownDataset:
            return kept.setdefault(file, KnownDataset(f"digest of {file}"))

    for _ in range(2):
        side = Side(0, Queue(), Queue(), left=0)
        assert check_folder(tmp_path, standard=STANDARD, partner=side, known=Kept()) == alone
        assert side.mine.empty()
        kept = {name: known_of_json(known_to_json(one), one.digest) for name, one in kept.items()}
    assert any(one.looks["each with others"].before for one in kept.values())
    assert all(one.of_each["each"].rules for one in kept.values())


# Rules


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.text.id)
def test_the_cases_of_a_rule(rule: Rule) -> None:
    """Each dataset is at hand in one of two places alone."""
    for case in (*rule.cases["passes"], *rule.cases["fails"]):
        alone = run_rules(submission_of(case), [rule])
        answers: list[Any] = []
        for half in (0, 1):
            study = submission_of(case)
            for place, data in enumerate(study.datasets.values()):
                data.records_held.is_at_hand = place % 2 == half
            # The first has nobody, the second hears of it.
            side = Heard(half, answers)
            assert run_rules(study, [rule], partner=side) == alone, case


@dataclass
class Heard:
    """A side that notes what the first of two hands over, and gives it to the second."""

    half: int
    said: list[Any]

    def swap(self, mine: Any) -> Any:
        if self.half == 0:
            self.said[:] = [mine]
            raise PartnerLost
        (by_itself, looks), (other_by_itself, other_looks) = self.said[0], mine
        assert not by_itself.keys() & other_by_itself.keys(), "each dataset is looked at by one of them alone"
        assert len(looks) == len(other_looks), "the same looks"
        pairs = zip(looks, other_looks, strict=True)
        assert all(one is None or other is None for one, other in pairs), "asked by one of them alone"
        return self.said[0]


# Who takes which file

SIZES = st.dictionaries(st.text(max_size=4), st.integers(0, 1 << 40), max_size=40)


@given(SIZES)
def test_each_file_is_in_one_half(sizes: Mapping[str, int]) -> None:
    one, other = halves(sizes)
    assert sorted([*one, *other]) == sorted(sizes)
    assert (one, other) == halves(dict(sizes))


@given(SIZES)
def test_the_halves_differ_by_no_more_than_a_file(sizes: Mapping[str, int]) -> None:
    loads = [sum(sizes[name] + EACH for name in half) for half in halves(sizes)]
    assert abs(loads[0] - loads[1]) <= max((size + EACH for size in sizes.values()), default=0)


# What is loaded


def test_a_check_loads_no_parser_of_specs(tmp_path: Path) -> None:
    """Neither before it forks nor later: they take longer to load than small datasets to check."""
    (tmp_path / "data").mkdir()
    write_messy(tmp_path / "data", 1)
    (tmp_path / "data" / "ho.xpt").unlink()  # for texts that are no ASCII, Arrow loads more
    code = """import sys
from ced_cdisc.cli import main
try:
    main(["check", "data", "--standard", "SDTMIG=3.4"])
except SystemExit:
    pass
costly = "polars", "pydantic", "pyarrow.compute", "ced_cdisc.plan.model"
print([one for one in costly if one in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert run.stdout.splitlines()[-1] == "['polars']"
