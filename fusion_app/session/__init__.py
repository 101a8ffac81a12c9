"""Builds one run out of sources, pairing, pipeline, engine and sinks; records it; exports files."""
