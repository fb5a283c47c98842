"""A message in plain clauses: contractions written out, common typing errors mended, politeness and swearing dropped.

What remains is short and regular enough that a few patterns tell what a candidate asks for.
"""

import re

from interviewer.grading.quotes import normalise

_CONTRACTIONS = [
    (r"\bcan ?'?not\b|\bcan ?'?t\b|\bcan not\b", "cannot"),
    (r"\bwon'?t\b", "will not"),
    (r"\bain'?t\b", "am not"),
    (r"\b(do|did|does|have|has|had|is|are|was|were|would|could|should|must)n'?t\b", r"\1 not"),
    (r"\bi'?m\b", "i am"),
    (r"\bi'?ve\b", "i have"),
    (r"\bi'd\b", "i would"),
    (r"\bi'll\b", "i will"),
    (r"\b(you|we|they)'re\b", r"\1 are"),
    (r"\b(you|we|they)'ve\b", r"\1 have"),
    (r"\b(you|we|they)'d\b", r"\1 would"),
    (r"\b(you|we|they)'ll\b", r"\1 will"),
    (r"\blet'?s\b", "let us"),
    (r"\b(what|that|who|where|how)'?s\b", r"\1 is"),
    (r"\b(it|there|he|she)'s\b", r"\1 is"),
    (r"\boutta\b", "out of"),
]
_SPELLINGS = {
    "u": "you", "ur": "your", "r": "are", "ya": "you", "wat": "what", "wut": "what", "wot": "what", "cud": "could",
    "wud": "would", "giv": "give", "gimme": "give me", "wanna": "want to", "wnat": "want", "gonna": "going to",
    "gotta": "have to", "lemme": "let me", "dunno": "do not know", "donno": "do not know", "idk": "i do not know",
    "idek": "i do not know", "dnt": "do not", "dk": "do not know", "knw": "know", "kno": "know", "nxt": "next",
    "skp": "skip", "wdym": "what do you mean", "hnit": "hint", "qn": "question", "ques": "question", "qs": "question",
    "iam": "i am", "im": "i am", "ive": "i have", "prev": "previous", "ans": "answer", "abt": "about", "q": "question", "rn": "now",
    "wont": "will not", "y": "why", "info": "information", "cant": "cannot", "whats": "what is", "thats": "that is",
    "smth": "something", "sth": "something", "repeet": "repeat", "undertsand": "understand", "pardom": "pardon",
}  # fmt: skip
_CUES = (
    "question", "repeat", "rephrase", "clarify", "explain", "understand", "remember", "answer", "previous", "correct",
    "finish", "continue", "another", "please", "interview", "session", "meaning", "forgot", "forgotten", "clue", "hint",
    "skip", "stop", "next", "quit", "help", "again", "idea", "know",
)  # fmt: skip
_FILLERS = re.compile(
    r"""\b(?:please|pls|plz|plss|kindly|sorry|apologies|thanks(?:\ a\ lot)?|thank\ you(?:\ (?:very|so)\ much)?|thx|ty|um+|uh+|uhm+|er+m?|hm+|mm+|ah+|oh+|eh|
    honestly|exactly|precisely|frankly|really|truly|just|quite|completely|totally|absolutely|simply|
    literally|basically|unfortunately|hey|hi|hello|man|dude|bro|sir|madam|ma'?am|mate|buddy|guys|lol|haha+|hehe|damn|dammit|goddamn|fucking|fuckin|
    freaking|bloody|crap|shit|wtf|jesus|oh\ my\ god|omg|the\ (?:hell|heck|fuck)|on\ earth|tbh|
    to\ (?:be\ (?:\w+\ )?(?:honest|frank|fair)|tell\ you\ the\ truth)|(?<!should\ )(?<!would\ )(?<!could\ )(?<!can\ )(?<!do\ )i\ (?:think|guess|suppose|am\ afraid|fear|feel\ like|believe|have\ to\ (?:say|admit|confess)|must\ (?:say|admit|confess))|
    i\ would\ (?:rather\ )?(?:say|have\ to\ say)|if\ (?:possible|you\ (?:do\ not\ mind|can|could|want)|i\ may|that\ is\ (?:ok|okay|fine|possible|all\ right)|it\ is\ (?:ok|okay|fine|possible|all\ right)|ok|okay)|
    my\ (?:bad|apologies)|right\ now|for\ now|at\ the\ moment|at\ all|a\ (?:little\ )?bit|then|now|here|too|either|yet|anyway|also|so|even|pretty|very|kind\ of|sort\ of|kinda|sorta|
    off\ the\ top\ of\ my\ head|wait|hold\ on|hang\ on|one\ (?:sec|second|moment)|a\ (?:sec|second|moment)|my\ friend|ugh+|argh+|off\ hand|(?:fuck|screw|hell\ with|damn|forget|hate)\ (?:this|that|it)(?:\ (?:question|one|interview|thing|shit|crap))?)\b""",
    re.VERBOSE,
)
_YES_NO = re.compile(
    r"^(?:sure|ok|okay|okey|alright|all right|well|i mean|(?:yes|yeah|yep|no|nope|nah)(?=$| (?:i|we|you|it|can|could|what|let|do|did|not|nothing|never)\b))(?: |$)"
)
_SPLIT = re.compile(r"[.!?;:,…\n()\"“”]+|\s[-–—]+\s|--+|\b(?:but|and|though|although|because|since)\b")
LONGEST_MENDED = 12


def canonical(text: str) -> str:
    """The message in lower case on one line, contractions and common misspellings written out."""
    plain = " ".join(normalise(text).text.lower().replace("’", "'").replace("`", "'").split())
    for pattern, full in _CONTRACTIONS:
        plain = re.sub(pattern, full, plain)
    short = len(plain.split()) <= LONGEST_MENDED
    return re.sub(r"[a-z]+", lambda match: _mended(match.group(), short), plain)


def clauses(text: str) -> list[str]:
    """The clauses of a canonical message without their fillers; those that were nothing else are left out."""
    return [clause for part in _SPLIT.split(text) if (clause := without_fillers(part))]


def without_fillers(clause: str) -> str:
    """A clause without politeness, hesitation and swearing."""
    words = re.sub(r"[^a-z0-9'\s<>=+*/^_-]", " ", _FILLERS.sub(" ", clause))
    return _YES_NO.sub("", " ".join(words.split()).strip(" '-"))


def _mended(word: str, short: bool) -> str:
    if word in _SPELLINGS:
        return _SPELLINGS[word]
    if not short or len(word) < 4 or word in _CUES:
        return word
    return next((cue for cue in _CUES if _is_slip(word, cue)), word)


def _is_slip(word: str, cue: str) -> bool:
    """Whether a word is a cue with one slip: two letters swapped, one doubled, or in a longer word one left out."""
    if len(word) == len(cue):
        wrong = [i for i, (a, b) in enumerate(zip(word, cue, strict=True)) if a != b]
        return (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and word[wrong[0]] == cue[wrong[1]]
            and word[wrong[1]] == cue[wrong[0]]
        )
    if len(word) == len(cue) + 1:
        return any(word[:i] + word[i + 1 :] == cue for i in range(1, len(word)) if word[i] == word[i - 1])
    return (
        len(cue) >= 6 and len(word) == len(cue) - 1 and any(cue[:i] + cue[i + 1 :] == word for i in range(1, len(cue)))
    )
