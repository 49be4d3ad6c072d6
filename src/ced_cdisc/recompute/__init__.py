"""The second engine: the plan carried out one record at a time, in plain Python.

It is the independent double programmer of :mod:`ced_cdisc.convert`, and what ``ced-cdisc why`` traces. It
imports neither that engine nor any library of frames.
"""

from ced_cdisc.recompute.build import Rebuilt, Step, rebuild, recompute
from ced_cdisc.recompute.compare import Difference, agree, compare
from ced_cdisc.recompute.evaluate import Outside, evaluate
from ced_cdisc.recompute.reasons import Reason, Reasons
from ced_cdisc.recompute.records import Record
from ced_cdisc.recompute.supp import qualifiers
from ced_cdisc.recompute.values import DataFault, Fault, Key, Value, as_text

__all__ = [
    "DataFault",
    "Difference",
    "Fault",
    "Key",
    "Outside",
    "Reason",
    "Reasons",
    "Rebuilt",
    "Record",
    "Step",
    "Value",
    "agree",
    "as_text",
    "compare",
    "evaluate",
    "qualifiers",
    "rebuild",
    "recompute",
]
