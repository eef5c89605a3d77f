"""The edge: every request of every function comes in here and every answer leaves from here."""
