"""Writers: transport files, define.xml and the atomic output folder."""
