"""Hostile input: whatever a file or an address holds, it is read or refused in one sentence, and nothing else happens.

`victim` is a child process that opens what it is given under watch; `attacker` feeds it and judges what it did;
the other modules invent the input; the tests say how often. A case that once was a bug is a line in ``test_corpus.py``.
"""
