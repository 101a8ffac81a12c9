"""Makes one picture of a pair: infrared's grey, where it lies, the network, the colours."""
