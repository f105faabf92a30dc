"""The words of this app's notices."""

from django.utils.translation import gettext_lazy as _

from portal.notifications import register

register(
    "enterprise.submitted",
    subject=_("%(name)s was sent for checking"),
    body=_("The ministry checks the data of %(name)s. You will be told here and by e-mail."),
)
register(
    "enterprise.to_verify",
    subject=_("%(name)s waits for verification"),
    body=_("%(name)s sent its data for checking. It is in your verification queue."),
)
register(
    "enterprise.waiting",
    subject=_("Awaiting verification: %(n)s"),
    body=_("Businesses that wait for verification: %(n)s, the oldest since %(since)s. They are told when you decide."),
)
register(
    "enterprise.verified",
    subject=_("%(name)s is active"),
    body=_(
        "The ministry checked the registration of %(name)s and accepted it. You can apply to the programmes of state-owned enterprises now."
    ),
)
register(
    "enterprise.returned",
    subject=_("The data of %(name)s need changes"),
    body=_("The ministry checked %(name)s and asks for changes: %(reasons)s"),
)
register(
    "enterprise.suspended",
    subject=_("%(name)s is suspended"),
    body=_("The ministry suspended %(name)s for now. Reason: %(reasons)s Until it is restored you cannot apply."),
)
register(
    "enterprise.restored",
    subject=_("%(name)s is active again"),
    body=_("The ministry lifted the suspension of %(name)s. You can apply again."),
)
register(
    "enterprise.closed",
    subject=_("%(name)s is closed on the portal"),
    body=_(
        "%(name)s was closed by its own people. It is no longer shown, and cannot apply. Its papers and contracts are kept."
    ),
)
register(
    "import.ended",
    subject=_("All rows of %(file)s are among your products"),
    body=_("%(file)s was read: %(kept)s rows are among your products now."),
)
register(
    "import.with_problems",
    subject=_("Some rows of %(file)s need changes"),
    body=_(
        "%(file)s was read: %(kept)s rows are among your products now, %(bad)s rows need changes. "
        "Download them, correct them and upload that file."
    ),
)
register(
    "import.refused",
    subject=_("%(file)s could not be read"),
    body=_("%(file)s could not be read. The page of the upload says why; nothing was changed."),
)
register(
    "import.stopped",
    subject=_("%(file)s was not taken in to its end"),
    body=_(
        "%(file)s was read only in part: %(kept)s rows are among the products now, the others are not. The page of the upload "
        "says why."
    ),
)
register(
    "plan.quarter_ended",
    subject=_("Quarter %(quarter)s of %(year)s has ended: enter what was reached"),
    body=_(
        "%(name)s set targets for quarter %(quarter)s of %(year)s. Enter what was reached beside them: buyers and companions see "
        "a plan that is kept up."
    ),
)
register(
    "document.verified",
    subject=_("Your document %(name)s is verified"),
    body=_("%(organisation_name)s checked the document %(name)s and found it in order."),
)
register(
    "enterprise.visited",
    subject=_("%(companion)s visited %(name)s"),
    body=_(
        "%(companion)s of %(plut)s noted a visit to %(name)s. You can read what was noted in your business profile."
    ),
)
register(
    "enterprise.grown",
    subject=_("%(name)s has grown a class"),
    body=_("By its newest figures %(name)s is in a higher class now. Read which figure decided, and since when."),
)
register(
    "enterprise.outgrown",
    subject=_("%(name)s is large by its newest figures"),
    body=_(
        "By its newest figures %(name)s is above medium. The figures are kept. New applications are for micro, small and "
        "medium businesses, so it sends none; its contracts and marks go on. It can take part as a buyer instead: the "
        "portal's operator invites buyers."
    ),
)
register(
    "enterprise.outgrown_seen",
    subject=_("%(name)s has grown above medium"),
    body=_("By its newest figures %(name)s is large. It sends no new applications; its contracts and marks go on."),
)
register(
    "enterprise.class_changed",
    subject=_("The class of %(name)s has changed"),
    body=_("By its newest figures %(name)s is in a lower class now. Read which figure decided, and since when."),
)
register(
    "consent.given",
    subject=_("%(name)s lets you fill in its data"),
    body=_("%(name)s gave its consent. What exactly and until when stands in the portal."),
)
register(
    "consent.recorded",
    subject=_("A consent on paper was recorded for your business"),
    body=_(
        "%(who)s of %(centre)s recorded a consent signed by %(name)s. If that isn't right, withdraw it: nothing more is "
        "filled in from that moment on."
    ),
)
register(
    "consent.withdrawn",
    subject=_("%(name)s withdrew its consent"),
    body=_("%(name)s withdrew its consent. From now on nothing can be filled in for it."),
)
register(
    "consent.sharing_withdrawn",
    subject=_("%(name)s withdrew its consent"),
    body=_("%(name)s withdrew its consent. What it shared for its request can no longer be read here."),
)
register(
    "consent.changes",
    subject=_("%(who)s changed your data"),
    body=_(
        "%(who)s saved changes for your business: %(n)s. See what was changed, and withdraw the consent if you want to."
    ),
)
register(
    "companion.asked",
    subject=_("%(name)s asks for a companion"),
    body=_("%(name)s asks your centre for a companion. Assign one, or say why it is not possible."),
)
register(
    "companion.assigned",
    subject=_("%(name)s is assigned to you"),
    body=_("You look after %(name)s from now on. To fill in for it you need its consent."),
)
register(
    "companion.yours",
    subject=_("%(who)s is your companion now"),
    body=_(
        "%(who)s of %(centre)s looks after your business. Decide in the portal what your companion may fill in for you."
    ),
)
register(
    "companion.refused",
    subject=_("%(centre)s cannot send a companion now"),
    body=_("%(centre)s answers: %(reason)s You can ask another centre."),
)
register(
    "companion.ended",
    subject=_("Your companion at %(centre)s has left off"),
    body=_(
        "Nobody of %(centre)s looks after your business now; their consent has ended. You can ask for a companion again."
    ),
)
register(
    "companion.comes",
    subject=_("%(who)s visits you on %(day)s"),
    body=_("Your companion %(who)s plans a visit on %(day)s. %(purpose)s"),
)
register(
    "companion.not_coming",
    subject=_("The visit of %(day)s is called off"),
    body=_("Your companion %(who)s called the visit of %(day)s off."),
)
register(
    "kit.handed_out",
    subject=_("%(who)s takes your data along to a visit"),
    body=_(
        "Your companion %(who)s took a copy of your business profile along, for a visit without signal, until %(until)s. "
        "What is filled in there is saved only with your consent, and you are told."
    ),
)
register(
    "document.refused",
    subject=_("Your document %(name)s was not accepted"),
    body=_("%(organisation_name)s checked the document %(name)s and could not accept it: %(reason)s Upload a new one."),
)
register(
    "document.expires",
    subject=_("%(name)s ends on %(until)s"),
    body=_("The document %(name)s is valid until %(until)s. Renew it in time: from the day after it counts no more."),
)
register(
    "document.expired",
    subject=_("%(name)s has expired"),
    body=_(
        "The document %(name)s was valid until %(until)s and counts no more. Provisional scores of your open applications "
        "are computed again without it. Upload the new one as soon as you have it. An application you have sent counts the "
        "new one only if you withdraw and send it again while its programme is open, or if the buyer asks for changes."
    ),
)
register(
    "document.renewal_waits",
    subject=_("%(name)s ends on %(until)s, and its renewal is not checked yet"),
    body=_(
        "The verified document %(name)s is valid until %(until)s. Nobody has checked its renewal yet: from the day after it counts "
        "as self-declared only. The ministry checks its file, a PLUT companion the original: make sure that one of them can."
    ),
)
register(
    "document.only_declared",
    subject=_("%(name)s has ended: only its unchecked renewal is left"),
    body=_(
        "The verified document %(name)s was valid until %(until)s. Its renewal counts as self-declared until the ministry or a "
        "PLUT companion has checked it. Provisional scores of your open applications are computed again."
    ),
)
register(
    "document.to_check",
    subject=_("%(firm)s: a renewed document waits to be checked"),
    body=_(
        "The verified document %(name)s of %(firm)s is valid until %(until)s, and nobody has checked its renewal. After that day only "
        "a self-declared one counts. You can check the original on the spot."
    ),
)
register(
    "conversion.accepted",
    subject=_("%(name)s has KBLI %(newer)s now"),
    body=_("Your choice was reviewed: KBLI %(newer)s stands for %(older)s from now on."),
)
register(
    "conversion.declined",
    subject=_("KBLI %(newer)s was not accepted for %(older)s"),
    body=_("Your choice was reviewed and could not be accepted: %(reason)s Choose another class."),
)
register(
    "cooperative.asks",
    subject=_("%(cooperative)s lists you as a member"),
    body=_("%(cooperative)s says that you give: %(given)s. Say whether you belong to it; until then you do not count."),
)
register(
    "cooperative.accepted",
    subject=_("%(member)s says that it is your member"),
    body=_("%(member)s counts among the members of your cooperative now, with the capacity you named."),
)
register(
    "cooperative.refused",
    subject=_("%(member)s does not belong to your cooperative"),
    body=_("%(member)s refused. It does not count, and cannot be asked again; it can still say yes by itself."),
)
register(
    "cooperative.left",
    subject=_("%(member)s left your cooperative"),
    body=_("%(member)s left and counts no more. Check whether you still reach the capacity that you declared."),
)
register(
    "cooperative.changed",
    subject=_("%(cooperative)s changed what you give"),
    body=_(
        "On the list of %(cooperative)s you now stand with %(given)s. If that is not right, tell the cooperative, or leave it."
    ),
)
register(
    "cooperative.removed",
    subject=_("%(cooperative)s took you off its list"),
    body=_("You count no more among the members of %(cooperative)s."),
)
register(
    "data_request.ready",
    subject=_("The copy of your data is ready"),
    body=_(
        "Your request %(number)s: download the copy until %(until)s. After that the link ends and the file is deleted."
    ),
)
register(
    "data_request.to_answer",
    subject=_("Data to correct: %(number)s"),
    body=_("Somebody asks for a correction of their data, %(number)s. The law asks for an answer by %(due)s."),
)
register(
    "data_request.due",
    subject=_("Requests about personal data are due: %(n)s"),
    body=_("Open requests whose term ends today or has ended: %(n)s, the first of %(due)s."),
)
register(
    "data_request.done",
    subject=_("%(number)s: your data were corrected"),
    body=_("Your request %(number)s was carried out. %(answer)s"),
)
register(
    "data_request.declined",
    subject=_("%(number)s: answered, and nothing was changed"),
    body=_("Your request %(number)s was answered: %(answer)s"),
)
register(
    "duplicate.found",
    subject=_("Businesses that may be registered twice: %(n)s"),
    body=_("Pairs that wait for somebody to compare them: %(n)s, the strongest suspicion first."),
)
register(
    "enterprise.merged",
    subject=_("%(lost)s is part of %(kept)s now"),
    body=_(
        "%(lost)s and %(kept)s were one business, registered twice. The ministry put them together: products, documents, "
        "applications and contracts of both are at %(kept)s."
    ),
)
register(
    "enterprise.merged_without",
    subject=_("%(lost)s was merged with %(kept)s"),
    body=_(
        "The ministry found that %(lost)s and %(kept)s are one business, and kept %(kept)s. You no longer act for %(lost)s. "
        "If you belong to it, ask its owner to add you."
    ),
)
register(
    "profile.confirm",
    subject=_("Is the profile of %(name)s still right?"),
    body=_(
        "Look at the profile of %(name)s and confirm it with one click by %(until)s. After that buyers do not find it until you confirm. Contracts and marks stay as they are."
    ),
)
register(
    "profile.unconfirmed",
    subject=_("Buyers do not find %(name)s now"),
    body=_(
        "The profile of %(name)s was not confirmed in time. One click, and buyers find it again. Contracts and marks are as they were."
    ),
)
register(
    "sales.asked",
    subject=_("What did %(name)s sell in %(year)s?"),
    body=_(
        "The year %(year)s has ended. Enter the sales of %(name)s on one page: they decide its business class. If there was no full year of sales yet, say so there."
    ),
)
register(
    "profile.confirmed_for_you",
    subject=_("%(who)s confirmed the profile of %(name)s"),
    body=_("Your companion %(who)s confirmed that the profile of %(name)s is still right. Mend it if it is not."),
)
register(
    "webhook.paused",
    subject=_("Events are no longer sent to %(url)s"),
    body=_(
        "%(url)s has failed for a whole day, or said that it is gone. No event is sent there until somebody of your organisation "
        "resumes it. Nothing is lost: what happens meanwhile waits. The page shows each try and what came back."
    ),
)
