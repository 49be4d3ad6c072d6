"""Analysis datasets: specs to plans."""
