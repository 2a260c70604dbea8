"""Every address."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("correspondence.pages.urls"))]

handler400 = "correspondence.pages.views.errors.bad_request"
handler403 = "correspondence.pages.views.errors.forbidden"
handler404 = "correspondence.pages.views.errors.not_found"
handler500 = "correspondence.pages.views.errors.server_error"
