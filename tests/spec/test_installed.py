"""Another installation of a library is told from the one before, without loading it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from ced_cdisc.spec import installed
from ced_cdisc.spec.installed import ENGINES, PARSERS, READERS, Edited, installations
from ced_cdisc.spec.locate import find_study
from ced_cdisc.spec.plan_key import plan_key, reader_digest, tool_digest
from small_study import write_study

ROOT = Path(__file__).parents[2]
CARRY_NOTHING = {"click", "rich", "dask", "distributed"}
"""What reads the command line, prints, and carries bytes to other machines."""


def test_every_requirement_is_looked_at_that_data_go_through() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [
        *project["dependencies"],
        *(one for name in extras if name not in ("dev", "docs") for one in extras[name]),
    ]
    names = {re.split(r"[<>=!~;]", one)[0].strip() for one in asked}
    assert names - CARRY_NOTHING == {*PARSERS, *READERS, *ENGINES}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed libraries before all others, each older than this process."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(installed, "LOADED", time.time_ns() + 10**12)
    return folder


def install(site: Path, name: str, version: str = "1.0", needs: tuple[str, ...] = ()) -> Path:
    """A distribution with a package and what an installer notes of it, in place of the one before."""
    forget(site, name)
    record = site / f"{name}-{version}.dist-info"
    record.mkdir()
    listed = "".join(f"Requires-Dist: {one}\n" for one in needs)
    (record / "METADATA").write_text(
        f"Name: {name}\n{listed}Version: {version}\n\nRequires-Dist: described\n"
    )
    (record / "RECORD").write_text(f"{name}/__init__.py,sha256=x,0\n")
    (site / name).mkdir(exist_ok=True)
    for file in ("__init__.py", "reader.py"):
        (site / name / file).write_text("")
    return record


def forget(site: Path, name: str = "*") -> None:
    """Take away what an installer noted."""
    for record in site.glob(f"{name}-*.dist-info"):
        shutil.rmtree(record)


def states(needed: str = "a_lib", package: str = "a_lib") -> list[object]:
    return list(installations({needed: package}))


def test_another_version_counts_though_the_package_looks_the_same(site: Path) -> None:
    first = install(site, "a_lib")
    before, init = states(), (site / "a_lib/__init__.py").stat()
    install(site, "a_lib", "1.1")
    os.utime(site / "a_lib/__init__.py", ns=(init.st_atime_ns, init.st_mtime_ns))
    after = states()
    assert str(first) in str(before) and str(first) not in str(after)


def test_the_same_version_installed_again_counts(site: Path) -> None:
    record = install(site, "a_lib")
    before = states()
    assert states() == before
    (record / "RECORD").write_text("a_lib/__init__.py,sha256=y,1\n")
    assert states() != before
    (record / "RECORD").unlink()
    before = states()
    (record / "METADATA").write_text("Name: a_lib\nVersion: 1.0\nSummary: of the system\n")
    assert states() != before


def test_what_a_library_requires_counts(site: Path) -> None:
    install(site, "a_lib", needs=("b.lib[fast]>=2; python_version>'3'", "c-lib; extra == 'more'"))
    install(site, "b_lib", needs=('d_lib ; extra == "fast"', 'e_lib; extra == "slow"'))
    seen = states()
    assert [one for one in seen if isinstance(one, str)] == ["d-lib"], "it is not installed"
    for name in ("d_lib", "b_lib"):
        install(site, name, "3")
        assert states() != seen
        seen = states()
    for name in ("c_lib", "e_lib", "described"):
        install(site, name)
        assert states() == seen
    assert states("a_lib[more]") != seen


def test_a_library_that_no_installer_put_there_is_looked_at_file_by_file(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a checkout on PYTHONPATH, or one that is installed to be edited."""
    install(site, "a_lib")
    before = states()
    (site / "a_lib/reader.py").write_text("changed = 1\n")
    assert states() == before, "the record stands for the files beside it"
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    install(checkout, "a_lib")
    forget(checkout)
    monkeypatch.syspath_prepend(checkout)
    before = states()
    (checkout / "a_lib/reader.py").write_text("changed = 1\n")
    assert states() != before
    (checkout / "b_lib.py").write_text("")
    before = states("b_lib", "b_lib")
    (checkout / "b_lib.py").write_text("changed = 1\n")
    assert states("b_lib", "b_lib") != before


def test_a_library_that_is_not_installed_counts_once_it_is(site: Path) -> None:
    assert states() == ["a-lib"]
    install(site, "a_lib")
    assert len(states()) == 2


@pytest.mark.parametrize("recorded", [True, False])
def test_one_that_is_installed_while_the_process_runs_gives_no_state(
    site: Path, monkeypatch: pytest.MonkeyPatch, recorded: bool
) -> None:
    """The process may have loaded the one before."""
    install(site, "a_lib")
    if not recorded:
        forget(site)
    monkeypatch.setattr(installed, "LOADED", time.time_ns() - 10**12)
    with pytest.raises(Edited):
        states()


LIBRARIES = {
    "openpyxl": {"data"},
    "polars_runtime_32": {"data"},
    "sqlalchemy": {"data"},
    "pydantic_core": {"plan", "data", "words"},
    "markdown_it_py": {"words"},
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_the_digests_know_the_libraries(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_study(tmp_path)
    monkeypatch.chdir(tmp_path)

    def digests() -> dict[str, str | None]:
        plan = plan_key(find_study(None, None, Path()))
        return {"plan": plan, "data": tool_digest(), "words": reader_digest()}

    before = digests()
    install(site, name, "99")
    after = digests()
    assert None not in {*before.values(), *after.values()}
    assert {what for what in before if before[what] != after[what]} == LIBRARIES[name]


def test_no_library_is_loaded_for_it() -> None:
    loaded = "{'openpyxl', 'numpy', 'yaml', 'pydantic', 'polars', 'email', 'importlib.metadata'}"
    code = (
        "import sys; from ced_cdisc.spec.plan_key import tool_digest, reader_digest\n"
        f"tool_digest(), reader_digest(); print(sorted({loaded} & {{*sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
