"""The fast engine: carries a study's plan out on polars frames."""

from ced_cdisc.convert.build import build_datasets
from ced_cdisc.convert.supp import supplemental

__all__ = ["build_datasets", "supplemental"]
