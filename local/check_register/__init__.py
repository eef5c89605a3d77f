"""`python -m local.check_register MANIFEST`: whether a register is what its manifest says."""
