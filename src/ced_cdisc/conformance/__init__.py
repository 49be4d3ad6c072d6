"""Conformance of a submission folder: rules of SDTM, ADaM, controlled terminology and define.xml.

The way of a check: ``folder`` reads files into a ``Submission`` (``submission``), ``standard`` says which
versions govern, ``run`` carries out the rules of ``families`` and gives a
:class:`~ced_cdisc.core.conformance.CheckResult`. How to write a rule: docs/writing-rules.md.
"""
