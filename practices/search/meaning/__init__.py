"""Search by meaning, across languages (see docs/search_by_meaning.md).

Texts and words become vectors, by an encoder that needs no network; texts that mean the same
have vectors that point the same way, whatever their languages.
"""
