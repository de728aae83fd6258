"""What people of the invented company write: summaries, descriptions, comments; some hostile, some telling."""

import random

ASKS = {
    "Finance": ["monthly revenue export", "cost centre mapping", "invoice ledger feed", "VAT report", "accrual job"],
    "Sales": ["quota dashboard", "discount approval flow", "lead import", "price list sync", "account merge"],
    "Marketing": ["campaign landing page", "banner slot", "newsletter tracking", "coupon batch", "promo checkout"],
    "Operations": ["badge access", "shift roster login", "warehouse scanner account", "VPN profile", "role clean-up"],
    "Data Science": ["feature store table", "notebook runtime", "GPU quota", "training snapshot", "model registry"],
    "Legal": ["retention rule", "consent log", "contract archive access", "redaction check", "audit account"],
    "Globex": ["reseller order API", "rebate calculation", "catalogue feed", "drop-shipping label", "partner invoice"],
    "Initech": ["reseller order API", "bundle pricing", "stock webhook", "returns portal", "co-branded receipt"],
}
CUSTOMER_ASKS = [
    "order status is stuck",
    "cannot reset my password",
    "invoice shows the wrong address",
    "app closes on the payment page",
    "delivery slot disappeared",
    "refund has not arrived",
]
VERBS = ["Fix", "Add", "Change", "Check", "Extend", "Restore", "Speed up", "Explain"]
OWN = ["Upgrade the build image", "Refactor the retry loop", "Remove dead flags", "Split the test suite", "Renew certs"]
EMERGING = ["agent assistant", "agent mode", "vector search", "embedding index"]
THIN = ["Please do.", "See subject.", "As discussed in the meeting.", "Needed by end of month.", ""]
FULL = [
    "We need this so that the team can close the month without a manual step.\n\nToday somebody copies the figures by "
    "hand every morning, which takes an hour and goes wrong about once a week.\n\nWhat would help: the same figures, "
    "every night, with a note when a source is late.",
    "Steps:\n1. open the page\n2. choose a filter\n3. press save\n\nExpected: the filter is kept.\nActual: it is gone "
    "after a reload. It happens to everyone here since the last release.",
    "Our customers ask for this in almost every call. A first version that covers the three largest accounts would be "
    "enough to learn whether it is the right thing to build.",
]
RECEIVER = [
    "I had a look, the cause is in the nightly job. A fix is on its way.",
    "Thanks, that is clear. We can start on Tuesday.",
    "The change is deployed to the test system, please have a look.",
    "I added two more cases that we found while testing.",
]
REQUESTER = [
    "Tested, works for us. Thank you!",
    "Here is an example file with three bad lines.",
    "The second case matters most, the others can wait.",
    "I will sit with you tomorrow and go through it together.",
]
QUESTIONS = [
    "Which account does this happen with?",
    "Could you tell us which report you mean?",
    "Is this still needed after the March release?",
    "What should happen when the file is empty?",
]
ANSWERS = ["It is the account ending in 17.", "The weekly one.", "Yes, still needed.", "Then nothing should be sent."]
DEMANDS = [
    "Please raise a ticket in our queue first.",
    "Wrong queue, please open a new ticket for the other team.",
    "This is not our problem.",
]
LINT = [
    "Our internal customers expect this by Friday.",
    "Just do it as per the request.",
    "We need more resources from Platform for this.",
    "The business wants it, and we are the service provider.",
]
HOSTILE = [
    "<script>alert('summary')</script> in the page title",
    '=HYPERLINK("http://evil.example","click")',
    "\x1b[31mred alert\x1b[0m from the console",
    "\u202egnp.exe\u202c attached twice",
    "line one\u2028line two",
    "| pipes | in | a | table |",
    "'; DROP TABLE issues; --",
    "NumericArray<T> & \"quotes\" 'n' `ticks`",
]


def ask(dice: random.Random, home: str) -> str:
    return f"{dice.choice(VERBS)} {dice.choice(ASKS.get(home, ASKS['Finance']))} ({dice.randrange(100, 999)})"


def body(dice: random.Random, thin: float = 0.3) -> str:
    return dice.choice(THIN) if dice.random() < thin else dice.choice(FULL)
