"""Files that travel with the application: the documented default settings and the trained weights."""
