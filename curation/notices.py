"""What people are told about applications, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.notifications import register

register(
    "application.curated",
    subject=_("Curated: %(programme)s"),
    body=_("%(enterprise)s passed the curation of %(programme)s. Next: a contract draft from %(buyer)s."),
)
register(
    "application.waitlisted",
    subject=_("On the waiting list: %(programme)s"),
    body=_("%(enterprise)s qualifies for %(programme)s, but the quota is full. Place %(place)s."),
)
register(
    "application.passed_over",
    subject=_("A place passed %(enterprise)s by: %(programme)s"),
    body=_(
        "A place came free in %(programme)s, and %(enterprise)s no longer meets: %(criteria)s. It keeps its place on the waiting "
        "list. Renew what has ended: from that day on the next free place is yours again."
    ),
)
register(
    "application.in_review",
    subject=_("In review: %(programme)s"),
    body=_("%(buyer)s looks at the application of %(enterprise)s for %(programme)s in person."),
)
register(
    "application.declined",
    subject=_("The result of %(programme)s"),
    body=_(
        "%(enterprise)s was not selected for %(programme)s this time. Read which criteria were not met and how to mend them."
    ),
)
register(
    "application.submitted",
    subject=_("Application %(number)s received"),
    body=_("Your application in “%(programme)s” is received. The provisional score follows in a few minutes."),
)
register(
    "application.changes_requested",
    subject=_("%(buyer)s asks for changes"),
    body=_("Open your application in “%(programme)s” to see what is asked for and until when. It goes on."),
)
register(
    "application.answered",
    subject=_("%(enterprise)s sent the changes"),
    body=_("Application %(number)s in “%(programme)s” is back in review."),
)
register(
    "application.appealed",
    subject=_("%(enterprise)s appeals"),
    body=_("Application %(number)s in “%(programme)s” is to be decided by another person than before."),
)
register(
    "curation.revoked",
    subject=_("Your mark was revoked"),
    body=_("%(buyer)s revoked your mark from “%(programme)s”. Open the certificate to read why."),
)
register(
    "programme.applied",
    subject=_("New applications: %(programme)s"),
    body=_(
        "%(enterprise)s has applied to “%(programme)s”. You are told of the first application of a day; the list has them all."
    ),
)
register(
    "programme.withdrawn_from",
    subject=_("Withdrawn: %(programme)s"),
    body=_(
        "%(enterprise)s has withdrawn from “%(programme)s”. You are told of the first of a day; the list has them all."
    ),
)
register(
    "run.done",
    subject=_("The official scoring of %(programme)s has ended"),
    body=_(
        "Curated: %(curated)s. Waiting list: %(waitlisted)s. Not selected: %(declined)s. "
        "Awaiting your review: %(in_review)s. The applicants are being told."
    ),
)
register(
    "run.failed",
    subject=_("The official scoring of %(programme)s has stopped"),
    body=_(
        "A part of it could not be done, and nothing was marked. Start it again from the programme's page; if it stops once more, tell the operator."
    ),
)
register(
    "programme.fits",
    subject=_("An opportunity for you: %(programme)s"),
    body=_(
        "%(buyer)s looks for what your business does or sells. You can apply to “%(programme)s” from %(opens)s until %(closes)s. "
        "See your own score first: that costs nothing and nobody else sees it."
    ),
)
register(
    "need.fits",
    subject=_("%(buyer)s needs what you make"),
    body=_("%(buyer)s published the need “%(item)s”. You are told again when you can apply."),
)
register(
    "need.withdrawn",
    subject=_("%(buyer)s withdrew a need"),
    body=_(
        "%(buyer)s no longer looks for “%(item)s”. Your application stays as it is; ask the buyer what becomes of it."
    ),
)
register(
    "programme.closed",
    subject=_("%(programme)s is closed"),
    body=_(
        "“%(programme)s” of %(buyer)s is closed, and your application was not sent. What you entered is kept for other programmes."
    ),
)
register(
    "criteria.in_force",
    subject=_("New criteria: %(programme)s"),
    body=_(
        "%(buyer)s published a new version of the criteria of “%(programme)s”. See what you score now; the official scoring goes by the newest version."
    ),
)
register(
    "renewal.asked",
    subject=_("%(enterprise)s asks for a renewal"),
    body=_(
        "Its mark from “%(programme)s” ends on %(until)s. Decide before that, so that the mark goes on without a gap."
    ),
)
register(
    "renewal.granted",
    subject=_("Your mark is renewed"),
    body=_("%(buyer)s renewed your mark from “%(programme)s”. It now stands until %(until)s, with the same code."),
)
register(
    "renewal.refused",
    subject=_("Your mark is not renewed"),
    body=_(
        "%(buyer)s does not renew your mark from “%(programme)s”. It stands until %(until)s. Open the certificate to read why."
    ),
)
register(
    "curation.ends",
    subject=_("Your mark ends soon"),
    body=_(
        "Your mark from “%(programme)s” of %(buyer)s ends on %(until)s. Ask for its renewal now: your data are filled in already."
    ),
)
register(
    "curation.ended",
    subject=_("Your mark has ended"),
    body=_("Your mark from “%(programme)s” of %(buyer)s ended on %(until)s. You may apply again in an open round."),
)
register(
    "recognition.asked",
    subject=_("%(buyer)s wants to recognise your mark"),
    body=_(
        "%(buyer)s would curate %(enterprise)s for “%(programme)s” on the mark that %(other)s gave you. "
        "Only what that mark does not cover is asked. Open the application, complete it and send it."
    ),
)
register(
    "recognition.sent",
    subject=_("%(enterprise)s answered"),
    body=_("Application %(number)s in “%(programme)s”, on another buyer's mark, awaits your decision."),
)
register(
    "recognition.base_revoked",
    subject=_("A mark that you recognised was revoked"),
    body=_(
        "%(other)s revoked its mark of %(enterprise)s, on which yours from “%(programme)s” was given. Yours stands until you decide otherwise."
    ),
)
register(
    "review.assigned",
    subject=_("Please review %(number)s"),
    body=_(
        "Application %(number)s in “%(programme)s” was given to you. Say first whether you have a conflict of interest; "
        "your points stay yours until all reviews are in."
    ),
)
register(
    "review.assigned_many",
    subject=_("Applications to review: %(programme)s"),
    body=_("%(count)s applications in “%(programme)s” were given to you to review."),
)
register(
    "review.released",
    subject=_("No review needed: %(number)s"),
    body=_("You no longer review application %(number)s in “%(programme)s”."),
)
register(
    "review.reopened",
    subject=_("Please look again: %(number)s"),
    body=_("Application %(number)s in “%(programme)s” was changed. Your review is open again, with what you wrote."),
)
register(
    "review.nobody_left",
    subject=_("A reviewer is missing: %(number)s"),
    body=_(
        "A reviewer of application %(number)s in “%(programme)s” has a conflict of interest, and no other officer is free. "
        "Invite a colleague, then assign them."
    ),
)
register(
    "review.all_in",
    subject=_("All reviews are in: %(number)s"),
    body=_("Application %(number)s in “%(programme)s” can be decided now."),
)
register(
    "review.split",
    subject=_("Your decision is needed: %(number)s"),
    body=_(
        "The reviewers of application %(number)s in “%(programme)s” disagree, and every officer has reviewed it. "
        "You decide as the third person, with a written reason."
    ),
)
register(
    "recognition.withdrawn",
    subject=_("%(buyer)s no longer asks for your answer"),
    body=_(
        "%(buyer)s withdrew its request to recognise the mark that %(other)s gave %(enterprise)s for “%(programme)s”. "
        "You need do nothing; your mark stays as it is."
    ),
)
register(
    "consortium.invited",
    subject=_("%(buyer)s asks you to supply together with others"),
    body=_(
        "For “%(item)s”, %(buyer)s asks your business for %(quantity)s %(unit)s a month, as a member of a consortium. "
        "Accept or decline by %(until)s."
    ),
)
register(
    "consortium.expired_member",
    subject=_("The time to answer is over: %(item)s"),
    body=_("%(buyer)s had asked you for %(quantity)s %(unit)s a month. Your place may now go to another business."),
)
register(
    "consortium.complete_member",
    subject=_("The consortium for %(item)s is complete"),
    body=_(
        "All members have accepted. %(quantity)s %(unit)s a month of your capacity are promised. Next: a contract draft from %(buyer)s."
    ),
)
register(
    "consortium.cancelled",
    subject=_("%(buyer)s gave up the consortium for %(item)s"),
    body=_("The %(quantity)s %(unit)s a month that you were asked for are free again. Open it to read why."),
)
register(
    "consortium.failed_member",
    subject=_("The consortium for %(item)s did not come about"),
    body=_("The %(quantity)s %(unit)s a month that %(buyer)s had asked you for are free again. Open it to read why."),
)
register(
    "consortium.accepted",
    subject=_("%(enterprise)s accepted: %(number)s"),
    body=_("%(enterprise)s takes its share of “%(item)s”. Others still have to answer."),
)
register(
    "consortium.complete",
    subject=_("Complete: consortium %(number)s"),
    body=_("All members have accepted their shares of “%(item)s”. You can draft the contract now."),
)
register(
    "consortium.declined",
    subject=_("%(enterprise)s declined: %(number)s"),
    body=_("A share of “%(item)s” is free again. Ask another business by %(until)s, else the consortium ends."),
)
register(
    "consortium.given_back",
    subject=_("%(enterprise)s gave its share back: %(number)s"),
    body=_("A share of “%(item)s” is free again. Ask another business by %(until)s, else the consortium ends."),
)
register(
    "consortium.expired",
    subject=_("%(enterprise)s did not answer: %(number)s"),
    body=_("A share of “%(item)s” is free again. Ask another business by %(until)s, else the consortium ends."),
)
register(
    "consortium.dropped_out",
    subject=_("%(enterprise)s is no longer active: %(number)s"),
    body=_("A share of “%(item)s” is free again. Ask another business by %(until)s, else the consortium ends."),
)
register(
    "consortium.failed",
    subject=_("Consortium %(number)s did not come about"),
    body=_("The consortium for “%(item)s” has ended, and nobody is bound any more. Open it to read why."),
)
register(
    "interest.expressed",
    subject=_("Interested: %(item)s"),
    body=_(
        "%(enterprise)s is interested in “%(item)s”. You are told of the first of a day; the list has them all. Invite, or decline with a reason."
    ),
)
register(
    "interest.invited",
    subject=_("%(buyer)s invites you: %(item)s"),
    body=_(
        "%(buyer)s thinks that %(enterprise)s fits “%(item)s”. Accept, and your application is prepared with what you have entered; or decline with a reason."
    ),
)
register(
    "interest.invited_until",
    subject=_("%(buyer)s invites you: %(item)s"),
    body=_(
        "%(buyer)s thinks that %(enterprise)s fits “%(item)s”. Answer by %(until)s: accept, and your application is prepared with what you have entered; or decline with a reason."
    ),
)
register(
    "interest.extended",
    subject=_("More time to answer: %(item)s"),
    body=_("%(buyer)s waits until %(until)s for the answer of %(enterprise)s to its invitation to “%(item)s”."),
)
register(
    "interest.ran_out",
    subject=_("The time to answer is over: %(item)s"),
    body=_(
        "The invitation of %(buyer)s to “%(item)s” has ended without an answer of %(enterprise)s. Tell the buyer that you are interested if you still are; it can then invite you again."
    ),
)
register(
    "interest.unanswered",
    subject=_("%(enterprise)s did not answer: %(item)s"),
    body=_(
        "The invitation of %(enterprise)s to “%(item)s” has ended without an answer. You can invite it again, or another business."
    ),
)
register(
    "interest.accepted",
    subject=_("%(enterprise)s accepts your invitation"),
    body=_("%(enterprise)s accepted the invitation to “%(item)s”."),
)
register(
    "interest.refused",
    subject=_("%(enterprise)s declines your invitation"),
    body=_("%(enterprise)s declined the invitation to “%(item)s”. The list has the reason."),
)
register(
    "interest.declined",
    subject=_("%(buyer)s does not invite you this time: %(item)s"),
    body=_("%(buyer)s read that %(enterprise)s is interested in “%(item)s”. Open it to read the reason."),
)
register(
    "interest.taken_back",
    subject=_("%(buyer)s took its invitation back: %(item)s"),
    body=_(
        "The invitation of %(enterprise)s to “%(item)s” no longer stands. You may still say that you are interested."
    ),
)
register(
    "interest.lapsed",
    subject=_("The need has closed: %(item)s"),
    body=_("%(buyer)s no longer looks for “%(item)s”, so the interest of %(enterprise)s has ended with it."),
)
register(
    "search.found",
    subject=_("New in “%(name)s”: %(count)s"),
    body=_("Your saved search “%(name)s” has something new: %(titles)s"),
)
register(
    "search.digest",
    subject=_("New in your saved searches: %(count)s"),
    body=_("What appeared since the last message:\n\n%(lines)s"),
)
register(
    "need.confirm",
    subject=_("Does the need still stand: %(item)s"),
    body=_(
        "Confirm with one click by %(until)s that %(number)s, “%(item)s”, still stands. After that suppliers do not find it until you confirm."
    ),
)
register(
    "need.paused",
    subject=_("Paused: %(item)s"),
    body=_(
        "%(number)s, “%(item)s”, was not confirmed in time, so suppliers do not find it now. One click brings it back; programmes about it go on."
    ),
)
