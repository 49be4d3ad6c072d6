"""Two versions of a dataset compared: records paired by keys, differences grouped by cause."""
