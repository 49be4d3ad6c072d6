"""A workbook as define.xml 2.1: every identifier is made of the names in its cells."""

from ced_cdisc.write.workbook_define.document import define_of

__all__ = ["define_of"]
