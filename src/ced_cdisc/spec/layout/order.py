"""The canonical order of the keys of each class of the language, and the class of what stands below a key.

Only keys that the language gives are ordered. The order of names that a study gives (variables, tables,
parameters) is the study's: it may be that of the output.
"""

from __future__ import annotations

import inspect
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from ced_cdisc.spec.analysis import AnalysisSpec
from ced_cdisc.spec.base import Model
from ced_cdisc.spec.define import DefineSpec
from ced_cdisc.spec.findings_file import KnownFindings
from ced_cdisc.spec.instruments import InstrumentSpec
from ced_cdisc.spec.models import DomainSpec
from ced_cdisc.spec.spec_tests import DatasetTests, DerivationTests
from ced_cdisc.spec.study import SourcesSpec, StudySpec, VisitsSpec

FILES: dict[str, type[Model]] = {
    "study": StudySpec,
    "sources": SourcesSpec,
    "visits": VisitsSpec,
    "instruments": InstrumentSpec,
    "sdtm": DomainSpec,
    "adam": AnalysisSpec,
    "define": DefineSpec,
    "findings": KnownFindings,
    "tests": DatasetTests,
    "plug-ins": DerivationTests,
}
"""The class of each kind of file."""

_BLOCK = (
    "from with each visit for where unknown structure sort comment omit baseline same_day test tests result "
    "unit range flags items long not_done variables supp stack relate rows checks"
)
_ORDERS: dict[str, str] = {
    "StudySpec": "extends datasets pool derivations study standards snapshot created usubjid persons "
    "sequence profile profiles units formats times pivot text",
    "TableSpec": "file format sheet delimiter encoding titles labels group items database query key subject "
    "identifying duplicates form page recorded_by visit trim missing decimal thousands policy names columns "
    "exclude exclude_rows",
    "VisitsSpec": "date day1 untreated unscheduled visits",
    "DomainSpec": f"domain dataset class label like noun origin {_BLOCK}",
    "BlockSpec": _BLOCK,
    "TestSpec": "test label kind result unit standard decimals value",
    "CodedTest": "label kind unit standard decimals value",
    "LineSpec": "collect assign protocol derive cases copy flag impute ticks absent several nth ct match "
    "case else date highest to time times not_before not_after flags where by order when never unknown gaps "
    "overlaps number label as codelist format decimals length source page evaluator idvar text comment",
    "AnalysisSpec": "dataset label class structure from with where unknown for comment copy trace rows stack "
    "parameters scales windows records variables results figures order sort checks",
    "DerivedSpec": "dtype take by order where unknown value fill as",
    "ResultSpec": "id for display what data variable method",
    "DefineSpec": "documents displays codelists comments",
    "ScaleSpec": "label decimals items",
    "CodelistSpec": "extends name",
}
"""Orders that are not those of the class; keys that an order leaves out follow in that of the class."""


def ordered(model: type[Model], keys: list[str]) -> list[int]:
    """The places of the keys of a mapping in their canonical order; keys of no class stay behind."""
    known = [field.alias or name for name, field in model.model_fields.items()]
    first = _ORDERS.get(model.__name__, "").split()
    rank = {key: place for place, key in enumerate(dict.fromkeys((*first, *known)))}
    return sorted(range(len(keys)), key=lambda at: (rank.get(keys[at], len(rank)), at))


def below(model: type[Model], key: str) -> Any:
    """The type of what stands below a key; None where the class has no such key."""
    found = next((f for name, f in model.model_fields.items() if (f.alias or name) == key), None)
    return None if found is None else found.rebuild_annotation()


def class_of(kind: Any) -> type[Model] | None:
    """The class whose keys a mapping of this type has; None where a study names its keys."""
    for one in _parts(kind):
        if inspect.isclass(one) and issubclass(one, Model):
            return one
    return None


def item_of(kind: Any, holder: type[list[Any]] | type[dict[str, Any]]) -> Any:
    """The type of the items of a list, or of the values of a mapping with names of the study."""
    for one in _parts(kind):
        if get_origin(one) is holder:
            return get_args(one)[-1]
    return None


def _parts(kind: Any) -> list[Any]:
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _parts(args[0])
    if origin in (Union, UnionType):
        return [part for arg in args for part in _parts(arg)]
    return [kind]
