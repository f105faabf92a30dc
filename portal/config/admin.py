from django.contrib.admin.apps import AdminConfig


class RepairAdminConfig(AdminConfig):
    default_site = "portal.admin_site.RepairSite"
