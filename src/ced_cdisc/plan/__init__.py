"""From specs to a plan: every name, type, term and order resolved before any data is read."""
