"""What define.xml and the XPT headers say: metadata from the plan and the finished data."""
