"""What the plan holds of a plug-in: all that another process needs to check, describe and run it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

KINDS = ("text", "number", "dtc", "date", "datetime", "truth")
"""The types of inputs and outputs: ``dtc`` is ISO 8601 text, ``truth`` a condition."""

Frames = Literal["record", "polars", "pandas"]


class Source(Struct, frozen=True):
    """Where plug-ins are declared.

    Attributes:
        name: as study.yaml has it: a file below the mappings, or the name of an entry point.
        shown: as messages and build.json name it: ``mappings/derivations.py``, ``acme 1.2 (acme.cdisc)``.
        digest: SHA-256 of the file; of a package, of its version, its entry point and all its Python files.
        text: the file's content; empty for a package.
        module: the module of a package; empty for a file.
    """

    name: str
    shown: str
    digest: str
    text: str = ""
    module: str = ""


class Derivation(Struct, frozen=True):
    """One plug-in.

    Attributes:
        name: as expressions call it.
        inputs: name and kind of each, in the order of the call.
        output: the kind of its value.
        method: its value in words, ``{input}`` standing for what an input is given.
        frames: what the function takes: the inputs of one record, or a frame of records.
        group: None: the value hangs on one record alone; else it is called with all records of a subject
            that share these inputs.
        source: where it is declared.
        line: the line of its ``def`` there.
    """

    name: str
    inputs: tuple[tuple[str, str], ...]
    output: str
    method: str
    frames: Frames
    group: tuple[str, ...] | None
    source: Source
    line: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return tuple(name for name, _ in self.inputs)

    @property
    def place(self) -> str:
        """The file and line of its declaration."""
        return f"{self.source.shown}:{self.line}"

    def words(self, said: Mapping[str, str]) -> str:
        """The method text with what each input is given."""
        text = re.sub(r"\{(\w+)\}", lambda match: said[match[1]], self.method)
        if self.group is None:
            return text
        alike = [said[name] for name in self.group]
        text += ", over the subject's records"
        return text + (f" with the same {' and '.join(alike)}" if alike else "")
