"""A list of products as a table: how its columns may be called, what a cell must hold, and many rows read at once.

What is wrong is a problem per cell: a code and parameters, from which a sentence is made in the reader's language.
"""
