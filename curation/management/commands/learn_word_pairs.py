"""`manage.py learn_word_pairs`: word pairs from the tariff's two columns, written to the file that `load_search` reads.

Run where the reference data changed; the result is shipped, so that an installation needs no minute for it.
"""

import csv
from time import monotonic

from django.core.management.base import BaseCommand

from curation.matching.alignment import best_of_each, translations
from curation.matching.bilingual import parallel, stemmed, written_as
from curation.matching.pairs import LEARNT


class Command(BaseCommand):
    help = "Learns from the tariff, the activity classes and the glossary which words translate which."

    def handle(self, **options):
        began = monotonic()
        pairs = stemmed(parallel())
        sure = translations(pairs)
        written = written_as()
        rows = [("id", a, b, share, written.get(b, b)) for a, b, share in best_of_each(sure)]
        back = {(b, a): share for (a, b), share in sure.items()}
        rows += [("en", b, a, share, "") for b, a, share in best_of_each(back)]
        with LEARNT.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(("key_language", "key", "word", "weight", "written"))
            writer.writerows((language, key, word, f"{share:.2f}", text) for language, key, word, share, text in rows)
        self.stdout.write(f"word pairs: {len(rows)} from {len(pairs)} texts in {monotonic() - began:.1f} s")
