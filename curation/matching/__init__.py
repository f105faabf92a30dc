"""The matcher: which products and enterprises fit a need, which needs fit an enterprise (docs/decisions).

`retrieve.find` is the way in. Texts become terms (terms), terms and filters a ladder of queries (ladder), its first rows are
ranked in one statement (rank); the same statements serve any judged set on tables of its own (evaluation).
"""
