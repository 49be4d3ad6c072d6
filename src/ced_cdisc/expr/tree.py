"""The syntax tree of expressions, the one thing that values, English, lineage and checks come from.

Every node carries ``at``, the offset of its first character in the expression's text, and ``type``, which
is ``None`` until :mod:`ced_cdisc.expr.resolve` has checked the tree. Trees are immutable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.imputation import Imputation
from ced_cdisc.derivations.record import Derivation


class Type(Enum):
    """The types of the language.

    ``DTC`` is ISO 8601 text of any precision, read as an interval; ``DATE`` and ``DATETIME`` are complete;
    ``MISSING`` is the type of the word ``missing`` and fits everywhere.
    """

    TEXT = "text"
    NUMBER = "number"
    DTC = "ISO 8601 date"
    DATE = "date"
    DATETIME = "date-time"
    TRUTH = "yes/no"
    MISSING = "missing"


HERE = "here."
"""Before the variables of the record at hand, where a record of the same dataset stands beside it."""


class Scope(Enum):
    """What a name stands for."""

    VARIABLE = "variable"  # of the dataset being built
    RAW = "raw"  # a raw column of the row at hand
    DATASET = "dataset"  # a variable of another dataset, by look-up or inside an aggregate


class Node(Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """A node of the tree; where it stands and its type are no part of what two are compared by.

    What is known of a node besides (:func:`walk`) stands in its ``__dict__``, and goes nowhere with it.
    """

    at: int = 0
    type: Type | None = None

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        told = _told_by(type(self))
        return self is other or told(self) == told(other)

    def __ne__(self, other: object) -> bool:  # a Struct has one of its own
        return not self == other

    def __hash__(self) -> int:
        return hash(_told_by(type(self))(self))


@cache
def _told_by(kind: type[Node]) -> Callable[[Node], object]:
    """What gives of a node all that it is compared by: every kind has fields of its own."""
    return attrgetter(*kind.__annotations__)


class Literal(Node, frozen=True, kw_only=True):
    """A number, a text, or ``missing`` (value None). Numbers keep the digits of the spec."""

    value: str | float | None
    digits: str = ""


class Column(Node, frozen=True, kw_only=True):
    """A name: ``AESTDTC``, ``ae.AETERM`` or ``ADSL.TRTSDT``.

    ``here`` is said of a name within an aggregate over the own dataset that is one of the record at hand, not
    of the records that the aggregate looks at.
    """

    name: str
    scope: Scope | None = None
    here: bool = False

    @property
    def key(self) -> str:
        """The name that a row which holds both records has for it."""
        return f"{HERE}{self.name}" if self.here else self.name

    @property
    def owner(self) -> str:
        """The table or dataset before the dot, or an empty text."""
        return self.name.partition(".")[0] if "." in self.name else ""

    @property
    def short(self) -> str:
        """The name after the dot."""
        return self.name.rpartition(".")[2]


class Call(Node, frozen=True, kw_only=True):
    """A registered function with its arguments."""

    name: str
    args: tuple[Node, ...]


class Plugin(Node, frozen=True, kw_only=True):
    """A call of a plug-in. One that needs several records stands in an :class:`Aggregate` ``group``."""

    derivation: Derivation
    args: tuple[Node, ...]


class Arithmetic(Node, frozen=True, kw_only=True):
    """``left op right`` with op one of + - * / **."""

    op: str
    left: Node
    right: Node


class Negative(Node, frozen=True, kw_only=True):
    """``- of``."""

    of: Node


class Compare(Node, frozen=True, kw_only=True):
    """``left op right`` with op one of = != < <= > >=; unknown when an operand is missing."""

    op: str
    left: Node
    right: Node


class Member(Node, frozen=True, kw_only=True):
    """``of in (..)``; unknown when ``of`` is missing."""

    of: Node
    values: tuple[Literal, ...]
    negated: bool = False


class Between(Node, frozen=True, kw_only=True):
    """``of between low and high``, bounds included."""

    of: Node
    low: Node
    high: Node


class IsMissing(Node, frozen=True, kw_only=True):
    """``of is missing`` or, negated, ``of is present``; never unknown."""

    of: Node
    negated: bool = False


class Both(Node, frozen=True, kw_only=True):
    """``left and right`` in three-valued logic."""

    left: Node
    right: Node


class Either(Node, frozen=True, kw_only=True):
    """``left or right`` in three-valued logic."""

    left: Node
    right: Node


class Negated(Node, frozen=True, kw_only=True):
    """``not of``; unknown stays unknown."""

    of: Node


class Ordering(Node, frozen=True, kw_only=True):
    """One key of an ``order by``; missing values come first when rising, last when falling."""

    of: Node
    falling: bool = False


class Aggregate(Node, frozen=True, kw_only=True):
    """A value over several records: ``last(VS.VSSTRESN where .. on VISITNUM order by VS.VSDTC)``.

    The records are those of ``dataset`` (empty: the dataset being built) that share the subject and the
    ``on`` variables with the record at hand and for which ``where`` is true; of these, all but ``rank``
    and a bare ``count()`` look only at records where ``of`` is not missing.

    * ``first``, ``last``: the value of the first or last record in the ``order``.
    * ``min``, ``max``: numbers and dates by size, text by character code, ISO 8601 text as intervals: where
      these leave open which is the least, what is certain of it.
    * ``sum``, ``mean``, ``count``: sum and mean of no record are missing, count of none is 0.
    * ``only``: the value of the one record; more than one record with a value is a fault of the data.
    * ``same``: the value that all records (those without one included) share, else missing.
    * ``rank`` has no ``of``: it numbers the records that meet ``where`` from 1 in the given order, and is
      missing for the others. Ties are broken by the record's key, never by its place in a file. ``take`` is
      ``first`` or ``last`` where the number 1 takes a record: the last of those in the order that falls here
      is the one with the last key, as ``last`` has it.
    * ``next``, ``previous``: the value of the record after or before the one at hand in the given order.
    * ``group``: what the plug-in ``of`` gives the record at hand, called with all of them.
    """

    func: str
    of: Node | None
    where: Node | None = None
    on: tuple[str, ...] = ()
    order: tuple[Ordering, ...] = ()
    dataset: str = ""
    take: str = ""
    untold: tuple[str, ...] = ()
    """Marks of :mod:`ced_cdisc.expr.marks` of which nobody is told here: it is of no matter, or is told."""

    def looked_at(self, name: str) -> str:
        """What a name of ``on``, which is one of the record at hand, is in the records looked at.

        A name with its dataset is the same there: ``tl.LESNO`` of a row of tl beside other rows of tl.
        """
        return f"{self.dataset}.{name}" if self.dataset and "." not in name else name


class Selected(Node, frozen=True, kw_only=True):
    """``CBF[ATPTN = 0]``: the value of a parameter in a computed parameter's expression."""

    name: str
    where: Node | None = None


class Recode(Node, frozen=True, kw_only=True):
    """A raw code turned into a term by a written table (``ct:``) or a codelist; another code is a fault.

    ``otherwise`` is a term for all other values, or None. ``terms`` are the terms that a code may be matched
    with, each with the texts that mean it; a code that fits two of them is a fault. The table rules over the
    terms, and where letter case is ignored, the same spelling over another one.
    """

    of: Node
    pairs: tuple[tuple[str, str], ...]
    otherwise: str | None = None
    terms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    match: str = ""
    """What the texts are besides the submission value: synonym, preferred term; empty: no matching."""
    codelist: str = ""
    """The codelist of the terms in messages and methods: ``AESEV (C66769)``."""
    ignore_case: bool = False


class ReadDate(Node, frozen=True, kw_only=True):
    """A collected date (and time) read by written formats into ISO 8601; anything else is a fault."""

    date: Node
    time: Node | None
    formats: tuple[str, ...]
    time_formats: tuple[str, ...] = ()
    pivot: int | None = None


class Impute(Node, frozen=True, kw_only=True):
    """A complete date or date-time from ISO 8601 text of any precision (``impute:``), or missing.

    The bounds move the imputed date where they lie among the dates that ``of`` may mean, never beyond them.
    """

    of: Node
    rule: Imputation
    not_before: tuple[Node, ...] = ()
    not_after: tuple[Node, ...] = ()


class ReadNumber(Node, frozen=True, kw_only=True):
    """A collected text read as a number; anything else is a fault."""

    of: Node


N = TypeVar("N", bound=Node)
_WALKED, _CHILDREN = "_walked", "_children"


@cache
def parts_of(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a kind of node that may hold nodes, as their annotations say."""
    hints: dict[str, str] = kind.__annotations__
    return tuple(name for name, hint in hints.items() if re.search(r"Node|Literal|Ordering", hint))


def children(node: Node) -> tuple[Node, ...]:
    """The direct children of a node, in the order of the text."""
    known = vars(node)
    found: tuple[Node, ...] | None = known.get(_CHILDREN)
    if found is None:
        # A plan looks over its trees many times.
        found = known[_CHILDREN] = tuple(_children(node))
    return found


def _children(node: Node) -> Iterator[Node]:
    for name in parts_of(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (one for one in cast("tuple[object, ...]", value) if isinstance(one, Node))


def walk(node: Node) -> tuple[Node, ...]:
    """The node and all nodes below it, in the order of the text."""
    known = vars(node)
    found: tuple[Node, ...] | None = known.get(_WALKED)
    if found is None:
        found = known[_WALKED] = (node, *chain.from_iterable(map(walk, children(node))))
    return found


def rebuild(node: N, change: Callable[[Node], Node]) -> N:
    """The node with ``change`` applied to each direct child; itself where that changes none."""
    values: dict[str, Any] = {}
    for name in parts_of(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            made = change(value)
            if made is not value:
                values[name] = made
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            listed = cast("tuple[Node, ...]", value)
            several = tuple(change(element) for element in listed)
            if any(one is not other for one, other in zip(several, listed, strict=True)):
                values[name] = several
    return replace(node, **values) if values else node


def both(left: Node | None, right: Node | None) -> Node | None:
    """The conjunction of two conditions, of which either may be None."""
    if left is None or right is None:
        return left or right
    return Both(left=left, right=right, type=Type.TRUTH)


def conjuncts(node: Node | None) -> list[Node]:
    """The conditions that a chain of ``and`` joins, in their order; none of None."""
    if isinstance(node, Both):
        return [*conjuncts(node.left), *conjuncts(node.right)]
    return [] if node is None else [node]
