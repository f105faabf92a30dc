from portal.forms.enterprise.address import AddressForm
from portal.forms.enterprise.base import SectionForm
from portal.forms.enterprise.finance import FinanceForm
from portal.forms.enterprise.identity import IdentityForm
from portal.forms.enterprise.market import ExportForm, InnovationForm
from portal.forms.enterprise.people import PeopleForm
from portal.forms.enterprise.plan import PlanForm
from portal.forms.enterprise.production import ProductionForm
from portal.forms.enterprise.questionnaire import DigitalForm, QualityForm

# By the name of the section; activities are chosen one at a time and have no form of their own here.
SECTION_FORMS: dict[str, type[SectionForm]] = {
    form.section: form
    for form in (
        IdentityForm,
        AddressForm,
        PeopleForm,
        FinanceForm,
        ProductionForm,
        QualityForm,
        DigitalForm,
        ExportForm,
        InnovationForm,
        PlanForm,
    )
}

__all__ = ["SECTION_FORMS", "SectionForm"]
