"""Checks of finished files, as a receiver of the submission would run them."""
