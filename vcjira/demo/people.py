"""Users and groups, in the paging and the shape of each product."""

from collections.abc import Callable, Sequence
from typing import Any

from vcjira.demo.call import Answer, Call, Refusal, json_answer
from vcjira.demo.records import Account, Group

PAGE = 50


def member_page(call: Call) -> Answer:
    """`group/member`: pages of at most 50."""
    call.permitted("USER_PICKER")
    group = _group(call)
    inactive = call.query.get("includeInactiveUsers", "false").lower() == "true"
    listed = [account for account in group.members if inactive or account.active]
    return _page(call, listed, call.shapes.person, f"{call.shapes.rest}/group/member", most=PAGE)


def _group(call: Call) -> Group:
    name = call.query.get("groupname") or call.query.get("groupName")
    group = call.site.store.directory.group_by(call.query.get("groupId"), name)
    if group is None:
        raise Refusal(404, f"The group named '{name or call.query.get('groupId')}' does not exist.")
    return group


def _page(
    call: Call, listed: Sequence[Any], show: Callable[[Any], Any], url: str, *, most: int, default: int = PAGE
) -> Answer:
    start = call.number("startAt", 0)
    size = max(1, min(call.number("maxResults", default), most))
    page = listed[start : start + size]
    return json_answer(
        {
            "self": f"{url}?startAt={start}&maxResults={size}",
            "maxResults": size,
            "startAt": start,
            "total": len(listed),
            "isLast": start + size >= len(listed),
            "values": [show(entry) for entry in page],
        }
    )


def groups(call: Call) -> Answer:
    """`group/bulk` (Cloud)."""
    call.permitted("USER_PICKER")
    names = {name.lower() for name in call.queries("groupName")}
    ids = set(call.queries("groupId"))
    listed = [
        group
        for group in call.site.store.directory.groups.values()
        if not (names or ids) or group.name.lower() in names or group.id in ids
    ]
    url = f"{call.shapes.rest}/group/bulk"
    return _page(call, listed, lambda group: {"name": group.name, "groupId": group.id}, url, most=PAGE)


def pick_groups(call: Call) -> Answer:
    """`groups/picker`."""
    call.permitted("USER_PICKER")
    query = call.query.get("query", "").lower()
    found = [group for group in call.site.store.directory.groups.values() if query in group.name.lower()]
    size = call.number("maxResults", 20)
    shown = []
    for group in found[:size]:
        entry = {"name": group.name, "html": group.name}
        shown.append(entry | ({"groupId": group.id} if call.site.product == "cloud" else {}))
    header = f"Showing {len(shown)} of {len(found)} matching groups"
    return json_answer({"header": header, "total": len(found), "groups": shown})


def user(call: Call) -> Answer:
    """By accountId on Cloud, by key or username on Data Center."""
    call.known()
    names = ("accountId",) if call.site.product == "cloud" else ("key", "username")
    given = [call.query[name] for name in names if call.query.get(name)]
    found = call.site.store.directory.find(given[0]) if given else None
    if not given:
        raise Refusal(400, f"The query parameter '{names[0]}' must be given.")
    if found is None:
        raise Refusal(404, "Specified user does not exist or you do not have required permissions.")
    return json_answer(call.shapes.person(found))


def users_bulk(call: Call) -> Answer:
    """`user/bulk` (Cloud): 10 a page unless told otherwise."""
    call.permitted("USER_PICKER")
    ids = call.queries("accountId")
    if not ids:
        raise Refusal(400, "At least one accountId must be given.")
    found = [call.site.store.directory.find(entry) for entry in ids]
    listed = [account for account in found if account is not None]
    url = f"{call.shapes.rest}/user/bulk"
    return _page(call, listed, call.shapes.person, url, most=200, default=10)


def user_groups(call: Call) -> Answer:
    call.permitted("USER_PICKER")
    account = call.site.store.directory.find(call.query.get("accountId"))
    if account is None:
        raise Refusal(404, "The user does not exist.")
    joined = [group for group in call.site.store.directory.groups.values() if account in group.members]
    url = f"{call.shapes.rest}/group"
    return json_answer(
        [{"name": group.name, "groupId": group.id, "self": f"{url}?groupId={group.id}"} for group in joined]
    )


def users(call: Call) -> Answer:
    """`users/search`: everybody, a plain list."""
    call.permitted("USER_PICKER")
    start, size = call.number("startAt", 0), call.number("maxResults", PAGE)
    page = call.site.store.directory.accounts[start : start + min(size, 1000)]
    return json_answer([call.shapes.person(account) for account in page])


def search_users(call: Call) -> Answer:
    """`user/search`: by a part of the name, or of an e-mail address that is shown."""
    call.known()
    if not call.site.has("USER_PICKER", None):
        return json_answer([])
    query = (call.query.get("query") or call.query.get("username") or "").lower()

    def matches(account: Account) -> bool:
        shown = "" if call.site.product == "cloud" and account.hidden else account.email or ""
        return any(query in text.lower() for text in (account.display or "", account.name or "", shown))

    found = [account for account in call.site.store.directory.accounts if matches(account)]
    return json_answer([call.shapes.person(account) for account in found[: call.number("maxResults", PAGE)]])
