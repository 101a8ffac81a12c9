"""The window's side of a session: its thread, its states, its recording, what it is like now."""
