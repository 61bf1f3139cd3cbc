"""Addresses of the grid, which is everyday work, and of its tasks, which sleep until ordered."""

from django.urls import path

from kangmai.portal.grid.views.giving import board, give, send
from kangmai.portal.grid.views.needs import change_need, needs
from kangmai.portal.grid.views.registering import register
from kangmai.portal.grid.views.tasks import change_task, picture, task, tasks
from kangmai.portal.grid.views.tree import cell, change, tree

ROOT = "emergency-mode/grid/"

urlpatterns = [
    path("grid/", tree, name="cells"),
    path("grid/change/", change, name="cells-change"),
    path("grid/<str:code>/", cell, name="cells-cell"),
    path(ROOT, tasks, name="grid"),
    path(f"{ROOT}tasks/<uuid:task_id>/", task, name="grid-task"),
    path(f"{ROOT}tasks/<uuid:task_id>/change/", change_task, name="grid-task-change"),
    path(f"{ROOT}photos/<uuid:photo_id>/", picture, name="grid-photo"),
    path(f"{ROOT}register/", register, name="grid-register"),
    path(f"{ROOT}board/", board, name="grid-board"),
    path(f"{ROOT}send/", send, name="grid-send"),
    path(f"{ROOT}give/", give, name="grid-give"),
    path(f"{ROOT}needs/", needs, name="grid-needs"),
    path(f"{ROOT}needs/<uuid:need_id>/change/", change_need, name="grid-need-change"),
]
