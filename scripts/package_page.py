"""docs/check-mutations.md."""

from __future__ import annotations


def page(done: list) -> str:
    return ""
