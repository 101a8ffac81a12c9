"""How fast is it here: every model on every runtime in turns, the stages of a frame, whole sessions, cost over sizes.

`run.run_bench` measures and returns a `results.BenchReport`; `report` lays it out as text, `chart` draws it, `options`
is the command. Figures carry the number of calls, and a run on a busy machine says that it is noisy.
"""
