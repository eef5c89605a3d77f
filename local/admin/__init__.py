"""`python -m local.admin`: what an administrator does on the machine itself."""
