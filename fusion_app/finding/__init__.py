"""Looks for the offset in time and for where infrared lies: beside a run, in files, over sources."""
