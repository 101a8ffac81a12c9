"""Pictures of the window in its states, for the documentation and to be looked at."""
