"""What an article says about itself, its site and its author, and what it sells: none of it is an answer.

The lists hold general phrases of the trade, one pattern a line (a space stands for any white space), and no article's
wording.
"""

import re

LONGEST_TITLE = 120
"""Characters; a longer line is no title."""


def _lines(patterns: str, whole: bool = False) -> re.Pattern[str]:
    """One expression of alternatives; with `whole` a text has to be one of them, save for signs at its ends."""
    joined = "|".join(line.strip().replace(" ", r"\s+") for line in patterns.strip().splitlines())
    return re.compile(rf"^\W*(?:{joined})\W*$" if whole else rf"\b(?:{joined})\b", re.IGNORECASE)


_SECTION = _lines(
    r"""
    related (?:reading|articles?|posts?|topics?|links?|content|stories|courses|questions|guides|resources)
    (?:recommended|suggested|further|additional) (?:reading|articles?|posts?|resources|links|courses|for you)\b.*
    you (?:may|might) also (?:like|enjoy|be interested)\b.*
    people also (?:ask|search)\b.*
    more (?:from|like this|articles|posts|reading|on this)\b.*
    what['’]?s next\b.*
    (?:next steps|keep reading|read (?:next|more)|see also|also read|trending|top resources)\b.*
    (?:popular|latest) (?:posts|articles)\b.*
    references?
    sources?
    bibliography
    citations?
    (?:external|useful|helpful) links
    acknowledge?ments?
    credits
    footnotes
    (?:disclaimer|disclosure)\b.*
    about (?:the )?(?:author|writer|us|this (?:article|site|blog|post|guide))s?\b.*
    author(?: bio)?(?:graphy)?
    (?:written by|meet the author)\b.*
    (?:table of )?contents?
    on this page
    in this (?:article|post|guide)
    jump to\b.*
    quick links
    tags?(?:\s?:.*)?
    categories
    share(?: (?:this|on)\b.*)?
    comments?(?: \(\d+\))?
    \d+ comments?
    (?:leave|post) a (?:reply|comment)\b.*
    join the (?:conversation|discussion)\b.*
    (?:subscribe|newsletter|sign up|follow us)\b.*
    contact(?: us)?
    advertisements?
    sponsored(?: (?:content|by)\b.*)?
    (?:our|free|top) (?:courses|programs?|newsletters?)\b.*
    conclusions?
    concluding (?:remarks|thoughts)
    (?:final|closing|parting) (?:thoughts|words|remarks|note)\b.*
    wrap(?:ping)?(?: (?:it )?(?:all )?up)\b.*
    summing up
    the bottom line
    (?:key )?take-?aways?
    in closing
    tl;?dr\b.*
    """,
    whole=True,
)
_FAQ = _lines(
    r"""
    (?:[\w-]+ ){0,6}(?:faqs?|frequently asked(?: questions?)?)\b.*
    people also ask\b.*
    common questions about (?:this|our)\b.*
    """,
    whole=True,
)
_PART_NAME = r"(?:part|section|chapter|unit|module|level|round|set|topic)"
_PART = re.compile(rf"^\W*{_PART_NAME}\s+(?:\d{{1,2}}|[a-z]|[ivx]{{1,4}}|one|two|three|four|five)\b", re.IGNORECASE)
_NOISE = _lines(
    r"""
    (?:also|must|recommended|suggested) (?:read|check|see)\b.{0,200}
    read (?:also|more|next)\b.{0,200}
    (?:related|recommended|further|suggested) (?:reading|articles?|posts?|links?|guides?|resources?|questions?)\s?:.{0,200}
    (?:related|recommended|see also|source|image (?:source|credit)|photo(?: credit)?|picture)(?:\s?:| by\b).{0,200}
    (?:photo|image) (?:by|via|courtesy)\b.*
    advertise?ments?
    sponsored
    ads?
    lorem \w+\b.*
    share|print|email|tweet|pin it|like this|loading|back to top|edit
    view course|learn more|read on|show (?:answer|more|less)|view answer
    click (?:here|to reveal)\b.*
    (?:jump|skip|go|scroll) (?:back )?to\b.*
    (?:last )?(?:updated?|published|posted|modified|reviewed)(?: on\b|\s?:| by\b| \d).{0,80}
    (?:difficulty(?: level)?|asked (?:at|by|in))\s?:.{0,80}
    \d+ min(?:ute)?s? read
    press enter or click\b.*|open in app|sign (?:in|up)|\d[\d.,]*k? (?:followers?|claps?|responses?|likes?|views?)
    (?:next|previous|prev) (?:topic|page|chapter|lesson|tutorial|article|post)\b.{0,80}
    more details
    (?:fig(?:ure)?|image|photo)\.? ?\d+(?:\.\d+)?\s?[.:–—-].{0,200}
    \[\^\w+\]: .*
    follow us\b.*
    https?://\S+
    """,
    whole=True,
)
_PROMOTION = _lines(
    r"""
    subscribe (?:to|now|today|for)
    newsletter
    sign up (?:for|now|today|here|to (?:get|receive|our))
    enrol{1,2} (?:in|now|today)
    free (?:trial|demo|consultation|webinar|e-?book|download)
    \d+\s?% off
    (?:promo|discount) code|use (?:the )?code|coupon
    (?:buy|order|shop|register|apply|download|book|join) (?:now|today)
    join (?:over|our|more than|thousands|millions|\d[\d,.]*k?)|trusted by (?:over|more than|thousands|millions|\d[\d,.]*k?)
    limited[\s-]time|special offer|money[\s-]back
    affiliate (?:links?|commission)
    click here
    (?:check out|explore|browse|try|discover|download|get|grab|visit|see) our
    our (?:[\w-]+ ){0,4}(?:courses?|bootcamp|certification|masterclass|webinar|cookbook|app|academy)
    our (?:[\w-]+ ){0,4}(?:workshops?|shop|store|sponsors?|services|platform)
    book a (?:call|demo|consultation|free)
    get (?:your free|started (?:today|now|for free)|certified)
    brought to you by
    this (?:post|article|page|guide) is sponsored
    would you like me to
    land your dream job|ace your (?:next )?interview
    mentorship|counsell?ing|industry experts
    career (?:guidance|coach\w*|growth)
    """
)
_ITSELF = _lines(
    r"""
    th(?:is|ese|e following|e above) (?:[\w-]+ ){0,3}(?:article|blog|post|guide|page|list|collection|cheat\s?sheet|tutorial)
    th(?:is|ese|e following|e above) (?:[\w-]+ ){0,3}(?:roundup|quiz|compilation|series|section|part|questions)
    (?:interview|exam|quiz|practice|viva) questions
    questions (?:and|&|with) answers
    interviewers?
    your (?:next |upcoming )?(?:\w+ )?(?:interview|exam)s?
    (?:job|technical) interviews?
    interviews
    """
)
_INVITES = re.compile(
    r"^(?:let(?:’|'|\s+u)s\s|now\s+(?:that\s+you|let)|next,?\s+(?:we|let)|after\s+covering|whether\s+you"
    r"|in\s+(?:this|the\s+(?:next|following))\s+(?:\w+\s+)?(?:section|part|article|post|guide)"
    r"|here\s+are\s+(?:some|the|a\s+few)\s+(?:most|common|frequently|top))",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:that(?:['’]s|\s+is)\s+(?:it|all)\b|thanks?\b|(?:i|we)\s+hope\b|good\s+luck\b|(?:found|spotted|noticed)\s+(?:an?|any)\s+(?:mistake|typo|error|bug)s?\b|happy\s+\w+ing\b|feel\s+free\b"
    r"|(?:enjoyed|liked)\b|follow\s+(?:me|us)\b|re-?post\b|copyright\b|©|let\s+(?:us|me)\s+know\b|stay\s+tuned\b|(?:share|bookmark|like)\s+th(?:is|ese)\b|share\s+your\b|(?:drop|leave|post)\s+(?:a|your|us|me)\b|if\s+you\s+(?:enjoyed|liked|found|have\s+any)\b"
    r"|(?:do\s+you\s+)?(?:want|need|looking\s+for|ready)\s+(?:more|help|to|a)\b)",
    re.IGNORECASE,
)
_TRADES = (
    "writer|author|editor|blogger|journalist|columnist|years|lives|writes|teaches|founder|instructor|trainer|consultant"
    "|chef|lawyer|attorney|engineer|scientist|professor|enthusiast|passionate"
)
_AUTHOR = re.compile(
    r"^(?:[Ww]ritten\s+by|[Bb]y\s+[A-Z][a-z]+\s+[A-Z]"
    r"|(?:[A-Z][\w.’'-]+\s+){1,4}(?:is|was|has|works|writes|teaches|lives|holds|runs|spent)\b"
    rf".*\b(?:{_TRADES}|holds\s+an?)\b)"
)
_META_QUESTION = _lines(
    r"""
    th(?:is|ese) (?:\w+ ){0,2}(?:article|blog|post|guide|page|list|course|quiz|site|website|newsletter|questions?|answers?)
    how many (?:\w+ ){0,3}questions
    interview\w*
    memori[sz]e
    exam
    (?:questions|topics) (?:do|are|will|should|usually)
    who (?:is|are) (?:the )?(?:author|we)
    our (?:courses?|services?|team|products?|newsletter|app)
    subscribe|sign up|newsletter|trust us|contact us
    (?:learn|read|want|need|looking for) more
    """
)
_ADDRESSES_READER = re.compile(
    r"^(?:(?:ready|want|looking|interested|need|still|got|enjoyed?)\b|(?:like\s+what|found\s+this|was\s+this)\b"
    r"|have\s+(?:a|any|more)\s+questions?\b|did\s+(?:you|we)\b|what\s+(?:do|did)\s+you\s+think\b|what['’]?s\s+next\b"
    r"|who\s+should\s+read\b|why\s+(?:read|trust|choose|learn\s+with)\b)",
    re.IGNORECASE,
)


def is_section(text: str) -> bool:
    """Whether a title opens what is no answer any more: related reading, author, contents, conclusion."""
    return len(text) <= LONGEST_TITLE and bool(_SECTION.match(text))


def is_faq(text: str) -> bool:
    """Whether a title opens frequently asked questions."""
    return len(text) <= LONGEST_TITLE and not text.rstrip().endswith(".") and bool(_FAQ.match(text))


def is_part(text: str) -> bool:
    """Whether a line names a part of the article: Section B, Part 2 – …"""
    return bool(_PART.match(text))


def is_noise(text: str) -> bool:
    """Whether a line alone is no part of an answer: an advertisement's label, `Also read: …`, a placeholder."""
    return bool(_NOISE.match(text))


def is_promotion(text: str) -> bool:
    """Whether a paragraph sells something."""
    return bool(_PROMOTION.search(text))


def is_about_itself(text: str) -> bool:
    """Whether a paragraph speaks about the article, its questions or interviews, not about the matter."""
    return bool(_ITSELF.search(text) or _INVITES.match(text))


def is_closing(text: str) -> bool:
    """Whether an article's last paragraph takes leave of its reader."""
    return bool(_CLOSING.match(text))


def is_author(text: str) -> bool:
    """Whether a paragraph presents a person as the author."""
    return bool(_AUTHOR.match(text))


def is_meta_question(text: str) -> bool:
    """Whether a question is about the article, an interview or the reader, not about the matter."""
    return bool(_META_QUESTION.search(text) or _ADDRESSES_READER.match(text))
