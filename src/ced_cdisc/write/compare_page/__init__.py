"""A comparison as one HTML page that needs nothing beside it: no script, no request."""

from ced_cdisc.write.compare_page.page import compare_page

__all__ = ["compare_page"]
