"""The codes that criteria are written in: lists with labels, versions and sources."""
