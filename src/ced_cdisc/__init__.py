"""ced-cdisc: raw clinical trial tables to SDTM, ADaM, XPT and define.xml, from YAML mapping specs."""
