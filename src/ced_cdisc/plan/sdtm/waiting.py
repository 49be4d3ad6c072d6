"""What is made when all rows are there: no row waits for it, and no look-up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import own_columns
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.model import Line
from ced_cdisc.plan.sdtm.domain import Domain


class Waiting(Struct, frozen=True):
    """What the rows of a domain would have to wait for."""

    domain: Domain
    catalogue: Catalogue
    findings: Findings

    def late(self, read: Iterable[tree.Column]) -> str:
        """A variable of another dataset, among those read, that is made over that whole dataset."""
        late = self.catalogue.late
        found = (c for c in read if c.owner != self.domain.name and c.short in late.get(c.owner, ()))
        return next((column.name for column in found), "")

    def waits(self, read: Iterable[tree.Column], where: Location, hint: str) -> None:
        """CED052: what is made when all rows are neither chooses a row nor is looked up for one."""
        if name := self.late(read):
            message = f"{name} is made when the rows of all datasets are, so that no row can wait for it"
            self.findings.add(Finding("CED052", message, where, hint=hint))

    def known(
        self,
        keep: tree.Node,
        made: Mapping[str, Line],
        whole: Collection[str],
        where: Location,
        task: str = "choose none of them",
    ) -> None:
        """CED052 and CED054: what the rows have no value of when they are chosen can choose none of them, and
        find no record of a look-up."""
        late = self.catalogue.late.get(self.domain.name, set()) | set(whole)
        does = task.partition(" ")[0]
        for name in dict.fromkeys(c.short for c in own_columns(keep) if c.scope is tree.Scope.VARIABLE):
            variable = f"{self.domain.name}.{name}"
            if name not in self.domain.names or (name in made and made[name].verb != "absent"):
                continue
            if name in late:
                message = f"{variable} is made when all rows are there, so that it can {task}"
                hint = f"{does} by what is collected, or by a date"
                self.findings.add(Finding("CED052", message, where, hint=hint))
            elif name != "USUBJID":
                message = f"{variable} has no value in these rows, so that it can {task}"
                hint = f"{does} by what has a line here"
                self.findings.add(Finding("CED054", message, where, hint=hint))
