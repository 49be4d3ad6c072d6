"""Builds, refusals and leftovers, as the tests of the output folder give and read them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from ced_cdisc.core.findings import Stage
from ced_cdisc.write.exchange import Holder
from ced_cdisc.write.folder import OutputFolder

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="renameat2, /proc and signals of Linux")
LEFT_ALONE = "name a new folder; this one is left alone"


def build(text: str, out: str = "out") -> None:
    """One whole successful run."""
    output, found = OutputFolder.prepare(Path(out))
    assert output is not None, found
    with output as work:
        write(work, text)
        output.commit()


def write(work: Path, text: str) -> None:
    (work / "sdtm").mkdir()
    (work / "sdtm/dm.xpt").write_text(text)
    (work / "build.json").write_text(json.dumps({"tool": "ced-cdisc"}))


def content(out: str = "out") -> str:
    """The text of the build in OUT, which must be whole."""
    assert json.loads(Path(out, "build.json").read_text())["tool"] == "ced-cdisc"
    return Path(out, "sdtm/dm.xpt").read_text()


def refusal(out: str | Path = "out", protected: list[Path] | None = None) -> str:
    output, found = OutputFolder.prepare(Path(out), protected or [])
    assert output is None
    assert [f.stage for f in found] == [Stage.OUTPUT]
    return str(found[0])


def around() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def left_between_renames() -> Path:
    """What a run killed between its two renames leaves; the path of its holder."""
    build("one")
    holder = Holder.create(Path("out").resolve())
    write(holder.new, "two")
    Path("out").rename(holder.old)
    holder.release()
    return holder.path
