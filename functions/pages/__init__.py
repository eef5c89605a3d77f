"""The public pages: what this is, the reference of the API, and whether it is alive."""
