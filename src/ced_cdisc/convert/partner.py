"""Whoever builds the other half of the datasets."""

from __future__ import annotations

from typing import Any, Protocol


class PartnerLost(Exception):
    """The partner is gone; nothing is known of its half."""


class Partner(Protocol):
    """A second process that carries the same plan out on the same tables, and does half of the work."""

    @property
    def half(self) -> int:
        """0 or 1: the one that is ours."""
        ...

    def swap(self, mine: Any) -> Any:
        """Hand ours over and take what the other hands over at this step.

        Raises:
            PartnerLost: the other is gone.
        """
        ...
