"""From an API key to the account it stands for, before any other function runs."""
