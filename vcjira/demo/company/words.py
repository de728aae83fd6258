"""What people of the invented company call things: titles of what they ask for, by who asks; some hostile, some new."""

import random
import re

SLOT = re.compile(r"\{(\w+)\}")
SLOTS: dict[str, tuple[str, ...]] = {
    "month": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "country": ("Austria", "Portugal", "Denmark", "Ireland", "Poland", "Norway", "Spain", "Italy", "Canada"),
    "city": ("Lyon", "Graz", "Porto", "Cork", "Bergen", "Leeds", "Turin", "Ghent", "Oulu"),
    "report": ("revenue export", "margin report", "payout list", "ledger feed", "open items list", "tax report"),
    "amount": ("12.90", "48.00", "119.95", "1,204.10", "7.50", "89.99", "310.00"),
    "percent": ("0.4", "1.8", "3", "7", "12", "18", "35"),
    "time": ("07:40", "09:15", "11:30", "14:05", "16:20", "18:45", "23:10"),
    "system": ("order service", "price engine", "stock cache", "mail gateway", "search index", "session store"),
    "page": ("basket", "order history", "address form", "returns page", "gift page", "size guide", "wish list"),
    "payment": ("card payment", "bank transfer", "gift card", "instalment plan", "wallet payment"),
    "browser": ("Safari on the tablet", "Firefox", "the in-app browser", "an old Chrome", "Edge"),
    "site": ("warehouse north", "the Graz hub", "the returns centre", "shift B", "the pick-up shop", "dock 4"),
    "tool": ("the roster", "the scanner app", "the label printer", "the gate terminal", "the time clock"),
    "table": ("orders_daily", "sessions_raw", "returns_wide", "price_events", "basket_steps", "stock_moves"),
    "account": (
        "the largest retailer",
        "two school chains",
        "the hotel group",
        "a new wholesaler",
        "our pilot account",
    ),
    "campaign": ("spring sale", "back-to-school", "members' week", "outlet days", "newsletter relaunch"),
    "law": ("the consent rule", "the retention schedule", "the accessibility act", "the packaging rule"),
    "product": ("garden chairs", "rain jackets", "lunch boxes", "desk lamps", "hiking socks", "baking tins"),
    "version": ("4.2", "4.3.1", "5.0", "5.1.2", "6.0-rc2"),
}
ASKS: dict[str, tuple[str, ...]] = {
    "Finance": (
        "{report} for {month} misses the credit notes",
        "Cost centre {n} books to the wrong entity",
        "Monthly close: the {report} stops at {n} rows",
        "VAT rate for {country} changes on the first of {month}",
        "Reconcile payouts from {country} with the bank statement",
        "Exchange rate date in the {report}",
        "Accrual job ran twice on {day}",
        "Auditors need to read invoices of {month}",
        "Shipping fees apart from goods in the {report}",
        "Invoice numbers in {country} must not have gaps",
        "{report} differs from the ledger by {amount}",
        "Dunning letters for {country} go out in the wrong language",
    ),
    "Sales": (
        "Quota board shows last quarter for {city}",
        "Discount above {percent} % needs a second approval",
        "Import the trade fair leads from {city}",
        "Price list of {account} is not synced since {day}",
        "Merge duplicate accounts of {account}",
        "Quote PDF breaks with more than {n} lines",
        "Volume price for {product} by pallet",
        "Contract end date missing for {account}",
        "Forecast by region, {country} first",
        "Sandbox shop for a demo at {account}",
        "Order on behalf of {account} without their login",
        "Offer letter in the language of {country}",
    ),
    "Marketing": (
        "Landing page for {campaign} in {country}",
        "Banner of {campaign} hides the {page} button",
        "Coupon batch of {n} codes for {campaign}",
        "Newsletter clicks of {month} are not counted",
        "Recommendation strip on the {page}",
        "Second hero image for {product}",
        "Bundle {product} with free shipping until {day}",
        "Countdown on the {page} during {campaign}",
        "Track the source of visitors from {city}",
        "Hide sold-out {product} from the {campaign} page",
        "Test two titles for {product}",
        "Voucher for everyone who waited on {day}",
    ),
    "Operations": (
        "Badge access to {site} for {n} temps",
        "{tool} logs everyone out at {time}",
        "Roster login for the new shift leads in {city}",
        "Remove accounts of the agency staff at {site}",
        "Two-factor reset for {site}, third time this week",
        "Guest network at {site} asks for a password twice",
        "Scanner profile for {product} returns",
        "Shared terminal at {site} keeps the last user",
        "Group for the night shift in {city}",
        "{tool} cannot reach {system}",
    ),
    "Data Science": (
        "Feature {table} refreshed hourly instead of daily",
        "Notebook runtime {version} with the forecasting libraries",
        "Back-fill {table} for {month}",
        "Snapshot of {table} for the returns model",
        "Serving endpoint for the {product} forecast",
        "Sample of {n} sessions with consent",
        "Schema change in {table} broke training on {day}",
        "Quota for {n} more training hours",
        "Feature drift alarm on {table}",
        "Register model {version} for the size advisor",
        "Join key between {table} and the catalogue",
    ),
    "Legal": (
        "Delete requests from {country} within {n} days",
        "Proof of consent for {campaign}",
        "Read-only archive access, case {n}",
        "Redact addresses in {table}",
        "Terms of {month} must be shown on the {page}",
        "Who may see {account}'s contracts",
        "Retention of chat logs under {law}",
        "List of processors for {system}",
        "Age check for {product} in {country}",
    ),
    "Globex": (
        "Reseller order API returns 409 for {product}",
        "Rebate of {month} is short by {amount}",
        "Catalogue feed without {product} since {day}",
        "Drop-shipping label for {country}",
        "Partner invoice {n} shows our old address",
        "Webhook for cancelled lines",
        "Test shop with our own logo",
        "Stock of {product} differs from the feed",
    ),
    "Initech": (
        "Bundle price for {product} not applied",
        "Stock webhook late by {n} minutes",
        "Returns portal in our colours",
        "Receipt with both logos for {country}",
        "Credit limit check rejects {account}",
        "Order status by reference instead of id",
    ),
}
CUSTOMER_ASKS = (
    "Order {order} is stuck since {day}",
    "Cannot reset my password on {browser}",
    "Invoice for order {order} shows the wrong address",
    "App closes on the {page}",
    "Delivery slot for {city} disappeared",
    "Refund of {amount} has not arrived",
    "Charged twice for {product}",
    "Voucher refused on the {page}",
    "Parcel {order} came without the {product}",
    "Please cancel order {order}",
    "Where can I change my delivery address?",
    "{payment} fails with code {n}",
)
OWN: dict[str, tuple[str, ...]] = {
    "Platform": (
        "Upgrade the build image to {version}",
        "Split the {system} deployment",
        "Retry budget for {system}",
        "Drop the old queue of {system}",
        "Runbook for {system} failover",
    ),
    "Data": (
        "Partition {table} by day",
        "Delete unused columns of {table}",
        "Late events in {table}",
        "Cheaper storage class for {table}",
        "Contract test for {table}",
    ),
    "Checkout": (
        "Remove the flag of the old {page}",
        "Fewer requests on the {page}",
        "Accessibility pass over the {page}",
        "Typed client for {system}",
        "Flaky test of {payment}",
    ),
    "Identity": (
        "Renew the signing keys before {month}",
        "Rate limit on the login form",
        "Move sessions out of {system}",
        "Audit trail for role changes",
        "Upgrade the directory connector to {version}",
    ),
}
ALERTS = (
    "{system}: {percent} % errors in ten minutes",
    "Deployment {n} of {system} rolled back",
    "Certificate of {system} expires in 14 days",
    "Disk of {table} at 91 %",
    "Nightly job {n} missed its window",
)
EMERGING = (
    "Offer the agent assistant to {account}",
    "Agent assistant for the {city} sales desk",
    "Let the agent assistant read the price list of {country}",
    "Pilot of the agent assistant with {account}",
    "Agent assistant answers in the language of {country}",
    "What may the agent assistant promise to {account}?",
)
"""A theme that nobody had before the last two months."""
TAILS = (
    "before {month}, as agreed with {city}",
    "seen by {city} and {city} on {day}",
    "second try, see {n}",
    "since release {version} of the {system}",
    "with {account} in mind",
    "until {campaign} starts",
    "also for {country} and {country}",
    "whenever the {system} is slow",
    "asked for by {account}",
    "{percent} % of cases, mostly around {time}",
    "",
)
"""What makes one title differ from another of its kind."""
HOSTILE = (
    "<script>alert('summary')</script> in the page title",
    '=HYPERLINK("http://evil.example","click")',
    "\x1b[31mred alert\x1b[0m from the console",
    "\u202egnp.exe\u202c attached twice",
    "line one\u2028line two",
    "| pipes | in | a | table |",
    "'; DROP TABLE issues; --",
    "NumericArray<T> & \"quotes\" 'n' `ticks`",
)


def fill(dice: random.Random, template: str) -> str:
    """The template with every slot filled by one of its words; what is no slot stays, as wiki mark-up does."""

    def word(found: re.Match[str]) -> str:
        slot = found[1]
        if slot == "n":
            return str(dice.randrange(12, 980))
        if slot == "order":
            return f"D{dice.randrange(100_000, 999_999)}"
        return dice.choice(SLOTS[slot]) if slot in SLOTS else found[0]

    return SLOT.sub(word, template)


def title(dice: random.Random, templates: tuple[str, ...]) -> str:
    text = fill(dice, dice.choice(templates))
    return text[0].upper() + text[1:]


def ask(dice: random.Random, home: str) -> str:
    """What somebody of that home would ask for."""
    tail = fill(dice, dice.choice(TAILS))
    return title(dice, ASKS.get(home, ASKS["Finance"])) + (f" - {tail}" if tail else "")
