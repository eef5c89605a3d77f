"""Search other parties' registers at once and pass on what the purpose permits."""
