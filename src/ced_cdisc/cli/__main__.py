"""``python -m ced_cdisc.cli``."""

from ced_cdisc.cli import main

main()
