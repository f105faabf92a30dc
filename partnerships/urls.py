from django.urls import path

from partnerships.views import demo, front, home

urlpatterns = [
    path("", front.landing, name="landing"),
    path("search/", front.search, name="search"),
    path("national-data/", front.national_figures, name="national_figures"),
    path("national-data/figures.csv", front.national_figures_csv, name="national_figures_csv"),
    path("accessibility/", front.accessibility, name="accessibility"),
    path("your-data/", front.privacy, name="privacy"),
    path("demo/", demo.demo, name="demo"),
    path("home/", home.home, name="home"),
]
