"""What the rules of ``ced-cdisc check`` said before: of the same output, or of the same files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ced_cdisc.write.kept_files import KeptFiles

if TYPE_CHECKING:
    from ced_cdisc.conformance.known import Known, KnownDataset
    from ced_cdisc.core.conformance import CheckResult

MANIFEST = "build.json"


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
        told = sorted(one for one in outputs.items() if one[0] != MANIFEST)  # it lists inputs, too
        self._made = [tool, told, places]

    def check(self, folder: str, shown: str, check: Callable[[Known], CheckResult]) -> CheckResult:
        """What ``check`` says of a folder of the output; it is asked only where that is not known.

        Args:
            folder: of the study in the output; empty for the output itself.
            shown: how the result names it.
            check: carries out the rules, as far as it is not known what they say.
        """
        from ced_cdisc.conformance.as_json import check_of_json, check_to_json

        name = f"check {folder}"
        whole = json.dumps([name, self._made], sort_keys=True).encode("utf-8", "surrogatepass")
        key = hashlib.sha256(whole).hexdigest()
        found = self._files.read(name, key)
        if found is not None:
            try:
                return check_of_json(found[0], shown)
            except (ValueError, TypeError, LookupError):
                self._files.throw_away(name, key)
        known = _KnownFiles(self._files, self._tool, self._outputs, folder)
        result = check(known)
        known.keep()
        value = check_to_json(result)
        if value is not None:
            self._files.write(name, key, value)
        return result


class _KnownFiles:
    """What is kept of the files of a folder of the output."""

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
