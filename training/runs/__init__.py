"""One run of training: its steps, its state, its journal, its processes."""
