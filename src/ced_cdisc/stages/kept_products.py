"""What earlier builds made of models: define.xml and its page, annotated CRFs, guides, results and figures.

A product stands under the digest of all that it is made of, value by value, so that one of which nothing
changed is neither made nor checked again, and the libraries that make it are not even loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from msgspec import msgpack

from ced_cdisc.core.findings import Finding
from ced_cdisc.plan.dataset_key import Digests
from ced_cdisc.write.kept_files import KeptFiles

Product = tuple[dict[str, bytes], list[Finding]]
"""Files by path, and what is at fault with them."""


class KeptProducts:
    """The products of a study; a companion keeps those that it makes by itself.

    Args:
        files: where they are kept.
        tool: the digest of the tool.
    """

    def __init__(self, files: KeptFiles, tool: str) -> None:
        self._files, self._tool = files, tool
        self._digests = Digests()
        # Of a model of records and plain values; a tenth of the time that a walk through it would take.
        self._encoder = msgpack.Encoder(order="deterministic", enc_hook=self._as_plain)

    def of(self, name: str, made_of: object, make: Callable[[], Product]) -> Product:
        """What ``make`` makes; it is asked only where that is not known. What has findings is not kept.

        Args:
            name: of the product, the same in each build.
            made_of: all that ``make`` looks at: models, texts, numbers and collections of them. No two kinds
                of record that could stand in one place have fields of the same names.
            make: makes it.
        """
        key = self._key((name, self._tool, made_of))
        found = self._files.read(name, key)
        if found is not None:
            try:
                return _cut(*found), []
            except (ValueError, TypeError):
                self._files.throw_away(name, key)
        files, findings = make()
        if not findings:
            sizes = [[path, len(content)] for path, content in files.items()]
            self._files.write(name, key, sizes, b"".join(files.values()))
        return files, findings

    def _key(self, made_of: object) -> str:
        try:
            told = self._encoder.encode(made_of)
        except UnicodeEncodeError:  # the name of a file that is no text
            told = self._digests.of(made_of).encode()
        return hashlib.sha256(told).hexdigest()

    def _as_plain(self, value: object) -> str:
        """A text that knows its place as one that does not; anything else as its digest."""
        return str(value) if isinstance(value, str) else self._digests.of(value)


def _cut(sizes: Any, body: bytes) -> dict[str, bytes]:
    """The files of an entry.

    Raises:
        ValueError, TypeError: it is none.
    """
    files: dict[str, bytes] = {}
    start = 0
    for path, size in sizes:
        files[str(path)] = body[start : start + int(size)]
        start += int(size)
    if start != len(body):
        raise ValueError("the files have another size than the entry says")
    return files
