"""The runtime that fuses whole images on a device, and the queues in which its work waits."""
