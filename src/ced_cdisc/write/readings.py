"""What files beside the specs say, as it was read before: findings.yaml, the words of the guides, the rules.

Their parsers take longer to load than the files to read. What a file gives is decided by its bytes, its name
in messages and the tool alone, so it is kept under a key of these (:mod:`ced_cdisc.write.cache_entries`),
with the faults that were found in it, which are told each time. For a file of the tool its digest stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.spec.known_findings import KnownFinding, said_right
from ced_cdisc.spec.plan_key import reader_digest, reading_key
from ced_cdisc.write.cache_entries import CacheEntries, cache_folder
from ced_cdisc.write.pickled import pickled, unpickled

if TYPE_CHECKING:
    from ced_cdisc.spec.guide_words import GuideWords

T = TypeVar("T")

_FOLDER, _OF_TOOL = "readings", "tool"
_KEPT = 64
"""A study has up to three files, and one more for each study that it pools."""
_KEPT_OF_TOOL = 4
"""Of each version of the tool one."""


def read_known(
    file: Path,
    shown: str,
    findings: Findings,
    *,
    packages: Iterable[str] | None = None,
    rules: Collection[str] | None = None,
) -> tuple[KnownFinding, ...]:
    """The known findings of a study that are said right; a file that was read before is read no more.

    Args:
        file: the file, or none where nothing is known.
        shown: how messages name it.
        findings: receives faults: those of any spec, and what :func:`.known_findings.said_right` tells.
        packages: the folders of the packages, where they are known.
        rules: the rules of ``ced-cdisc check``, where they are known.
    """
    entries = _read(_entries, file, shown, findings)
    return said_right(entries, findings, packages=packages, rules=rules)


def read_words(file: Path, shown: str, findings: Findings) -> GuideWords | None:
    """As :func:`ced_cdisc.spec.guide_words.read_words`, with a file that was read before read no more."""
    return _read(_words, file, shown, findings)


def _entries(file: Path, shown: str, findings: Findings) -> tuple[KnownFinding, ...]:
    try:
        file.stat()
    except FileNotFoundError:
        return ()
    except OSError:
        pass  # which its reading tells of
    from ced_cdisc.spec.findings_file import read_entries

    return read_entries(file, shown, findings)


def _words(file: Path, shown: str, findings: Findings) -> GuideWords | None:
    from ced_cdisc.spec.guide_words import read_words

    return read_words(file, shown, findings)


def read_of_tool(name: str, read: Callable[[], T]) -> T:
    """What a function reads of files of the tool itself; where that is known, they are not read.

    Args:
        name: of what is read.
        read: reads it: texts, numbers, and lists and mappings of them.
    """
    folder, tool = cache_folder(_OF_TOOL), _tool()
    if folder is None or tool is None:
        return read()
    entries, key = CacheEntries(folder, "reading", _KEPT_OF_TOOL), reading_key(tool, name, "", b"")
    value, _ = _kept(entries, key, lambda: (read(), ()), lambda: tool == reader_digest())
    return value


def _read(read: Callable[[Path, str, Findings], T], file: Path, shown: str, findings: Findings) -> T:
    """What a function reads of a file, and its faults, from the cache where they are known."""
    folder = cache_folder(_FOLDER)
    key = None if folder is None else _key(read, file, shown, _tool())
    if folder is None or key is None:
        return read(file, shown, findings)

    def make() -> tuple[T, tuple[Finding, ...]]:
        found = Findings()
        return read(file, shown, found), tuple(found)

    entries = CacheEntries(folder, "reading", _KEPT)
    value, faults = _kept(entries, key, make, lambda: key == _key(read, file, shown, reader_digest()))
    findings.extend(faults)
    return value


def _kept(
    entries: CacheEntries,
    key: str,
    make: Callable[[], tuple[T, tuple[Finding, ...]]],
    is_same: Callable[[], bool],
) -> tuple[T, tuple[Finding, ...]]:
    """A value with its faults from the cache; else it is made, and kept if nothing was changed meanwhile."""
    found: tuple[T, tuple[Finding, ...]] | None = entries.read(key, _value)
    if found is None:
        found = make()
        if is_same():
            body = pickled(found)
            entries.keep(key, _digest(body), body)
    return found


@cache
def _tool() -> str | None:
    """The tool as it stood when this process first asked, and as it was loaded until then."""
    return reader_digest()


def _key(read: Callable[..., object], file: Path, shown: str, tool: str | None) -> str | None:
    """The key of what a function reads of a file, None where that cannot be told, or there is no file."""
    try:
        return None if tool is None else reading_key(tool, read.__name__, shown, file.read_bytes())
    except OSError:
        return None


def _value(index: bytes, body: memoryview) -> tuple[Any, tuple[Finding, ...]]:
    if _digest(body) != index:
        raise ValueError("the entry is damaged")
    value, faults = unpickled(body)
    return value, faults


def _digest(body: bytes | memoryview) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
