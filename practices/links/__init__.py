"""Links in the texts of practices: whether they still lead somewhere."""
