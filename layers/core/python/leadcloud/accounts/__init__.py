"""Who may use the service: accounts and their keys."""
