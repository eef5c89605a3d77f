"""Say which age groups a register's contacts are probably in, and never an age."""
