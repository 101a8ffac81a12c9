"""How the networks in `models` are learned, and how well they do.

`dataset` reads pairs and cuts them into crops, `impairment` blinds patches of them; `losses` and `fusion_loss` say what
is wanted. `train` is the paper's contrastive self-supervision (`settings`, `run`, `trainer`, `objectives`), `distill`
trains the compact students; `metrics` and `evaluate` judge both.
"""
