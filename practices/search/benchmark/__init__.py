"""How well searching finds what people look for: their questions, and what answers them."""
