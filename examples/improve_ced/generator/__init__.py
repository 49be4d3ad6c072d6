"""The synthetic raw tables of the example study, one module per group of forms."""
