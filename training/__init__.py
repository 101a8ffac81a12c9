"""How the networks in `models` are learned, and how well they do.

`data` reads pairs, cuts them into crops and blinds patches of them; `losses` say what is wanted; `runs` are the steps,
the state and the journal of a run. `recipes` are what can be chosen, in `configs` what was. `train` is the paper's
contrastive self-supervision, `distill` trains the compact students, `blend` mixes weights; `make` goes the whole way to
the weights of a shipped model, by its file in `chains`. `evaluation` judges, for `evaluate` and `explain`.
"""
