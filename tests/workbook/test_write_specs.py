"""Spec files are written all or none, and nothing is left beside them."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from ced_cdisc.stages.spec_import import write_specs


@pytest.fixture(autouse=True)
def _specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ae", "dm"):
        Path(f"{name}.yaml").write_text(f"old {name}")
    Path("ae.yaml").chmod(0o640)


NEW = {Path("ae.yaml"): "new ae", Path("ex.yaml"): "new ex", Path("dm.yaml"): "new dm"}


def there() -> dict[str, str]:
    """The text of each file in the folder."""
    return {path.name: path.read_text() for path in sorted(Path().iterdir())}


def test_all_are_written() -> None:
    write_specs(NEW)
    assert there() == {"ae.yaml": "new ae", "dm.yaml": "new dm", "ex.yaml": "new ex"}
    assert Path("ae.yaml").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_disk_that_runs_full_leaves_nothing_beside_the_specs(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write, calls = there(), Path.write_bytes, list[Path]()

    def full(path: Path, content: bytes) -> int:
        calls.append(path)
        if len(calls) < number:
            return write(path, content)
        write(path, content[:3])
        raise OSError(errno.ENOSPC, "No space left on device")  # as a write says it, without a name

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device") as failed:
        write_specs(NEW)
    assert failed.value.filename == str(calls[-1])
    assert there() == before


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_was_put_in_place_is_undone_in_one_step(
    number: int, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each spec is whole at every moment: no file that stands in its place is written to."""
    before, replace, calls = there(), Path.replace, list[Path]()
    times = {name: Path(name).stat().st_mtime_ns for name in before}

    def refusing(path: Path, target: Path) -> Path:
        calls.append(path)
        assert path.read_text().split()[0] in ("new", "old")
        if len(calls) == number:
            raise error
        return replace(path, target)

    def in_place(path: Path, content: bytes) -> int:
        assert path.name not in before and path.name != "ex.yaml"
        return write(path, content)

    write = Path.write_bytes
    monkeypatch.setattr(Path, "replace", refusing)
    monkeypatch.setattr(Path, "write_bytes", in_place)
    with pytest.raises(error):
        write_specs(NEW)
    assert there() == before
    assert {name: Path(name).stat().st_mtime_ns for name in before} == times
