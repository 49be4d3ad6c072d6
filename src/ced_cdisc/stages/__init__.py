"""The stages of a build: each takes values and gives new ones, and stops at the faults of its own stage."""
