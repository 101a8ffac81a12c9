"""Fused pictures on disk, whoever made them, measured against the pairs they were made of."""
