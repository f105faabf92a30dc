from curation.models.appeal import AppealPaper
from curation.models.application import Application, Conflict
from curation.models.consortium import Consortium, ConsortiumMember
from curation.models.criterion import Criterion
from curation.models.interest import Interest
from curation.models.need import Need
from curation.models.pool import EvidenceChange, Pool, PoolEvidence, PoolRange, PoolRun, PoolScore
from curation.models.programme import CriteriaSet, Programme
from curation.models.renewal import Renewal
from curation.models.review import Answer, Curation, Decision, Feedback, ReviewDraft
from curation.models.reviewing import Review, ReviewPoint
from curation.models.saved_search import SavedSearch, SearchHit
from curation.models.score import Score, ScoringRange, ScoringRun
from curation.models.search import (
    Language,
    NeedWord,
    ProductWord,
    SearchChange,
    SearchedNeed,
    SearchedProduct,
    SearchRedo,
    SearchState,
    StopWord,
    WordPair,
)
from curation.models.snapshot import EvidenceSnapshot
from curation.models.track_record import TrackRecord

__all__ = [
    "Answer",
    "AppealPaper",
    "Application",
    "Conflict",
    "Consortium",
    "ConsortiumMember",
    "CriteriaSet",
    "Criterion",
    "Curation",
    "Decision",
    "EvidenceChange",
    "EvidenceSnapshot",
    "Feedback",
    "Interest",
    "Language",
    "Need",
    "NeedWord",
    "Pool",
    "PoolEvidence",
    "PoolRange",
    "PoolRun",
    "PoolScore",
    "ProductWord",
    "Programme",
    "Renewal",
    "Review",
    "ReviewDraft",
    "ReviewPoint",
    "SavedSearch",
    "Score",
    "ScoringRange",
    "ScoringRun",
    "SearchChange",
    "SearchHit",
    "SearchRedo",
    "SearchState",
    "SearchedNeed",
    "SearchedProduct",
    "StopWord",
    "TrackRecord",
    "WordPair",
]
