"""Jira as a `Tracker`: who are we, which product is it, and the object that reads and writes it."""

import threading

from vcjira.config.models import Site
from vcjira.errors import LoginFailed, Mend, Unreachable
from vcjira.jira import shapes
from vcjira.jira.cloud import Cloud
from vcjira.jira.datacenter import DataCenter
from vcjira.jira.wire import Wire
from vcjira.tracker import NotDone, Tracker


def connect(site: Site, secret: str, stop: threading.Event | None = None) -> Tracker:
    """Ask the server what it is and who we are there; raises before anything else is read.

    `serverInfo` answers strangers too, so only `myself` proves the log-in.
    """
    wire = Wire(
        site.url,
        email=site.email,
        secret=secret,
        timeout=site.requests.timeout,
        per_second=site.requests.per_second,
        deadline=site.requests.deadline,
        concurrency=site.requests.concurrency,
        ca_bundle=str(site.ca_bundle) if site.ca_bundle else None,
        stop=stop,
    )
    try:
        info = wire.get("/rest/api/2/serverInfo")
        cloud = site.product == "cloud" or (site.product == "auto" and info.get("deploymentType") == "Cloud")
        me = wire.get(f"/rest/api/{3 if cloud else 2}/myself")
    except NotDone as refusal:
        if refusal.status == 403:
            raise LoginFailed(refusal.what, where=site.url, hint="check `email` and `token` of this site") from None
        raise Unreachable(
            f"this does not answer as a Jira: {refusal.what}", where=site.url, hint="check `url` and `product`"
        ) from None
    person = shapes.person(me) if isinstance(me, dict) else None
    started = shapes.moment(info.get("serverTime")) if isinstance(info, dict) else None
    if person is None:
        raise LoginFailed("Jira does not say who we are", where=site.url, hint="check `email` and `token`")
    if started is None:
        raise Mend("the server does not tell its time", where=site.url, hint="is this a Jira? check `url`")
    kind = Cloud if cloud else DataCenter
    return kind(wire, account_id=person.account_id, zone=me.get("timeZone"), started=started)
