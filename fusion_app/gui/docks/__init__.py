"""The panels at the edge of the window, and what connects them with the session."""
