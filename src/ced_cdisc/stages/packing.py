"""The part of a companion in a build: some SDTM datasets, and all packages, while others are still converted.

A dataset is described once it is there, its package made once all of it are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ced_cdisc.convert.build import build_promised
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.metadata import DatasetMetadata, PackageMetadata
from ced_cdisc.core.partner import Partner
from ced_cdisc.describe.as_json import description_to_json
from ced_cdisc.describe.datasets import describe_dataset, describe_supplemental
from ced_cdisc.describe.lists import UsedTerms
from ced_cdisc.describe.packages import describe_package
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges, as_written, dataset_as_written
from ced_cdisc.read.tables import RawTable
from ced_cdisc.stages.converting import FinishedDataset, shown_of, submitted
from ced_cdisc.stages.kept_packages import Descriptions
from ced_cdisc.stages.kept_products import KeptProducts
from ced_cdisc.stages.packaging import Place, define, finished_in_turn, package_of
from ced_cdisc.write.output_files import OutputFiles

_Describe = Callable[[DatasetPlan, Blocks, UsedTerms], DatasetMetadata]
_Described = tuple[DatasetMetadata, UsedTerms]


def pack(
    plan: StudyPlan, tables: Mapping[str, RawTable], partner: Partner, products: KeptProducts | None = None
) -> None:
    """Build some datasets and take all others from the partner as they are finished; hand packages over.

    The datasets go as :func:`.build_promised` gives them, the packages of pooled studies with their files,
    those of the study itself as metadata first, then as define.xml. Where products are kept, what was made of
    models is kept here, and the partner is told how each dataset was described, to keep it with the dataset.

    Raises:
        PartnerLost: the partner is gone.
    """
    arrived = _Arrived(plan)
    promised = build_promised(plan, tables)
    partner.send(promised)
    for dataset in plan.datasets:
        if (made := promised.get(dataset.name)) is not None:
            arrived.take(shown_of(plan, dataset, made.data.frame(), made.changes))
    raw = {name: table.frame for name, table in tables.items()}
    pooled, own = finished_in_turn(plan)
    for place in pooled:
        written = arrived.all_of(place, partner)
        files = OutputFiles(None)
        made = package_of(written, arrived.metadata(written), arrived.data, raw, files, products)
        partner.send((made, files.kept, arrived.descriptions(written) if products is not None else {}))
    for place in own:
        written = arrived.all_of(place, partner)
        metadata = arrived.metadata(written)
        partner.send((metadata, arrived.descriptions(written) if products is not None else {}))
        if metadata is not None:
            partner.send(define(written, metadata, products))


class _Arrived:
    """What was handed over so far.

    Attributes:
        data: the datasets and supplemental qualifiers as they are submitted, by qualified name.
    """

    def __init__(self, plan: StudyPlan) -> None:
        self.data: dict[str, Blocks] = {}
        self._datasets = {
            (study.folder, dataset.name): (study, dataset)
            for study in plan.studies
            for dataset in study.datasets
        }
        self._changes = {study.folder: TextChanges() for study in plan.studies}
        self._described: dict[str, _Described] = {}

    def all_of(self, place: Place, partner: Partner) -> Place:
        """The package with its plan as it was written, once all of its datasets are there.

        Raises:
            PartnerLost: the partner is gone.
        """
        while any(place.plan.qualified(dataset.name) not in self.data for dataset in place.datasets):
            self.take(partner.receive())
        return Place(as_written(place.plan, self._changes[place.plan.folder]), place.kind)

    def metadata(self, place: Place) -> PackageMetadata | None:
        """What a package says of its datasets, which are described."""
        study = place.plan
        qualifiers = partial(self._known, study, "SUPP")
        return describe_package(
            study, place.kind, study.own(self.data), partial(self._known, study, ""), qualifiers
        )

    def descriptions(self, place: Place) -> Descriptions:
        """How the datasets of a package were described, as it is kept."""
        return {
            (place.plan.qualified(dataset.name), number): description_to_json(dataset, *described)
            for dataset in place.datasets
            for number, prefix in enumerate(("", "SUPP"))
            if (described := self._described.get(place.plan.qualified(prefix + dataset.name))) is not None
        }

    def take(self, finished: FinishedDataset) -> None:
        """Describe a dataset."""
        study, dataset = self._datasets[finished.study, finished.name]
        self._changes[study.folder].update(finished.changes)
        written = dataset_as_written(dataset, finished.changes)
        data, qualifiers = submitted(written, Blocks.of(finished.frame))
        self._describe(study.qualified(dataset.name), written, data, describe_dataset)
        if qualifiers is not None:
            name = study.qualified(f"SUPP{dataset.name}")
            self._describe(name, written, qualifiers, describe_supplemental)

    def _describe(self, name: str, dataset: DatasetPlan, data: Blocks, describe: _Describe) -> None:
        used = UsedTerms()
        self.data[name] = data
        self._described[name] = describe(dataset, data, used), used

    def _known(
        self, study: StudyPlan, prefix: str, dataset: DatasetPlan, data: Blocks, used: UsedTerms
    ) -> DatasetMetadata:
        described, own = self._described[study.qualified(prefix + dataset.name)]
        used.update(own)
        return described
