"""What the rules of ``ced-cdisc check`` said before: of the same output, or of the same files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ced_cdisc.build_file import NAME as BUILD_FILE
from ced_cdisc.write.kept_files import KeptFiles

if TYPE_CHECKING:
    from ced_cdisc.conformance.known import KnownDataset
    from ced_cdisc.core.conformance import CheckResult


class KeptChecks:
    """The checks of an output, under the digest of all that they look at; and answers, by dataset.

    A dataset has an entry of its own, under the digest of its file: so where one file of an output changed,
    what was said of all others is at hand.

    Args:
        files: where they are kept.
        tool: the digest of the tool, of which the rules are a part.
        outputs: the SHA-256 of each file of the output, by its path.
        places: the line of the specs behind each variable, which findings name.
    """

    def __init__(
        self, files: KeptFiles, tool: str, outputs: Mapping[str, str], places: Mapping[str, Any]
    ) -> None:
        self._files, self._tool, self._outputs = files, tool, outputs
        self._places = places

    def said(self, folder: str, shown: str) -> CheckResult | None:
        """What the rules said of a folder of the output, if that is known.

        Args:
            folder: of the study in the output; empty for the output itself.
            shown: how the result names it.
        """
        from ced_cdisc.conformance.as_json import check_of_json

        entry = self._entry(folder)
        found = self._files.read(*entry)
        if found is None:
            return None
        try:
            return check_of_json(found[0], shown)
        except (ValueError, TypeError, LookupError):
            self._files.throw_away(*entry)
            return None

    def files(self, folder: str) -> KnownFiles:
        """What is known of the files of a folder, of which no check is."""
        return KnownFiles(self._files, self._tool, self._outputs, folder)

    def keep(self, folder: str, result: CheckResult) -> None:
        """Keep what the rules say of a folder."""
        from ced_cdisc.conformance.as_json import check_to_json

        value = check_to_json(result)
        if value is not None:
            self._files.write(*self._entry(folder), value)

    def _entry(self, folder: str) -> tuple[str, str]:
        """The name and key of a check; that of a pooled study looks at what stands in its folder alone."""
        name, below = f"check {folder}", f"{folder}/".lstrip("/")
        told = sorted(one for one in self._outputs.items() if one[0].startswith(below))
        told = [one for one in told if one[0] != BUILD_FILE]  # it lists inputs, too
        places = {where: lines for where, lines in self._places.items() if where.startswith(below)}
        made = json.dumps([name, self._tool, told, places], sort_keys=True)
        return name, hashlib.sha256(made.encode("utf-8", "surrogatepass")).hexdigest()


class KnownFiles:
    """What is kept of the files of a folder of the output (:class:`ced_cdisc.conformance.known.Known`).

    A companion that checks half of them has one of its own, and keeps what it says itself.
    """

    def __init__(self, files: KeptFiles, tool: str, outputs: Mapping[str, str], folder: str) -> None:
        self._files, self._tool, self._outputs, self._folder = files, tool, outputs, folder
        self._found: dict[str, KnownDataset] = {}

    def of(self, file: str) -> KnownDataset | None:
        """What is known of a file, by its path below the folder."""
        if file not in self._found:
            digest = self._outputs.get(self._path(file))
            if digest is None:
                return None
            self._found[file] = self._read(file, digest)
        return self._found[file]

    def keep(self) -> None:
        """Write what is new."""
        from ced_cdisc.conformance.known import known_to_json

        for file, known in self._found.items():
            if known.new:
                self._files.write(*self._entry(file, known.digest), known_to_json(known))

    def _read(self, file: str, digest: str) -> KnownDataset:
        from ced_cdisc.conformance.known import KnownDataset, known_of_json

        entry = self._entry(file, digest)
        found = self._files.read(*entry)
        if found is not None:
            try:
                return known_of_json(found[0], digest)
            except (ValueError, TypeError, LookupError, AttributeError):
                self._files.throw_away(*entry)
        return KnownDataset(digest)

    def _entry(self, file: str, digest: str) -> tuple[str, str]:
        """The name and key of an entry."""
        name = f"rules {self._path(file)}"
        return name, hashlib.sha256(json.dumps([name, self._tool, digest]).encode()).hexdigest()

    def _path(self, file: str) -> str:
        return f"{self._folder}/{file}".lstrip("/")
