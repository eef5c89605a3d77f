"""Subject requests: recorded, and forwarded to the controller who must answer."""
