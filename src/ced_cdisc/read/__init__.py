"""Readers: raw tables (delimited text, xlsx, SAS transport files) and datasets."""
