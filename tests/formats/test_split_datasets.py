"""Datasets over a size limit: whole, and in pieces that joined are the whole."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import ced_cdisc
from ced_cdisc.cli import main
from ced_cdisc.conformance.check import check_folder
from ced_cdisc.core.findings import Findings
from ced_cdisc.core.sizes import UnknownSize, bytes_of
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.read.xpt import read_xpt
from ced_cdisc.stages.splitting import split_datasets
from ced_cdisc.write.xpt import write_xpt
from small_study import write_study

STAMP = "15OCT12:22:56:22"


def xpt(subjects: list[str], *, name: str = "LB", key: str = "USUBJID") -> bytes:
    frame = pl.DataFrame({key: subjects, "LBSEQ": [float(n) for n in range(len(subjects))]})
    frame = frame.with_columns(LBTEST=pl.lit("Sodium"))
    variables = (
        XptVariable(key, "Subject", "Char", 4),
        XptVariable("LBSEQ", "Number", "Num", 8),
        XptVariable("LBTEST", "Test", "Char", 68),
    )
    stream = BytesIO()
    write_xpt(stream, frame, XptMember(name, "Labs", variables, STAMP, STAMP))
    return stream.getvalue()


def split(
    content: bytes, limit: int, *others: str, name: str = "LB", **more: Any
) -> tuple[dict[str, bytes], Findings]:
    datasets = [SimpleNamespace(name=one) for one in (name, *others)]
    files = {f"sdtm/{one.lower()}.xpt": b"" for one in others} | {f"sdtm/{name.lower()}.xpt": content}
    findings = Findings()
    packages = cast(Any, {"sdtm": SimpleNamespace(datasets=datasets)})
    found = split_datasets(packages, files.__getitem__, limit, findings, **more)
    return {path: b"".join(parts) for path, parts in found}, findings


SUBJECTS = ["A"] * 4 + ["B"] * 3 + ["C"] * 2 + ["D"]
EMPTY = len(xpt([]))


def test_pieces_hold_whole_subjects_and_have_the_headers_of_the_whole() -> None:
    whole = xpt(SUBJECTS)
    pieces, findings = split(whole, EMPTY + 5 * 80)
    assert list(pieces) == ["sdtm/split/lb1.xpt", "sdtm/split/lb2.xpt", "sdtm/split/lb3.xpt"]
    frames = [read_xpt(content) for content in pieces.values()]
    assert [frame["USUBJID"].to_list() for frame, _ in frames] == [["A"] * 4, ["B"] * 3 + ["C"] * 2, ["D"]]
    frame, made = read_xpt(whole)
    assert pl.concat(one for one, _ in frames).equals(frame)
    for number, (_, own) in enumerate(frames, 1):
        assert own.name == f"LB{number}"
        assert (own.label, own.variables, own.created) == (made.label, made.variables, STAMP)
    assert all(len(content) <= EMPTY + 5 * 80 and len(content) % 80 == 0 for content in pieces.values())
    assert [str(finding) for finding in findings] == [
        f"sdtm/lb.xpt CED415 sdtm/lb.xpt has {len(whole):,} bytes, more than {EMPTY + 400:,} bytes; "
        "in split/ it is also written in 3 pieces: LB1 (4 records, subjects A to A), "
        "LB2 (5 records, subjects B to C), "
        "LB3 (1 records, subjects D to D); submit both, and say in the reviewer's guide how it was split"
    ]
    assert not findings.errors


def test_a_dataset_of_the_limit_is_left_whole() -> None:
    whole = xpt(SUBJECTS)
    assert split(whole, len(whole))[0] == {}
    assert len(split(whole, len(whole) - 1)[0]) == 2


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=12),
    st.integers(6, 12),
)
def test_pieces_joined_are_the_whole(counts: list[int], room: int) -> None:
    subjects = [f"S{number}" for number, count in enumerate(counts) for _ in range(count)]
    pieces, findings = split(xpt(subjects), EMPTY + room * 80)
    assert not findings.errors
    if len(subjects) > room:
        rows = [read_xpt(content)[0] for content in pieces.values()]
        assert pl.concat(rows).equals(read_xpt(xpt(subjects))[0])
        assert list(pieces) == sorted(pieces)
        assert sum(frame["USUBJID"].n_unique() for frame in rows) == len(counts)
    else:
        assert pieces == {}


def test_a_subject_larger_than_a_piece() -> None:
    pieces, findings = split(xpt(SUBJECTS), EMPTY + 3 * 80)
    assert pieces == {}
    assert [str(finding) for finding in findings.errors] == [
        "sdtm/lb.xpt CED417 sdtm/lb.xpt has 4 records of subject A, a piece holds 3; "
        "allow pieces that end within a subject with --split-within-subjects"
    ]
    pieces, findings = split(xpt(SUBJECTS), EMPTY + 3 * 80, within_subjects=True)
    assert [read_xpt(content)[0].height for content in pieces.values()] == [3, 3, 3, 1]
    (note,) = findings
    assert note.message.endswith(
        "in 4 pieces: LB1 (3 records), LB2 (3 records), LB3 (3 records), LB4 (1 records)"
    )


def test_a_subject_in_several_places() -> None:
    assert [str(one) for one in split(xpt(["A", "B", "A", "C"]), EMPTY + 160)[1]] == [
        "sdtm/lb.xpt CED417 sdtm/lb.xpt has the records of subject A in several places, so that no piece "
        "holds all of them; allow pieces that end within a subject with --split-within-subjects"
    ]


def test_a_dataset_without_subjects_is_cut_between_records() -> None:
    pieces, findings = split(xpt(["A"] * 5, key="TSPARMCD"), EMPTY + 160)
    assert [read_xpt(content)[0].height for content in pieces.values()] == [2, 2, 1]
    assert not findings.errors


def test_no_piece_ends_with_a_blank_record() -> None:
    frame = pl.DataFrame({"A": ["a", None, "b", "c"]})
    stream = BytesIO()
    write_xpt(stream, frame, XptMember("XX", "", (XptVariable("A", "", "Char", 40),), STAMP, STAMP))
    content = stream.getvalue()
    pieces, _ = split(content, len(content) - 80, name="XX")
    rows = [read_xpt(one)[0] for one in pieces.values()]
    assert pl.concat(rows).equals(frame)
    assert [part.height for part in rows] == [1, 2, 1]


def test_names_fit_into_eight_characters_and_stand_in_order() -> None:
    pieces, _ = split(xpt([f"{n:03}" for n in range(11)], name="ADLBCHEM"), EMPTY + 80, name="ADLBCHEM")
    assert [path.removeprefix("sdtm/split/") for path in pieces] == [
        f"adlbch{n:02}.xpt" for n in range(1, 12)
    ]
    assert [read_xpt(content)[1].name for content in pieces.values()] == [
        f"ADLBCH{n:02}" for n in range(1, 12)
    ]


def test_a_name_that_is_taken() -> None:
    pieces, findings = split(xpt(SUBJECTS), EMPTY + 5 * 80, "LB2")
    assert pieces == {}
    assert [str(finding) for finding in findings] == [
        "sdtm/lb.xpt CED416 sdtm/lb.xpt would have pieces named LB2, as other datasets are; "
        "name another --split-over, or rename the dataset"
    ]


def test_a_limit_below_one_record() -> None:
    assert [str(one) for one in split(xpt(SUBJECTS), EMPTY + 79)[1]] == [
        f"sdtm/lb.xpt CED418 sdtm/lb.xpt has records of 80 bytes, of which a file of {EMPTY + 79:,} bytes "
        "holds none; name a greater --split-over"
    ]


def test_a_file_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "lb.xpt"
    path.write_bytes(xpt(SUBJECTS))
    packages = cast(Any, {"sdtm": SimpleNamespace(datasets=[SimpleNamespace(name="LB")])})
    found = split_datasets(packages, lambda _: path, EMPTY + 400, Findings())
    assert {name: b"".join(parts) for name, parts in found} == split(xpt(SUBJECTS), EMPTY + 400)[0]


@pytest.mark.parametrize(("text", "size"), [("5 gb", 5 * 10**9), ("0.5kB", 500), ("77", 77), ("None", None)])
def test_sizes(text: str, size: int | None) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["5 GiB", "", "-1GB", "0", "0.0001kB", "all"])
def test_texts_that_are_no_size(text: str) -> None:
    with pytest.raises(UnknownSize) as refused:
        bytes_of(text)
    assert str(refused.value) == f"{text!r} is no size of a file; expected one such as 5GB, 800MB or none"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("split"))


def build(study: Path, name: str, **more: Any) -> Path:
    folders = {"mappings": study / "mappings", "define": study / "define"}
    ced_cdisc.build(study / "raw", study / name, **folders, check=False, **more)
    return study / name


def test_a_build_with_a_tiny_limit(study: Path) -> None:
    plain = build(study, "plain")
    limit = max(path.stat().st_size for path in plain.rglob("*.xpt")) - 1
    out = build(study, "out", split_over=f"{limit}", split_within_subjects=True)
    pieces = {path.relative_to(out).as_posix(): path for path in out.rglob("split/*")}
    assert pieces
    for path in plain.rglob("*"):
        if path.is_file() and path.name != "build.json":
            assert (out / path.relative_to(plain)).read_bytes() == path.read_bytes()
    manifest = json.loads((out / "build.json").read_bytes())
    for name, path in pieces.items():
        assert manifest["outputs"][name] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert path.stat().st_size <= limit
    for folder in {path.parent for path in pieces.values()}:
        parts = [read_xpt(path)[0] for path in sorted(folder.iterdir())]
        whole = read_xpt(folder.parent / f"{sorted(folder.iterdir())[0].stem[:-1]}.xpt")[0]
        assert pl.concat(parts).equals(whole)


def test_check_reads_the_whole_datasets_alone(study: Path) -> None:
    folder = build(study, "plain2") / "sdtm"
    plain = check_folder(folder)
    limit = max(path.stat().st_size for path in folder.glob("*.xpt")) - 1
    out = build(study, "out2", split_over=f"{limit}", split_within_subjects=True)
    assert list((out / "sdtm" / "split").iterdir())
    again = check_folder(out / "sdtm")
    assert again.rules == plain.rules
    assert again.datasets == plain.datasets


def test_the_command_refuses_a_size_that_is_none(study: Path) -> None:
    result = CliRunner().invoke(
        main, ["build", str(study / "raw"), str(study / "no"), "--split-over", "5 GiB"], prog_name="ced-cdisc"
    )
    assert result.exit_code == 2
    assert "'5 GiB' is no size of a file; expected one such as 5GB, 800MB or none" in result.stderr
    assert not (study / "no").exists()


@pytest.mark.parametrize("asked", [["--split-over", "1KB"], ["--split-within-subjects"]])
def test_pieces_are_not_asked_for_where_no_transport_file_is_written(study: Path, asked: list[str]) -> None:
    command = ["build", str(study / "raw"), str(study / "no"), "--mappings", str(study / "mappings")]
    result = CliRunner().invoke(main, [*command, "--format", "json,parquet", *asked], prog_name="ced-cdisc")
    message = "Error: only XPT files are written in pieces, and --format names others alone"
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, message)
    assert not (study / "no").exists()


def test_a_refused_split_writes_nothing(study: Path) -> None:
    with pytest.raises(ced_cdisc.Stopped) as stopped:
        build(study, "refused", split_over="1100")
    assert {finding.code for finding in stopped.value.findings.errors} <= {"CED417", "CED418"}
    assert not (study / "refused").exists()
