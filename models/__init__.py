"""What is learned: the network of the paper, its training-only companion, the compact student, and their weights.

`cs2fusion` is the backbone that fuses; `compensation` is the Compensation Perception Network that teaches it where
infrared complements visible; `lite` is the student for machines without a GPU; `weights` reads and writes all of them.
"""
