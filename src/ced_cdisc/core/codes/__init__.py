"""The catalogue of codes: what each CEDnnn means, at which stage it arises, and what to do.

One line a code, in the module of its stage: ``code | title | what to do``. ``docs/errors.md`` is written
from it by ``scripts/make_error_docs.py``. A code keeps its meaning for good; the number of a retired one
stays unused.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ced_cdisc.core.codes.check import CHECK
from ced_cdisc.core.codes.compared import COMPARED, COMPARED_FILES
from ced_cdisc.core.codes.converted import CONVERTED, CONVERTED_FILES
from ced_cdisc.core.codes.deliveries import DELIVERIES
from ced_cdisc.core.codes.output import OUTPUT
from ced_cdisc.core.codes.raw import RAW
from ced_cdisc.core.codes.scanned import PROPOSED, SCANNED, UNCLEAR
from ced_cdisc.core.codes.spec import SPEC
from ced_cdisc.core.codes.workbench import WORKBENCH, WORKBENCH_FILES
from ced_cdisc.core.findings import Stage


class Code(NamedTuple):
    """One code: a short title, the stage that decides the exit code, and what to do."""

    title: str
    stage: Stage
    remedy: str


def _listed(text: str, stage: Stage) -> dict[str, Code]:
    made: dict[str, Code] = {}
    for line in text.strip().splitlines():
        code, title, remedy = line.split(" | ")
        if code in made:
            raise ValueError(f"{code} is listed twice")
        made[code] = Code(title, stage, remedy)
    return made


CODES: Mapping[str, Code] = MappingProxyType(
    dict(
        sorted(
            (
                _listed(SPEC, Stage.SPEC)
                | _listed(RAW, Stage.RAW)
                | _listed(OUTPUT, Stage.OUTPUT)
                | _listed(CHECK, Stage.CHECK)
                | _listed(COMPARED, Stage.CHECK)
                | _listed(COMPARED_FILES, Stage.RAW)
                | _listed(WORKBENCH, Stage.SPEC)
                | _listed(WORKBENCH_FILES, Stage.OUTPUT)
                | _listed(DELIVERIES, Stage.RAW)
                | _listed(CONVERTED_FILES, Stage.RAW)
                | _listed(SCANNED, Stage.RAW)
                | _listed(UNCLEAR, Stage.SPEC)
                | _listed(PROPOSED, Stage.OUTPUT)
                | _listed(CONVERTED, Stage.OUTPUT)
            ).items()
        )
    )
)
"""Every code that a finding can have, in the order of the numbers."""
