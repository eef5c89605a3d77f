"""Other parties' registers: one port, one adapter per kind of register."""
