"""Names and types: from a parsed tree to a tree in which every name is known and every type fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from msgspec.structs import replace

from ced_cdisc.core.findings import did_you_mean, misspelt
from ced_cdisc.derivations.record import Derivation
from ced_cdisc.expr import tree
from ced_cdisc.expr.arguments import (
    check_apart,
    check_digits,
    check_notation,
    check_ordered,
    check_pattern,
    check_substance,
    misfit,
)
from ced_cdisc.expr.habits import date_call, written_for
from ced_cdisc.expr.marks import ORDERED
from ced_cdisc.expr.parse import ExpressionError
from ced_cdisc.expr.signature import Parameter, Registry, Signature
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.spec.words import OWN_RECORDS


class Names(Protocol):
    """The names an expression may use."""

    def find(self, name: str, inside: str | None) -> tuple[Scope, Type] | None:
        """Scope and type of a name; ``inside`` is the dataset of the enclosing aggregate, or None."""
        ...

    def unknown(self, name: str, inside: str | None) -> tuple[str, str]:
        """Message and hint for a name that :meth:`find` does not know."""
        ...

    def is_dataset(self, owner: str) -> bool:
        """Whether an aggregate may go over this dataset or table."""
        ...

    def is_own(self, owner: str) -> bool:
        """Whether this is the dataset being built."""
        ...


_OF_DATES = "add_days(A, 2) is 2 days later; days_between(A, B) and hours_between(A, B) count from A to B"
_NUMBERS = {
    Type.TEXT: "number(..) reads a number from text",
    **dict.fromkeys((Type.DATE, Type.DATETIME, Type.DTC), _OF_DATES),
}
"""How a value of another type becomes a number, or what is written in place of arithmetic with it."""


def resolve(
    node: tree.Node, names: Names, registry: Registry, slips: list[ExpressionError] | None = None
) -> tree.Node:
    """Give every node its type.

    Args:
        node: the parsed tree.
        names: what may be named.
        registry: the functions that may be called.
        slips: receives the names that are misspelt, which are then read as they were meant; without it
            the first one is raised.

    Raises:
        ExpressionError: an unknown name or function, or types that do not fit; one at a time.
    """
    return _Resolver(names, registry, slips).visit(node, None)


class _Resolver:
    def __init__(self, names: Names, registry: Registry, slips: list[ExpressionError] | None) -> None:
        self._names = names
        self._registry = registry
        self._slips = slips

    def visit(self, node: tree.Node, inside: str | None) -> tree.Node:
        return _VISITS[type(node)](self, node, inside)

    def _typed(self, node: tree.Node, inside: str | None) -> tuple[tree.Node, Type]:
        done = self.visit(node, inside)
        assert done.type is not None
        return done, done.type

    # leaves

    def _literal(self, node: tree.Literal, inside: str | None) -> tree.Node:
        kind = (
            Type.MISSING if node.value is None else Type.TEXT if isinstance(node.value, str) else Type.NUMBER
        )
        return replace(node, type=kind)

    def _column(self, node: tree.Column, inside: str | None) -> tree.Node:
        if inside is not None and self._names.is_own(inside):
            own = node.owner == inside
            node, inside = replace(node, name=node.short if own else node.name, here=not node.owner), None
        found = self._names.find(node.name, inside)
        if found is None:
            message, hint = self._names.unknown(node.name, inside)
            error = ExpressionError(message, node.at, hint, "CED012")
            meant = misspelt(node.name, hint)
            found = self._names.find(meant, inside) if meant else None
            if found is None or self._slips is None:
                raise error
            self._slips.append(error)
            node = replace(node, name=meant)
        scope, kind = found
        return replace(node, scope=scope, type=kind)

    # logic

    def _truth(self, node: tree.Node, inside: str | None) -> tree.Node:
        done, kind = self._typed(node, inside)
        if kind not in (Type.TRUTH, Type.MISSING):
            raise misfit(f"a condition is needed here, not a {kind.value}", node.at)
        return done

    def _both(self, node: tree.Both, inside: str | None) -> tree.Node:
        return replace(
            node, left=self._truth(node.left, inside), right=self._truth(node.right, inside), type=Type.TRUTH
        )

    def _either(self, node: tree.Either, inside: str | None) -> tree.Node:
        return replace(
            node, left=self._truth(node.left, inside), right=self._truth(node.right, inside), type=Type.TRUTH
        )

    def _negated(self, node: tree.Negated, inside: str | None) -> tree.Node:
        return replace(node, of=self._truth(node.of, inside), type=Type.TRUTH)

    def _ismissing(self, node: tree.IsMissing, inside: str | None) -> tree.Node:
        return replace(node, of=self.visit(node.of, inside), type=Type.TRUTH)

    def _compare(self, node: tree.Compare, inside: str | None) -> tree.Node:
        left, right = self._same([node.left, node.right], inside, node.at)
        if left.type is Type.TEXT and node.op not in ("=", "!="):
            raise misfit(
                f"texts can be compared with = and != only, not {node.op}",
                node.at,
                "number() or a date is meant?",
            )
        self._apart(left, right, node.op, inside)
        return replace(node, left=left, right=right, type=Type.TRUTH)

    def _apart(self, left: tree.Node, right: tree.Node, op: str, inside: str | None) -> None:
        check_apart(left, right, op, inside, own=bool(inside) and self._names.is_own(inside or ""))

    def _between(self, node: tree.Between, inside: str | None) -> tree.Node:
        of, low, high = self._same([node.of, node.low, node.high], inside, node.at)
        if of.type is Type.TEXT:
            raise misfit("'between' needs numbers or dates, not text", node.at)
        self._apart(of, low, ">=", inside)
        self._apart(of, high, "<=", inside)
        return replace(node, of=of, low=low, high=high, type=Type.TRUTH)

    def _member(self, node: tree.Member, inside: str | None) -> tree.Node:
        of, *values = self._same([node.of, *node.values], inside, node.at)
        literals = tuple(v for v in values if isinstance(v, tree.Literal))
        return replace(node, of=of, values=literals, type=Type.TRUTH)

    # numbers

    def _number(self, node: tree.Node, inside: str | None) -> tree.Node:
        done, kind = self._typed(node, inside)
        if kind not in (Type.NUMBER, Type.MISSING):
            raise misfit(f"a number is needed here, not a {kind.value}", node.at, _NUMBERS.get(kind, ""))
        return done

    def _arithmetic(self, node: tree.Arithmetic, inside: str | None) -> tree.Node:
        left, right = self._number(node.left, inside), self._number(node.right, inside)
        return replace(node, left=left, right=right, type=Type.NUMBER)

    def _negative(self, node: tree.Negative, inside: str | None) -> tree.Node:
        return replace(node, of=self._number(node.of, inside), type=Type.NUMBER)

    # calls

    def _call(self, node: tree.Call, inside: str | None) -> tree.Node:
        signature = self._registry.get(node.name)
        if signature is None:
            hint = written_for(node.name) or did_you_mean(node.name, self._registry)
            raise ExpressionError(f"unknown function {node.name}()", node.at, hint, "CED013")
        most = len(signature.parameters)
        least = most - signature.optional
        if len(node.args) < least or (len(node.args) > most and not signature.repeats):
            raise ExpressionError(f"{node.name}() is written {signature.usage()}", node.at)
        args = [self.visit(arg, inside) for arg in node.args]
        parameters = [signature.parameters[min(i, most - 1)] for i in range(len(args))]
        args = [self._fit(arg, parameter, node.name) for arg, parameter in zip(args, parameters, strict=True)]
        check_digits(node.name, args)
        check_substance(node.name, args)
        check_pattern(node.name, args)
        check_notation(node.name, args)
        result = signature.result
        if result is None:
            args, result = self._common(args, signature)
        if signature.derivation is not None:
            return self._plugin(node, signature.derivation, args, inside)
        if node.name == "number":
            return tree.ReadNumber(of=args[0], at=node.at, type=Type.NUMBER)
        return replace(node, args=tuple(args), type=result)

    def _plugin(
        self, call: tree.Call, derivation: Derivation, args: list[tree.Node], inside: str | None
    ) -> tree.Node:
        """A call of a plug-in; one with a group goes over the subject's records of the own dataset."""
        kind = self._registry[call.name].result
        made = tree.Plugin(derivation=derivation, args=tuple(args), at=call.at, type=kind)
        if derivation.group is None:
            return made
        if inside is not None or any(isinstance(n, tree.Aggregate) for a in args for n in tree.walk(a)):
            problem = f"{call.name}() looks at several records, and cannot stand inside or hold a function"
            hint = "give that value a variable of its own"
            raise ExpressionError(f"{problem} over several records", call.at, hint, "CED154")
        on: list[str] = []
        for name, arg in zip(derivation.names, args, strict=True):
            if name not in derivation.group:
                continue
            if not isinstance(arg, tree.Column) or arg.owner:
                problem = f"{name} of {call.name}() divides its groups and must be a variable"
                raise ExpressionError(f"{problem} of this dataset", arg.at, "", "CED154")
            on.append(arg.name)
        for arg in args:
            for below in tree.walk(arg):
                if isinstance(below, tree.Column) and below.owner:
                    problem = f"{call.name}() looks at records of this dataset, not at {below.name}"
                    hint = "give that value a variable of its own"
                    raise ExpressionError(problem, below.at, hint, "CED154")
        return tree.Aggregate(func="group", of=made, on=tuple(on), at=call.at, type=kind)

    def _fit(self, arg: tree.Node, parameter: Parameter, function: str) -> tree.Node:
        if parameter.literal and not isinstance(arg, tree.Literal):
            raise misfit(f"{parameter.name} of {function}() must be written out", arg.at)
        if arg.type is Type.MISSING or arg.type in parameter.types:
            return arg
        if arg.type is Type.TEXT and isinstance(arg, tree.Literal) and Type.DTC in parameter.types:
            return replace(arg, type=Type.DTC)
        wanted = " or ".join(kind.value for kind in parameter.types)
        kind = arg.type.value if arg.type else "value"
        hint = (
            "number(..) reads a number from text"
            if arg.type is Type.TEXT and Type.NUMBER in parameter.types
            else f"it is a number already: leave {function}() out"
            if arg.type is Type.NUMBER and function in ("number", "numeric", "numeral")
            else ""
        )
        raise misfit(f"{parameter.name} of {function}() must be {wanted}, not {kind}", arg.at, hint)

    def _common(self, args: list[tree.Node], signature: Signature) -> tuple[list[tree.Node], Type]:
        last = len(signature.parameters) - 1
        places = [i for i in range(len(args)) if min(i, last) in signature.same]
        unified = self._unify([args[i] for i in places], args[places[0]].at)
        for place, arg in zip(places, unified, strict=True):
            args[place] = arg
        kinds = [arg.type for arg in unified if arg.type not in (None, Type.MISSING)]
        return args, kinds[0] if kinds and kinds[0] else Type.MISSING

    def _same(self, nodes: list[tree.Node], inside: str | None, at: int) -> list[tree.Node]:
        return self._unify([self.visit(node, inside) for node in nodes], at)

    def _unify(self, nodes: list[tree.Node], at: int) -> list[tree.Node]:
        """Give nodes one common type; a text literal beside an ISO 8601 date is such a date."""
        kinds = {node.type for node in nodes if node.type is not Type.MISSING}
        if kinds == {Type.TEXT, Type.DTC}:
            if all(n.type is not Type.TEXT or isinstance(n, tree.Literal) for n in nodes):
                return [replace(n, type=Type.DTC) if n.type is Type.TEXT else n for n in nodes]
            return nodes
        if len(kinds) > 1:
            names = sorted(kind.value for kind in kinds if kind)
            hint = "number(..) reads a number from text" if {Type.TEXT, Type.NUMBER} <= kinds else ""
            if {Type.DATE, Type.DATETIME} <= kinds or {Type.DTC, Type.DATE} <= kinds:
                hint = "date(..) gives the date"
            if kinds == {Type.TEXT, Type.DATE}:
                hint = next((date_call(str(n.value)) for n in nodes if isinstance(n, tree.Literal)), "")
            raise misfit(f"{' and '.join(names)} do not go together", at, hint)
        return nodes

    # over several records

    def _aggregate(self, node: tree.Aggregate, inside: str | None) -> tree.Node:
        if inside is not None:
            problem = f"{node.func}() cannot stand inside another function over several records"
            raise misfit(problem, node.at, "give it a line of its own, and name the variable of that here")
        owner = self._owner(node)
        own = bool(owner) and self._names.is_own(owner)
        for name in node.on:
            self._match(name, node.at, owner)
        of = self.visit(node.of, owner) if node.of is not None else None
        where = self._truth(node.where, owner) if node.where is not None else None
        order = tuple(replace(o, of=self.visit(o.of, owner)) for o in node.order)
        if of is not None and node.func in ("min", "max"):
            check_ordered([of], f"{node.func}()")
        check_ordered([one.of for one in order], "an order")
        if node.func in ORDERED and not order:
            raise misfit(f"{node.func}() needs an 'order by'", node.at)
        if node.func in ("sum", "mean") and of is not None and of.type not in (Type.NUMBER, Type.MISSING):
            raise misfit(f"{node.func}() needs numbers", node.at)
        kind = Type.NUMBER if node.func in ("sum", "mean", "count", "rank") or of is None else of.type
        return replace(node, of=of, where=where, order=order, dataset="" if own else owner, type=kind)

    def _match(self, name: str, at: int, owner: str) -> None:
        """A name of ``on``: of both records, or, with its dataset, of what both are records of."""
        short = name.rpartition(".")[2]
        whole = f"{owner}.{short}" if owner else name
        found = self._names.find(whole, None) if owner else None
        held = found is not None and found[0] is not Scope.VARIABLE  # a row made from it, or that looks it up
        own = self._names.find(short, None)
        hint = f"write `on {whole}`" if held else "compare it in 'where' with a value of the record at hand"
        if "." in name and (name != whole or not held):
            problem = f"'on' takes a variable that both records have, without a dataset: not {name}"
            raise ExpressionError(problem, at, f"write {short}" if own else hint, "CED012")
        theirs = self._column(tree.Column(name=whole, at=at), owner)
        if not owner or "." in name:
            return
        if held and own is None:
            raise ExpressionError(f"the record at hand has no variable {name}", at, hint, "CED012")
        mine = self._column(tree.Column(name=name, at=at), None)
        if mine.type is not theirs.type and mine.type is not None and theirs.type is not None:
            problem = f"'on {name}': {name} is {mine.type.value}, but {whole} is {theirs.type.value}"
            raise misfit(problem, at, hint)

    def _owner(self, node: tree.Aggregate) -> str:
        """The dataset an aggregate goes over: the one its value or condition names, else the own one, which
        may be named, too: then other names are of the record at hand."""
        if node.func in OWN_RECORDS:
            return ""
        parts = [part for part in (node.of, node.where, *node.order) if part is not None]
        below = (one for part in parts for one in tree.walk(part) if isinstance(one, tree.Column))
        own = next((one.owner for one in below if one.owner and self._names.is_own(one.owner)), "")
        if own:
            return own
        for part in (node.of, node.where, *node.order):
            if part is None:
                continue
            for below in tree.walk(part):
                if isinstance(below, tree.Column) and below.owner and self._names.is_dataset(below.owner):
                    return below.owner
            if part is node.of:
                return ""
        return ""

    # nodes made by the planner

    def _recode(self, node: tree.Recode, inside: str | None) -> tree.Node:
        return replace(node, of=self.visit(node.of, inside), type=Type.TEXT)

    def _readdate(self, node: tree.ReadDate, inside: str | None) -> tree.Node:
        time = self.visit(node.time, inside) if node.time is not None else None
        return replace(node, date=self.visit(node.date, inside), time=time, type=Type.DTC)

    def _impute(self, node: tree.Impute, inside: str | None) -> tree.Node:
        of = self.visit(node.of, inside)
        if of.type not in (Type.DTC, Type.MISSING):
            shown = of.type.value if of.type else "value"
            raise misfit(f"'impute' takes an ISO 8601 date, not a {shown}", of.at)
        return replace(
            node,
            of=of,
            not_before=tuple(self._bound(bound, inside) for bound in node.not_before),
            not_after=tuple(self._bound(bound, inside) for bound in node.not_after),
            type=Type.DATETIME if node.rule.moment else Type.DATE,
        )

    def _bound(self, node: tree.Node, inside: str | None) -> tree.Node:
        done, kind = self._typed(node, inside)
        if kind not in (Type.DTC, Type.DATE, Type.DATETIME, Type.MISSING):
            raise misfit(f"a date is needed here, not a {kind.value}", node.at)
        return done

    def _readnumber(self, node: tree.ReadNumber, inside: str | None) -> tree.Node:
        return replace(node, of=self.visit(node.of, inside), type=Type.NUMBER)

    def _selected(self, node: tree.Selected, inside: str | None) -> tree.Node:
        raise misfit(f"{node.name}[..] can be used in a computed parameter only", node.at)


_VISITS: dict[type[tree.Node], Callable[[_Resolver, Any, str | None], tree.Node]] = {
    kind: getattr(_Resolver, f"_{kind.__name__.lower()}")
    for kind in tree.Node.__subclasses__()
    if hasattr(_Resolver, f"_{kind.__name__.lower()}")
}
