"""Search engines that ours is compared with, development requirements only: each module has `rankings(judged, language)`.

Each gets the same documents and fields, and takes part in every form a careful user would try: words as they are, and stemmed
by Snowball for the language; the best one counts.
"""
