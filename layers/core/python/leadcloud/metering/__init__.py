"""Usage for services that bill by it: what was charged, by the hour, reported once."""
