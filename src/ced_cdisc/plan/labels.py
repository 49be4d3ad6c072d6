"""Labels that a transport file cannot hold: they are known without data."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.findings import Finding, Findings, Location, printable
from ced_cdisc.core.xpt import LABEL_BYTES
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.spec.text import Text


def check_labels(dataset: DatasetPlan, written: Text | None, findings: Findings) -> None:
    """CED024 for labels over 40 bytes, or with characters beyond printable ASCII.

    ``written`` is the label of the dataset as its spec has it, which stands in another line than its name.
    """
    for what, label, where in _labels(dataset, dataset.where if written is None else written.where):
        if (size := len(label.encode())) > LABEL_BYTES:
            problem = f"the label of {what} has {size} bytes, SAS holds {LABEL_BYTES}"
            findings.add(Finding("CED024", problem, where, hint="shorten it with 'label'"))
        elif strange := next((one for one in label if not " " <= one <= "~"), ""):
            shown = (
                f"'{strange}' (U+{ord(strange):04X})" if strange.isprintable() else f"U+{ord(strange):04X}"
            )
            problem = f"the label of {what} has the character {shown}: '{printable(label)}'"
            hint = "a transport file holds printable ASCII characters only"
            findings.add(Finding("CED024", problem, where, hint=hint))


def _labels(dataset: DatasetPlan, place: Location) -> Iterator[tuple[str, str, Location]]:
    yield f"dataset {dataset.name}", dataset.label, place
    for one in dataset.variables:
        yield f"{dataset.name}.{one.name}", one.label, one.where
    for one in dataset.supplemental:
        yield f"SUPP{dataset.name}.{one.name}", one.label, one.where
