"""Sample people, organisations, enterprises and products: made from word lists and recipes, the same at every load.

Real are the places, the classes, the tariff codes and the names of the state-owned enterprises; the rest is invented,
marked `is_sample`, and uses numbers that nobody was given. What follows from them (needs, applications, contracts) is
made by the app that owns it: partnerships.sample.
"""
