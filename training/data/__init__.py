"""What training reads: pairs of images, crops of them, and what is done to a crop."""
