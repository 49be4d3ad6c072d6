"""The functions of one record on polars columns."""

from ced_cdisc.derive.fast.registered import FUNCTIONS

__all__ = ["FUNCTIONS"]
