"""Findings, metadata, datasets and partial dates: what every other layer speaks in."""
