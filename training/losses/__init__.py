"""What training asks of a network: the paper's losses and ours."""
