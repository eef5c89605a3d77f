"""Training the age tables: offline, with scikit-learn, never deployed."""
