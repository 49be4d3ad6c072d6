"""Where each thing of a package stands on its page, or on one beside it.

==================  =============================================
dataset             ``AE``
variable            ``AE.AESEV``
value-level row     ``SUPPAE.QVAL.QNAM.EQ.AETRTEM``
codelist            ``codelist.AESEV``
display, result     ``display.T3.1``, ``result.T3.1.R3``
standards, ...      ``standards``, ``documents``, ``codelists``
==================  =============================================

No two can be one: names of datasets are in capitals, all other places begin with a small letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ced_cdisc.core.metadata import (
    DatasetMetadata,
    Document,
    PackageMetadata,
    RangeCheck,
    ValueLevel,
    Variable,
)
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.write.define import oids

_NAME = re.compile(r"\w+\.\w+")
_QUALIFIER = re.compile(r"SUPP(\w+)\.QVAL where SUPP\1\.QNAM is (\w+)")


def variable_place(dataset: str, variable: str) -> str:
    """The id of a variable's row."""
    return f"{dataset}.{variable}"


def value_place(dataset: DatasetMetadata, variable: Variable, level: ValueLevel) -> str:
    """The id of a value-level row."""
    return oids.value_item(dataset.name, variable.name, level.where).removeprefix("IT.")


def codelist_place(codelist: str) -> str:
    """The id of a codelist's terms."""
    return f"codelist.{codelist}"


def display_place(display: str) -> str:
    """The id of a display of results."""
    return f"display.{display}"


def result_place(result: str) -> str:
    """The id of an analysis result."""
    return f"result.{result}"


def beside(datasets: Iterable[DatasetPlan], page: str) -> dict[str, str]:
    """What another page describes: its path by dataset, and the whole link by supplemental qualifier."""
    found: dict[str, str] = {}
    for dataset in datasets:
        found[dataset.name] = page
        supplemental = f"SUPP{dataset.name}"
        for qualifier in dataset.supplemental:
            where = (RangeCheck(supplemental, "QNAM", "EQ", (qualifier.name,)),)
            place = oids.value_item(supplemental, "QVAL", where).removeprefix("IT.")
            found[f"{dataset.name}.{qualifier.name}"] = f"{page}#{place}"
        found[supplemental] = page
    return found


class Places:
    """Links by name.

    Args:
        package: what the page is of.
        beside: the pages of other packages, see :func:`beside`.
    """

    def __init__(self, package: PackageMetadata, beside: Mapping[str, str]) -> None:
        self._beside = beside
        self._own = {dataset.name for dataset in package.datasets}
        self._variables: dict[str, str] = {}
        self.documents: dict[str, Document] = {document.id: document for document in package.documents}
        for dataset in package.datasets:
            for variable in dataset.variables:
                name = variable_place(dataset.name, variable.name)
                self._variables[name] = f"#{name}"
        for dataset in package.datasets:
            parent = dataset.name.removeprefix("SUPP")
            for variable in dataset.variables if parent != dataset.name else ():
                for level in variable.value_level:
                    for value in level.where[0].values:
                        place = f"#{value_place(dataset, variable, level)}"
                        self._variables.setdefault(f"{parent}.{value}", place)

    def variable(self, name: str) -> str:
        """The link to ``DATASET.VARIABLE`` (or a supplemental qualifier), empty where there is none.

        A qualifier is named as a variable of its parent, or as predecessors are: ``SUPPAE.QVAL where
        SUPPAE.QNAM is AERELAPH``.
        """
        if qualifier := _QUALIFIER.fullmatch(name):
            name = f"{qualifier[1]}.{qualifier[2]}"
        if not _NAME.fullmatch(name):
            return ""
        dataset = name.partition(".")[0]
        if dataset in self._own:
            return self._variables.get(name, "")
        page = self._beside.get(dataset, "")
        return self._beside.get(name, f"{page}#{name}" if page else "")
