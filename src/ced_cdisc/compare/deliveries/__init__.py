"""Two deliveries of raw tables compared: what is gone, new or another, and what that means for the specs."""
