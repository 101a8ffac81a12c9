"""What the program asks of the machine it runs on: cores and memory, a cache, whole files, YAML."""
