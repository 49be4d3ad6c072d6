"""Whoever does another part of the work."""

from __future__ import annotations

from typing import Any, Protocol


class PartnerLost(Exception):
    """The partner is gone; nothing is known of its part."""


class Partner(Protocol):
    """A second process that works on the same; what one sends, the other receives in that order."""

    @property
    def half(self) -> int:
        """0 in the process that was started, 1 in the other one."""
        ...

    def send(self, what: Any) -> None:
        """Hand something over, without waiting until it is taken; nothing is said where nobody is there."""
        ...

    def receive(self) -> Any:
        """Wait for the next that the other hands over.

        Raises:
            PartnerLost: the other is gone.
        """
        ...

    def swap(self, mine: Any) -> Any:
        """Hand ours over and take what the other hands over at this step.

        Raises:
            PartnerLost: the other is gone.
        """
        ...
