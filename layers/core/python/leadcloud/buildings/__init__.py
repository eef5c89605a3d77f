"""The building database: what is known of a building's age, place and type, and never its owner."""
