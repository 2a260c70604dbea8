"""The addresses of the pages, one flat list. A name is the event's or the page's, the same as the view's."""

from django.urls import URLPattern, path

from correspondence.pages.access import public
from correspondence.pages.views import (
    about,
    assigning,
    case,
    clearing,
    closing,
    creating,
    deadlines,
    demonstration,
    documents,
    editing,
    health,
    home,
    jobs,
    linking,
    lists,
    messaging,
    policy,
    request_files,
    responding,
    sign_in,
    teams,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    # Signing in
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/forgot/", sign_in.forgotten_password, name="forgotten_password"),
    path("password/reset/<int:person_id>/<str:token>/", sign_in.reset_link, name="reset_link"),
    path("password/new/", sign_in.new_password, name="new_password"),
    path("account/unlock/<str:token>/", sign_in.unlock, name="unlock"),
    # The case
    path("cases/new/", creating.new_case, name="new_case"),
    path("cases/foi/new/", creating.create_foi, name="create_foi"),
    path("cases/<int:pk>/", case.case, name="case"),
    path("cases/<int:pk>/why/", case.why_not, name="why_not"),
    path("cases/<int:pk>/edit/", editing.edit_case, name="edit_case"),
    path("cases/<int:pk>/delete/", editing.destroy_case, name="destroy_case"),
    path("cases/<int:pk>/messages/", messaging.add_message_to_case, name="add_message_to_case"),
    path("cases/<int:pk>/links/new/", linking.link_a_case, name="link_a_case"),
    path(
        "cases/<int:pk>/links/<int:linked_case_id>/remove/",
        linking.remove_linked_case,
        name="remove_linked_case",
    ),
    path("cases/<int:pk>/pit-extension/", deadlines.extend_for_pit, name="extend_for_pit"),
    path("cases/<int:pk>/pit-extension/remove/", deadlines.remove_pit_extension, name="remove_pit_extension"),
    path(
        "cases/<int:pk>/request-files/new/", request_files.upload_request_files, name="upload_request_files"
    ),
    path(
        "cases/<int:pk>/request-files/<int:attachment_id>/remove/",
        request_files.remove_request_file,
        name="remove_request_file",
    ),
    path("attachments/<int:pk>/", documents.download_attachment, name="download_attachment"),
    # Assignment
    path("cases/<int:pk>/assignments/new/", assigning.assign_responder, name="assign_responder"),
    path("cases/<int:pk>/assignments/select/", assigning.select_assignment, name="select_assignment"),
    path("cases/<int:pk>/assignments/<int:assignment_id>/", assigning.assignment, name="assignment"),
    path(
        "cases/<int:pk>/assignments/<int:assignment_id>/reassign/",
        assigning.reassign_user,
        name="reassign_user",
    ),
    path(
        "cases/<int:pk>/assignments/<int:assignment_id>/move/",
        assigning.assign_to_new_team,
        name="assign_to_new_team",
    ),
    # Clearance
    path("cases/<int:pk>/take-on/", clearing.take_case_on, name="take_case_on"),
    path("cases/<int:pk>/take-on/undo/", clearing.undo_take_case_on, name="undo_take_case_on"),
    path("cases/<int:pk>/de-escalate/", clearing.de_escalate, name="de_escalate"),
    path("cases/<int:pk>/de-escalate/undo/", clearing.undo_de_escalate, name="undo_de_escalate"),
    path("cases/<int:pk>/clearance/flag/", clearing.flag_for_clearance, name="flag_for_clearance"),
    path(
        "cases/<int:pk>/clearance/request/",
        clearing.request_further_clearance,
        name="request_further_clearance",
    ),
    path("cases/<int:pk>/clearance/remove/", clearing.unflag_for_clearance, name="unflag_for_clearance"),
    path("cases/<int:pk>/approvals/new/", clearing.approve, name="approve"),
    path("cases/<int:pk>/amends/new/", clearing.request_amends, name="request_amends"),
    path("cases/<int:pk>/send-back/", clearing.send_back, name="send_back"),
    # Responding
    path("cases/<int:pk>/responses/new/", responding.add_responses, name="add_responses"),
    path(
        "cases/<int:pk>/responses/new-and-clear/",
        responding.upload_response_and_approve,
        name="upload_response_and_approve",
    ),
    path(
        "cases/<int:pk>/responses/new-and-redraft/",
        responding.upload_response_and_return_for_redraft,
        name="upload_response_and_return_for_redraft",
    ),
    path(
        "cases/<int:pk>/responses/<int:attachment_id>/remove/",
        responding.remove_response,
        name="remove_response",
    ),
    path("cases/<int:pk>/respond/", responding.respond, name="respond"),
    # Closing
    path("cases/<int:pk>/close/", closing.close, name="close"),
    path("cases/<int:pk>/close/outcome/", closing.close_outcome, name="close_outcome"),
    path("cases/<int:pk>/closure/edit/", closing.update_closure, name="update_closure"),
    # Lists and search
    path("cases/incoming/", lists.incoming_cases, name="incoming_cases"),
    path("cases/open/", lists.open_cases, name="open_cases"),
    path("cases/mine/", lists.my_open_cases, name="my_open_cases"),
    path("cases/mine/in-time/", lists.my_open_in_time, name="my_open_in_time"),
    path("cases/mine/late/", lists.my_open_late, name="my_open_late"),
    path("cases/closed/", lists.closed_cases, name="closed_cases"),
    path("search/", lists.search, name="search"),
    path("search/<uuid:search_id>/", lists.search_results, name="search_results"),
    # The policy, as it runs
    path("policy/", policy.policy, name="policy"),
    path(
        "policy/workflows/<slug:case_type>/<slug:workflow>/", policy.policy_workflow, name="policy_workflow"
    ),
    path("policy/clocks/", policy.policy_clocks, name="policy_clocks"),
    path("policy/holidays/", policy.policy_holidays, name="policy_holidays"),
    path("policy/closure/", policy.policy_closure, name="policy_closure"),
    path("policy/permissions/", policy.policy_permissions, name="policy_permissions"),
    # Teams and people
    path("teams/", teams.teams, name="teams"),
    path("teams/<int:team_id>/", teams.team, name="team"),
    path(
        "teams/<int:team_id>/people/<int:person_id>/remove/", teams.remove_from_team, name="remove_from_team"
    ),
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
    path("healthz/version", health.version, name="version"),
    path("ping", health.live, name="ping"),
]
