"""YAML specs with positions, read into frozen models."""
