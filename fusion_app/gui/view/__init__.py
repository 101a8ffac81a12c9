"""What shows pictures: the grid of tiles, a tile, and what is drawn on it."""
