"""No subject of the example stands in any report about its packages, unless it is asked for."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner
from transport_files import Dataset

from ced_cdisc.cli import main
from ced_cdisc.read.xpt import read_xpt
from ced_cdisc.write.xpt import write_xpt

FORMATS = ("txt", "json", "xml", "sarif", "xlsx")


@pytest.fixture(scope="module")
def spoilt(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages with every value but the subject's in the next record, and a quarter of the records gone.

    So nearly every rule and every cause has something to tell, of every dataset.
    """
    folder = tmp_path_factory.mktemp("spoilt")
    for file in sorted(out.rglob("*.xpt")):
        if "controls" in file.parts:
            continue
        frame, member = read_xpt(file)
        names = [name for name in frame.columns if name not in ("STUDYID", "DOMAIN", "USUBJID")]
        frame = frame.with_columns(pl.col(name).shift(1).fill_null(pl.col(name).first()) for name in names)
        place = folder / file.relative_to(out)
        place.parent.mkdir(exist_ok=True)
        with place.open("wb") as opened:
            write_xpt(opened, frame[: -max(1, frame.height // 4)] if frame.height > 4 else frame, member)
    return folder


@pytest.fixture(scope="module")
def named(files: dict[str, Dataset]) -> re.Pattern[str]:
    """Any USUBJID or SUBJID of the study, and any date of birth."""
    rows = [*files["DM"].rows, *files["ADSL"].rows]
    people = {row.get(name) for row in rows for name in ("USUBJID", "SUBJID", "BRTHDTC")} - {None, ""}
    return re.compile("|".join(sorted(map(re.escape, people), key=lambda text: (-len(text), text))))


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)], prog_name="ced-cdisc")
    assert result.exit_code == 1, result.output
    return result.output


def text_of(file: Path) -> str:
    if file.suffix != ".xlsx":
        return file.read_text(encoding="utf-8")
    book = openpyxl.load_workbook(io.BytesIO(file.read_bytes()), read_only=True)
    return "\n".join(
        str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c is not None
    )


def test_no_report_of_a_check(spoilt: Path, named: re.Pattern[str], tmp_path: Path) -> None:
    outs = [f"--out={tmp_path / 'report'}.{kind}" for kind in FORMATS]
    arguments = ("check", spoilt, "--standard", "SDTMIG=3.4", "--format", "github")
    assert not named.search(run(*arguments, *outs))
    for kind in FORMATS:
        text = text_of(tmp_path / f"report.{kind}")
        assert not named.search(text), kind
        assert len(text) > 10_000
    assert named.search(run(*arguments, outs[0], "--show-ids"))
    assert named.search(text_of(tmp_path / "report.txt"))


def test_no_report_of_a_comparison(out: Path, spoilt: Path, named: re.Pattern[str]) -> None:
    for kind, form in (("sdtm", "text"), ("sdtm", "html"), ("adam", "json")):
        assert not named.search(run("compare", out / kind, spoilt / kind, "--format", form)), (kind, form)
    assert named.search(run("compare", out / "adam", spoilt / "adam", "--dataset", "ADSL", "--show-ids"))
