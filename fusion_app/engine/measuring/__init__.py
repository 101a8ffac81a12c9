"""What a benchmark asks of engines: every candidate, the work of a network, the ceilings of a device."""
