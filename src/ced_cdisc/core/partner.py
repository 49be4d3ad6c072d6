"""Whoever does the other half of the work."""

from __future__ import annotations

from typing import Any, Protocol


class PartnerLost(Exception):
    """The partner is gone; nothing is known of its half."""


class Partner(Protocol):
    """A second process that does half of the same work."""

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
