"""The building look-up: OGC API Features, completion of addresses, statistics, and a map."""
