"""Define-XML as a model: read from a file of version 2.1 or 2.0, and written again without loss."""

from ced_cdisc.define.model import Odm
from ced_cdisc.define.read import read_define
from ced_cdisc.define.write import write_define

__all__ = ["Odm", "read_define", "write_define"]
