"""What a plan depends on, in digests: the tool, the interpreter, and every file of specs.

So do the readings of the files beside the specs, each on one file.

Nothing here parses a spec, so that a plan that is known already costs next to nothing. The layers of a study
are known only once it is parsed, so there are two steps: the key stands for the tool and the study's own
folders; the plan that is kept under it names the layers, and holds as long as their digest does.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ced_cdisc.core.version import LOADED, VERSION
from ced_cdisc.spec.installed import ENGINES, PARSERS, READERS, Edited, files_below, installations, state
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.spec.stray import ENDINGS

_PACKAGE = Path(__file__).resolve().parent.parent
_NOT_OURS = ("__pycache__", "_default_study", "_code_pages")
_SUFFIXES = (*ENDINGS, ".tsv.gz", ".py")  # specs, the study's own terminology, and its plug-ins
_DEPTH = 2
"""How many folders deep specs are looked for, be it to say that they are read by nothing."""
_NO_SPEC = "findings.yaml"  # stands beside define.yaml; no plan depends on it


def plan_key(study: StudyFolders, profile: str | None = None) -> str | None:
    """The digest of all that the plan of a study without layers depends on, in the profile asked for.

    Gives None where it cannot be told: a file cannot be read, or the tool's sources were edited after this
    process had begun to load them.
    """
    digest = hashlib.sha256()
    try:
        digest.update(repr(profile).encode())
        for item in (*_tool(), *installations(PARSERS)):
            digest.update(repr(item).encode())
        for folder, shown in zip((study.mappings, study.define), study.shown, strict=True):
            digest.update(repr((str(folder), shown)).encode())
            for part in _specs(folder):
                digest.update(part)
    except (OSError, Edited):
        return None
    return digest.hexdigest()


def tool_digest() -> str | None:
    """The digest of the tool, of Python and of the libraries that specs and data go through.

    Gives None where the tool's sources were edited, or a library installed, after this process had begun to
    load them.
    """
    return _tool_with({**PARSERS, **ENGINES})


def reader_digest() -> str | None:
    """As :func:`tool_digest`, of all that reads what people write in YAML and Markdown."""
    return _tool_with(READERS)


def reading_key(tool: str, what: str, shown: str, content: bytes) -> str:
    """The digest of all that the reading of one file depends on.

    Args:
        tool: what :func:`reader_digest` gave.
        what: the name of what is read.
        shown: how messages name the file.
        content: of the file.
    """
    return hashlib.sha256(repr((tool, what, shown)).encode() + content).hexdigest()


def _tool_with(libraries: Mapping[str, str]) -> str | None:
    digest = hashlib.sha256()
    try:
        for item in (*_tool(), *installations(libraries)):
            digest.update(repr(item).encode())
    except (OSError, Edited):
        return None
    return digest.hexdigest()


def layers_digest(layers: Iterable[str], before: int | None = None) -> str | None:
    """The digest of the folders of layers, and of where they really are.

    Gives None where it cannot be told: a file cannot be read, or was not as it is ``before`` then
    [ns since 1970].
    """
    digest = hashlib.sha256()
    try:
        for layer in layers:
            folder = Path(layer)
            digest.update(repr((layer, str(folder.resolve()))).encode())
            for part in _specs(folder, before):
                digest.update(part)
    except (OSError, RuntimeError, Edited):  # RuntimeError: a loop of links, up to Python 3.12
        return None
    return digest.hexdigest()


def spec_digests(study: StudyFolders) -> dict[Path, str]:
    """The SHA-256 of every file that may be one of the study's own specs, as it is now."""
    found: dict[Path, str] = {}
    for folder in (study.mappings, study.define):
        with suppress(OSError):
            for path in _files(folder, None, _DEPTH):
                with suppress(OSError):
                    found[path] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _tool() -> Iterator[object]:
    """The version, the interpreter, and the state of each file of the package.

    Sizes and times of change stand for contents: reading a thousand files would cost what is to be saved.
    """
    yield VERSION, sys.version
    yield from files_below(_PACKAGE, _NOT_OURS, LOADED)


def _specs(folder: Path, before: int | None = None) -> Iterator[bytes]:
    """Name and content of every file that may be one of specs, in a folder and those within it.

    A file that is not there is not among them, and so counts once it is.
    """
    for path in sorted(set(_files(folder, before, _DEPTH)) - {folder / _NO_SPEC}):
        content = path.read_bytes()
        state(path.stat(), before)
        yield repr((str(path), len(content))).encode()
        yield content


def _files(folder: Path, before: int | None, deeper: int) -> Iterator[Path]:
    state(folder.stat(), before)  # changed where a file is gone
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.casefold().endswith(_SUFFIXES):
                yield folder / entry.name
            elif deeper and entry.is_dir():
                yield from _files(folder / entry.name, before, deeper - 1)
