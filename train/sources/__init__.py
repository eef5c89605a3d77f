"""Readers of the files in which statistical offices publish names and ages."""
