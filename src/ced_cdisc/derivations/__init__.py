"""Plug-ins: functions of the mapping language that a study, or an installed package, brings along.

A Python file declares them with :func:`derivation`; study.yaml names the file. See docs/plug-ins.md.
"""

from ced_cdisc.derivations.declare import derivation

__all__ = ["derivation"]
