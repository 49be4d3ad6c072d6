"""The registry of named derivations."""
