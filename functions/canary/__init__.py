"""The canary: tries the service from outside, every few minutes, with a search that harms nobody."""
