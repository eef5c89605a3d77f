"""The whole service on one machine: the same handlers, a local gateway, durable state."""
