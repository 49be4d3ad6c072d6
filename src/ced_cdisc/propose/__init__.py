"""What raw tables look like, and the specs that can be proposed from that and the standard."""
