"""Addresses of the frame itself: start, login, search."""

from django.urls import path

from kangmai.portal.shell.views.home import home
from kangmai.portal.shell.views.language import language
from kangmai.portal.shell.views.login import login, logout, one_time_code
from kangmai.portal.shell.views.password import password
from kangmai.portal.shell.views.posting import posting
from kangmai.portal.shell.views.search import search, suggestions

urlpatterns = [
    path("", home, name="home"),
    path("login/", login, name="login"),
    path("login/code/", one_time_code, name="one-time-code"),
    path("logout/", logout, name="logout"),
    path("password/", password, name="password"),
    path("posting/", posting, name="posting"),
    path("language/", language, name="language"),
    path("search/", search, name="search"),
    path("search/suggestions/", suggestions, name="search-suggestions"),
]
