"""The collector of open data, as the clock calls it."""
