"""SDTM domains: specs to plans."""
