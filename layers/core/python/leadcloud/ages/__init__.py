"""Age groups: which there are, how a first name is read, and what a name says about the group."""
