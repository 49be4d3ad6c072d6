"""The lint of define.xml: the schema, what the schema cannot see, and the data that it describes.

One module holds one subject: ``references``, ``items``, ``lists``, ``header``, ``terminology``, ``guide`` and
``results`` look at the file alone; ``against_xpt`` compares it with the headers of transport files and
``against_data`` with their records. Each rule is a generator of findings; ``lint`` runs them.
"""

from ced_cdisc.check.define.against_xpt import check_define_against_xpt
from ced_cdisc.check.define.lint import check_define, check_document, open_define

__all__ = ["check_define", "check_define_against_xpt", "check_document", "open_define"]
