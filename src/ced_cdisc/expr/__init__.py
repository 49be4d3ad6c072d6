"""The expression language: grammar, tree, types, English, lineage, and two independent engines."""
