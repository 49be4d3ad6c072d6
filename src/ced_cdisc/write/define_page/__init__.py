"""The page for readers beside define.xml: one package in, the bytes of one self-contained HTML file out."""

from ced_cdisc.write.define_page.document import define_page
from ced_cdisc.write.define_page.places import beside

__all__ = ["beside", "define_page"]
