"""How good fused images and videos are: metrics, tables, pages."""
