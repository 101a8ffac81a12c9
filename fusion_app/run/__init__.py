"""Drives pairs through the pipeline into the sinks, keeps the time, counts, and gives way under load."""
