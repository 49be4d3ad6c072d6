"""Specs in their canonical form: the order of keys and the blanks between them; comments and lines stay.

No scalar is written anew and no line is broken or joined, so that a laid out file differs from the one before
in blanks and in the order of keys that the language itself gives, and in nothing that its author chose.
"""

from ced_cdisc.spec.layout.lay_out import CannotLayOut, laid_out

__all__ = ["CannotLayOut", "laid_out"]
