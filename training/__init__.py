"""How the networks in `models` are learned, and how well they do.

`dataset` reads pairs and cuts them into crops; `train` is the paper's contrastive self-supervision; `distill` trains the
compact students; `metrics` and `evaluate` judge both.
"""
