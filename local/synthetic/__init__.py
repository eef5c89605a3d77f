"""People who do not exist: their names, where they live, and numbers that nobody has."""
