"""What both builders share: names, expressions, lines, codelists, look-ups."""
