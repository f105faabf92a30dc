from django.urls import path

from partnerships.views import home

urlpatterns = [
    path("home/", home.home, name="home"),
]
