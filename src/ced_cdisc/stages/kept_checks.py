"""What the rules of ``ced-cdisc check`` said of the same output in an earlier build."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ced_cdisc.write.kept_files import KeptFiles

if TYPE_CHECKING:
    from ced_cdisc.core.conformance import CheckResult

MANIFEST = "build.json"


class KeptChecks:
    """The checks of an output, under the digest of all that they look at.

    Args:
        files: where they are kept.
        tool: the digest of the tool, of which the rules are a part.
        outputs: the SHA-256 of each file of the output, by its path.
        places: the line of the specs behind each variable, which findings name.
    """

    def __init__(
        self, files: KeptFiles, tool: str, outputs: Mapping[str, str], places: Mapping[str, Any]
    ) -> None:
        self._files = files
        told = sorted(one for one in outputs.items() if one[0] != MANIFEST)  # it lists inputs, too
        self._made = [tool, told, places]

    def check(self, folder: str, shown: str, check: Callable[[], CheckResult]) -> CheckResult:
        """What ``check`` says of a folder of the output; it is asked only where that is not known.

        Args:
            folder: of the study in the output; empty for the output itself.
            shown: how the result names it.
            check: carries out the rules.
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
        result = check()
        value = check_to_json(result)
        if value is not None:
            self._files.write(name, key, value)
        return result
