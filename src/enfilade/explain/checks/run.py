"""Which checks there are, and when each can be made."""

from enfilade.explain.checks import (
    accounts,
    auth,
    caches,
    compression,
    cors,
    csrf,
    deploy,
    foreign,
    hooks,
    messages,
    middleware,
    security,
    sessions,
    staticfiles,
    templates,
    translation,
    urls,
    views,
)
from enfilade.explain.checks import settings as site
from enfilade.explain.checks.finding import Check, Finding, Severity

ALWAYS: tuple[Check, ...] = (
    site.check_spelling,
    site.check_debug,
    site.check_secret_key,
    foreign.check_settings,
    middleware.check_importable,
    middleware.check_ours,
    middleware.check_order,
    middleware.check_repeated,
    middleware.check_required,
    middleware.check_followed,
    middleware.check_host_is_asked,
    hooks.check_hook_names,
    hooks.check_hooks_are_called,
    hooks.check_can_be_called,
    csrf.check_trusted_origins,
    csrf.check_failure_view,
    csrf.check_cookie_prefixes,
    csrf.check_samesite,
    csrf.check_sessions,
    sessions.check_engine,
    sessions.check_cache,
    sessions.check_folder,
    sessions.check_samesite,
    sessions.check_readable_by_scripts,
    messages.check_storage,
    auth.check_backends,
    auth.check_hashers,
    auth.check_store,
    accounts.check_validators,
    accounts.check_delivery_can_be_made,
    cors.check_credentials,
    cors.check_origins,
    cors.check_patterns,
    cors.check_used,
    caches.check_default,
    caches.check_backends,
    caches.check_pages,
    caches.check_pages_can_be_written,
    caches.check_absolute,
    caches.check_not_served,
    caches.check_own_folder,
    security.check_referrer_policy,
    security.check_opener_policy,
    security.check_redirect_exempt,
    security.check_exempt_slash,
    security.check_frame_options,
    security.check_preload,
    compression.check_codings,
    staticfiles.check_directories,
    staticfiles.check_root,
    staticfiles.check_prefixes,
    staticfiles.check_folders,
    staticfiles.check_storage,
    staticfiles.check_finders,
    staticfiles.check_url,
    staticfiles.check_place,
    templates.check_engines,
    templates.check_folders,
    translation.check_codes,
    translation.check_consistent,
    translation.check_folders,
    urls.check_urlconf,
)

WITH_ROUTES: tuple[Check, ...] = (
    urls.check_error_handlers,
    urls.check_leading_slash,
    urls.check_regex_in_path,
    urls.check_regex_without_anchor,
    urls.check_trailing_slash,
    urls.check_repeated_names,
    urls.check_shadowed,
    views.check_arguments,
    csrf.check_unprotected_views,
    translation.check_prefix_is_spoken,
)
"""Those that ask the compiled routes; left out if there are none."""

DEPLOY: tuple[Check, ...] = (
    deploy.check_debug,
    deploy.check_allowed_hosts,
    deploy.check_secret_key,
    deploy.check_security_middleware,
    deploy.check_https,
    security.check_frames_are_refused,
    security.check_headers_are_on,
    csrf.check_forms_are_protected,
    csrf.check_cookie_is_secure,
    sessions.check_secure,
    sessions.check_shared,
    sessions.check_copies,
    staticfiles.check_manifest,
    translation.check_compiled,
    auth.check_weak_hashes,
)

DEPLOY_WITH_ROUTES: tuple[Check, ...] = (accounts.check_delivery_is_set,)
"""Those that do both."""


ASGI: tuple[Check, ...] = (hooks.check_nothing_blocks,)
"""Those of a site that an ASGI server calls."""


def run_checks(*, deploying: bool = False, asgi: bool = False) -> list[Finding]:
    """Check the site whose settings are configured; *deploying* adds what the world demands, and
    *asgi* what an ASGI server would meet."""
    findings = [finding for check in ALWAYS for finding in check()]
    has_routes = not any(_no_routes(finding) for finding in findings)
    if has_routes:
        findings += [finding for check in WITH_ROUTES for finding in check()]
    if deploying:
        findings += [finding for check in DEPLOY for finding in check()]
    if deploying and has_routes:
        findings += [finding for check in DEPLOY_WITH_ROUTES for finding in check()]
    if asgi:
        findings += [finding for check in ASGI for finding in check()]
    return sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)


def _no_routes(finding: Finding) -> bool:
    return finding.id == "urls.E001"
