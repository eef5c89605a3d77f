"""Where the service keeps its own records: one narrow port, two adapters."""
