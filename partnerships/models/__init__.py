from partnerships.models.agreement import Agreement, AgreementParty
from partnerships.models.clause import Clause
from partnerships.models.code import AcceptanceCode
from partnerships.models.partnership import (
    Line,
    LineCommitment,
    Partnership,
    PartnershipClause,
    Revision,
    Share,
    Signature,
    SignOff,
)

__all__ = [
    "AcceptanceCode",
    "Agreement",
    "AgreementParty",
    "Clause",
    "Line",
    "LineCommitment",
    "Partnership",
    "PartnershipClause",
    "Revision",
    "Share",
    "SignOff",
    "Signature",
]
