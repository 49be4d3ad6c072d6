"""Readers: raw tables (delimited text, xlsx) and SAS transport files."""
