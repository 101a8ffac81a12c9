"""Where infrared lies on the visible picture: kept as a profile, applied as a warp, moved by hand."""
