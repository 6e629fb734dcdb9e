"""Flags of Gunicorn that mean something else here, or nothing, and what to do instead.

Those that mean the same are spellings of our options (``flags`` in ``server/options.py``).
"""

from types import MappingProxyType

_MIGRATE = "enfilade migrate-config gunicorn.conf.py prints what to write to enfilade.toml."
_THREADS = "Every worker has threads (--threads); ASGI applications are recognised by themselves."
_SERVICE = "Let systemd or the container do that."
_STDERR = "The server's own log is standard error: 2>> FILE, or the journal."
_LOGGING = "Applications configure logging themselves; access lines are --access-log."
_TLS = "TLS 1.2 and 1.3 with modern ciphers, always; see --certificate and --client-certificates."

INSTEAD = MappingProxyType(
    {
        "-c": _MIGRATE,
        "-k": _THREADS,
        "--worker-class": _THREADS,
        "--worker-connections": "--limit-connections limits the connections of a worker.",
        "--chdir": "Start it in that folder; --app-directory DIR is put on the import path.",
        "--pythonpath": "--app-directory DIR is put on the import path.",
        "--preload": "Each worker loads the application itself, so that a reload loads it anew.",
        "--error-logfile": _STDERR,
        "--log-file": _STDERR,
        "--log-level": _LOGGING,
        "--log-config": _LOGGING,
        "--logger-class": _LOGGING,
        "--log-syslog": _LOGGING,
        "--capture-output": _STDERR,
        "--disable-redirect-access-to-syslog": _LOGGING,
        "--statsd-host": "--metrics ADDRESS lets Prometheus read.",
        "--dogstatsd-tags": "--metrics ADDRESS lets Prometheus read.",
        "-D": _SERVICE,
        "--daemon": _SERVICE,
        "-e": "Set variables with env(1), or Environment= in the unit of systemd.",
        "--env": "Set variables with env(1), or Environment= in the unit of systemd.",
        "-m": "--socket-mode is the mode of a socket's file.",
        "--umask": "--socket-mode is the mode of a socket's file.",
        "-n": "Processes have their command line as their name.",
        "--name": "Processes have their command line as their name.",
        "--initgroups": "--user takes that user's groups, too.",
        "--worker-tmp-dir": "The heartbeat is in memory; no folder is needed.",
        "--no-sendfile": "Files are sent by sendfile(2) where that works, and else without.",
        "--proxy-allow-from": "--proxy-protocol goes by --trusted-proxies.",
        "--ssl-version": _TLS,
        "--ciphers": _TLS,
        "--cert-reqs": "--client-certificates is off, optional or required.",
        "--suppress-ragged-eofs": _TLS,
        "--do-handshake-on-connect": _TLS,
        "--reload-engine": "--reload uses watchfiles.",
        "--reload-extra-file": "--reload-dir DIR watches a folder.",
        "--spew": "enfilade explain shows the way of one request.",
        "--check-config": "enfilade check looks for mistakes.",
        "--print-config": "The banner of enfilade run tells the options and where each was set.",
        "--paste": "Give the application as MODULE:NAME, or MODULE:FACTORY().",
        "--strip-header-spaces": "Such requests are refused: proxies disagree about them.",
        "--header-map": "Names with an underscore are dropped; --refuse-underscores refuses them.",
        "--permit-unconventional-http-method": "Every method that is a token is passed on.",
        "--casefold-http-method": "Methods are passed on as they were sent (RFC 9110, 9.1).",
        "--forwarder-headers": "--forwarded names the fields that are believed.",
    }
)
