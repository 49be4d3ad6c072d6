"""ced-cdisc: raw clinical trial tables to SDTM, ADaM, XPT and define.xml, from YAML mapping specs.

``ced_cdisc.build(raw, out)`` does what ``ced-cdisc build RAW OUT`` does, and hands out pandas frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ced_cdisc.core.version import VERSION

if TYPE_CHECKING:
    from ced_cdisc.core.findings import Finding, Findings, Stopped
    from ced_cdisc.pipeline import Build, build

__version__ = VERSION
__all__ = ["Build", "Finding", "Findings", "Stopped", "__version__", "build"]

_HOMES = {
    "Build": "ced_cdisc.pipeline",
    "build": "ced_cdisc.pipeline",
    "Finding": "ced_cdisc.core.findings",
    "Findings": "ced_cdisc.core.findings",
    "Stopped": "ced_cdisc.core.findings",
}


def __getattr__(name: str) -> Any:
    """Load the engine only when it is used, so that the command line starts at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
