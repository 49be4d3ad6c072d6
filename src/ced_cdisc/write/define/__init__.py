"""The Define-XML 2.1 writer: one metadata package in, the bytes of one define.xml out."""

from ced_cdisc.write.define.definitions import DefineModelError
from ced_cdisc.write.define.document import define_model, define_xml
from ced_cdisc.write.define.parts import stylesheet

__all__ = ["DefineModelError", "define_model", "define_xml", "stylesheet"]
