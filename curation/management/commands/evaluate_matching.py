"""`manage.py evaluate_matching`: how well the search ranks a judged set, beside other engines in the same run."""

from importlib import import_module
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from curation.matching.evaluation import BadSet, Figures, figures, interval, ranked, read_set

PEERS = ("tantivy", "bm25s", "fts5")


class Command(BaseCommand):
    help = "Ranks a judged set by the production path, on temporary tables; prints nDCG@10, recall@100 and MRR."

    def add_arguments(self, parser):
        for name in ("documents", "queries", "judgements"):
            parser.add_argument(f"--{name}", type=Path, required=True)
        parser.add_argument("--language", choices=("id", "en"), default="id", help="of the documents")
        parser.add_argument("--against", default="", help=f"other engines in the same run, of {', '.join(PEERS)}")

    def handle(self, *, documents, queries, judgements, language, against, **options):
        names = [name.strip() for name in against.split(",") if name.strip()]
        if unknown := [name for name in names if name not in PEERS]:
            raise CommandError(f"no such engine: {', '.join(unknown)}; there are {', '.join(PEERS)}")
        try:
            judged = read_set(documents, queries, judgements)
        except BadSet as error:
            raise CommandError(str(error)) from error
        if judged.left_out:
            self.stdout.write(f"{judged.left_out} queries without a relevant document are left out")
        ours = figures(judged, ranked(judged, language))
        theirs = {name: self._best(name, judged, language) for name in names}
        if theirs:
            best = max(theirs, key=lambda name: theirs[name].ndcg10)
            self._compare(best, ours, theirs[best])
            recall = max(each.recall100 for each in theirs.values())
            self.stdout.write(
                f"recall100: {ours.recall100:.3f} to {recall:.3f}, ratio={_ratio(ours.recall100, recall)}"
            )
        self.stdout.write(
            f"evaluate: queries={len(judged.queries)} documents={len(judged.documents)} ndcg10={ours.ndcg10:.3f}"
            f" recall100={ours.recall100:.3f} mrr={ours.mrr:.3f} ci95=[{ours.low:.3f},{ours.high:.3f}]"
        )

    def _best(self, name, judged, language) -> Figures:
        """Of the forms in which an engine takes part, the one that ranks best."""
        try:
            peer = import_module(f"curation.matching.peers.{name}")
        except ModuleNotFoundError as error:
            raise CommandError(f"{name} is not installed: it is a development requirement") from error
        results = {form: figures(judged, found) for form, found in peer.rankings(judged, language).items()}
        form = max(results, key=lambda form: results[form].ndcg10)
        one = results[form]
        self.stdout.write(
            f"{name}: ndcg10={one.ndcg10:.3f} recall100={one.recall100:.3f} mrr={one.mrr:.3f}"
            f" ci95=[{one.low:.3f},{one.high:.3f}] ({form}, the best of {len(results)})"
        )
        return one

    def _compare(self, name, ours: Figures, other: Figures) -> None:
        low, high = interval([a - b for a, b in zip(ours.each, other.each, strict=True)])
        self.stdout.write(
            f"against {name}: ndcg10 ratio={_ratio(ours.ndcg10, other.ndcg10)}, difference"
            f" {ours.ndcg10 - other.ndcg10:+.3f} ci95=[{low:+.3f},{high:+.3f}]"
        )


def _ratio(one: float, other: float) -> str:
    return f"{one / other:.3f}" if other else "-"
