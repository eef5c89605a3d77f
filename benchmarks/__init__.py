"""Measurements, each side by side with what others do, in one run on one machine."""
