from celery import shared_task

from partnerships.services import acceptance_code, agreement, ending

__all__ = ["acceptance_code"]  # imported for its job handler


@shared_task(name="partnerships.keep_up")
def keep_up() -> None:
    """What the calendar asks: sign-offs of dissolved authorities pass on, contracts past their term complete. Safe to run twice."""
    agreement.pass_on_sign_offs()
    ending.complete_ended()
