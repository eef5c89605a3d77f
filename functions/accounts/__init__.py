"""See your account, and manage its keys and sub-accounts."""
