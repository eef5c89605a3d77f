"""Offline job: builds the building database from open data."""
