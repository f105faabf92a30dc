"""What open needs mean for an enterprise today: how they fit, and what it would score where a round stands open."""

from __future__ import annotations

from collections.abc import Sequence

from curation.selectors.openings import Fit, Opening, programmes_of, with_chances
from curation.selectors.opportunities import standing_applications
from curation.services.scoring import dry_runs
from portal.models import Enterprise


def chances(enterprise: Enterprise, fits: Sequence[Fit]) -> list[Opening]:
    """Dry runs of all their programmes in one statement; nothing is written."""
    programmes = programmes_of(fits)
    versions = [programme.published[0] for programme in programmes if programme.published]
    return with_chances(fits, dry_runs(enterprise, versions), standing_applications(enterprise, programmes))
