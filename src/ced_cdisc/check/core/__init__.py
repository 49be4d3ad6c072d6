"""The official CDISC CORE engine as a second opinion: a driver for its interpreter, a runner and a reader."""
