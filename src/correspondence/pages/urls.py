"""The addresses of the pages, one flat list. A name is the event's or the page's, the same as the view's."""

from django.urls import URLPattern, path

from correspondence.pages.access import public
from correspondence.pages.views import about, demonstration, health, home, jobs, sign_in, teams

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    # Signing in
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/forgot/", sign_in.forgotten_password, name="forgotten_password"),
    path("password/reset/<int:person_id>/<str:token>/", sign_in.reset_link, name="reset_link"),
    path("password/new/", sign_in.new_password, name="new_password"),
    path("account/unlock/<str:token>/", sign_in.unlock, name="unlock"),
    # Teams and people
    path("teams/", teams.teams, name="teams"),
    path("teams/<int:team_id>/", teams.team, name="team"),
    path("teams/<int:team_id>/people/<int:person_id>/remove/", teams.remove_from_team, name="remove_from_team"),
    path("users/<int:person_id>/cases/", teams.cases_of_person, name="cases_of_person"),
    # About the service
    path("accessibility/", public(about.accessibility), name="accessibility"),
    # Administration
    path("admin/jobs/", jobs.jobs, name="jobs"),
    path("admin/jobs/<int:job_id>/restart/", jobs.restart_job, name="restart_job"),
    # The demonstration
    path("demonstration/date/", demonstration.move_date, name="move_date"),
    # Health
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("healthz/active", health.active, name="active"),
    path("ping", health.live, name="ping"),
]
