"""What a sentence is about: its subject and main verb, by a closed list of the verbs that explanations use."""

import re
from dataclasses import dataclass

_BE = frozenset("is are was were".split())
_VERBS = frozenset(
    """absorb accelerate achieve act add adjust affect aim allow alter analyse analyze appear apply arise assign assume avoid balance
    become begin belong bind break bring build calculate carry cause change classify collect combine compare compress compute
    concern connect consist constitute contain control convert copy correct cover create deal decide decrease define deliver depend derive
    describe detect determine develop differ direct distinguish divide emerge enable encourage end enforce enhance ensure
    entail establish estimate evaluate evaporate exist expand explain express extract fail filter flow focus follow form gather generate give govern
    grow guarantee handle happen help hold identify imply impose improve include increase indicate influence inhibit integrate introduce involve
    isolate keep lead learn let limit link locate lower maintain make manage map mark mean measure mix model modify monitor move
    need obtain occur offer operate optimise optimize organise organize outlast outperform overcome perform permit play predict present preserve
    prevent process produce prohibit project promote protect prove provide raise reach read receive recognise recognize reduce refer regulate
    relate release rely remain remove render repeat replace represent require resolve respond rest restrict result return
    reuse reveal rise route run secure select send separate serve set settle share shift show simplify simulate slow solve specify
    split stabilise stabilize stand start state stop store struggle suffer summarise summarize supply support take tell tend test transfer transform translate
    transmit treat try turn update use vary verify work yield
    amplify attach attract choose confirm conserve depict destroy detach dissolve dominate earn emit erase examine
    execute expire extend forbid freeze hide imitate inherit inject insert inspect insulate invent invest join lend
    listen lose melt merge migrate oppose originate own participate penalise penalize persist possess pour recover
    refresh relax relieve repair resemble resist restore seek sell shrink speed steer stimulate strengthen surround
    abolish accept accumulate acknowledge acquire adapt adopt advise agree aggregate align allocate announce appeal approve argue
    arrange ask assemble assert assess assist authorise authorize automate await bear beat bend block boost borrow burn buy call
    cancel capture catch celebrate check circulate claim climb close coexist collapse come communicate compete compile complete
    comprise compute concentrate conclude configure consider consume contrast contribute coordinate cost create cut decode
    decompose dedicate defend delegate delete denote deploy deprive destabilise develop diagnose dictate die differentiate
    diffuse digest diminish discharge discover discuss disperse dispose dissociate disrupt distort distribute donate double draw
    drive drown duplicate eat edit educate eject elect eliminate embed embody emphasise employ emulate encode encrypt encompass
    enforce engage enrich enter entitle enumerate erode escape estimate evolve exceed exchange exclude excrete exert exhaust
    expand expect exploit explore export expose fall feed fetch fight fill find finish fix fly forget fulfil fuse grasp hear
    hydrolyse ignite ignore illustrate impair implement incorporate incur infect infer inform initialise initialize initiate
    innervate install instruct interact interfere interpret intersect interrupt invade invalidate invert iterate judge justify
    kill know lend lubricate match maximise maximize minimise minimize mobilise motivate mutate navigate neutralise neutralize
    nominate normalise normalize nourish obey observe outweigh overload override owe oxidise oxidize pack parse partition pass
    pay penetrate persuade pierce pollinate polymerise populate postpone postulate precede precipitate prefer prescribe preside
    prioritise proclaim propagate propose prosecute provoke publish pull punish purchase purify push qualify quantify radiate
    ratify react read realise realize rebuild recall recommend reconcile reconstruct record recycle redirect reflect refract
    refuse register reinforce reject relax remember remind renew rent reorder reproduce reside resonate retain retire retreat
    retrieve revise revoke revolve rotate satisfy save say scan scatter secrete see seize self-assemble separate serialise
    shorten signify sink sit smooth soften spawn speak spin spread standardise stay stretch submit subscribe substitute subtract
    succeed suggest supervise suppose suppress sustain swim tend terminate theorise think throw tolerate trace transcribe
    translate transport travel trigger truncate undergo understand undo unfold uphold utilise utilize vaporise validate vibrate
    violate visualise warrant wear weigh write
    survive suspend sweeten symbolise symbolize synchronise teach thicken unify unite unlock vanish weaken widen win""".split()
)
_NOUN_BEFORE = frozenset(
    "a an the this that these those of in for to with by on at from as or its their and each every no".split()
)
_PRONOUNS = frozenset("i you we they he she".split())
# Of the verbs above, those that are as often nouns: before another verb they are taken for one.
_OFTEN_NOUNS = frozenset(
    """block call check claim contrast cost cut draw drive exchange export feed fight fill fix fuse interrupt judge kill match
    override pass pay pull push read record register retreat save scan sink spin spread stretch trace transport travel trigger
    wear find
    act aim balance break cause change control cover deal decrease estimate filter flow focus form hold increase influence lead limit link
    map mark measure model move need offer play process project raise release rest result return reveal rise route
    set share shift show split stand start state stop store supply support test transfer transform turn update use work yield""".split()
)
_BEFORE_OBJECTS = frozenset(
    "a an the its their his her it them all any both each every one two to by into from up out away when where what".split()
)
_FARTHEST_VERB = 15
"""The main verb is looked for among this many words."""
_ADVERBS = frozenset(
    "also often usually typically generally commonly mainly primarily simply basically not both".split()
)
_ADVERB = re.compile(r"(?<!\bfam)(?:al|iv|ent|ant|ar|us|d|t|ful|gh|ab|ib|ic|se|te|ve|i|th|st)ly$")
_INTRODUCTION = re.compile(r"^(?:in|for|within|under|during|among|at|on|by|with)\s[^,.]{2,50},\s+", re.I)
_PURPOSE = re.compile(
    r"^(?:In order )?[Tt]o (?P<what>(?P<verb>[a-z]+) [^,.:]{3,60}), (?:you|we|one|follow|use|do|first|start|the following|these)\b"
)
_PARENTHESES = re.compile(r"\([^)]*\)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"(])|:\s*$")


@dataclass(frozen=True)
class Clause:
    """The first clause of a text.

    Attributes:
        subject: as written, without an introduction such as `In cooking,`.
        verb: as written, lower case.
        rest: what follows the verb in the sentence, without its full stop.
        plural: the verb's form says that the subject is plural.
    """

    subject: str
    verb: str
    rest: str
    plural: bool

    @property
    def is_copula(self) -> bool:
        """Whether the verb is a form of `be`."""
        return self.verb in _BE


def first_sentence(text: str) -> str:
    """A text's first sentence without its full stop."""
    return _SENTENCE_END.split(text.strip(), maxsplit=1)[0].rstrip(" .:!")


def purpose_of(text: str) -> str:
    """`secure a server` from `To secure a server, follow these steps:`; empty where a text says no such thing."""
    match = _PURPOSE.match(text)
    return match.group("what") if match and match.group("verb") in _VERBS else ""


def is_purpose(text: str) -> bool:
    """Whether a text opens with what is to be done."""
    return bool(purpose_of(text))


def clause_of(text: str) -> Clause | None:
    """Subject and verb of a text's first sentence, or None where no known verb stands near its beginning."""
    sentence = _INTRODUCTION.sub("", first_sentence(text))
    # Parentheses are hidden from the search but stay in the subject.
    hidden = _PARENTHESES.sub(lambda match: "\0" * len(match.group()), sentence)
    words = list(re.finditer(r"[^\s]+", hidden))
    i = next((i for i in range(1, min(len(words), _FARTHEST_VERB)) if _is_verb(words, i)), None)
    i = i or next((i for i in range(1, min(len(words), _FARTHEST_VERB) - 1) if _looks_like_verb(words, i)), None)
    subject = _trimmed(sentence[: words[i].start()]) if i else ""
    if i is None or not subject:
        return None
    verb = _word(words[i])
    plural = verb in ("are", "were") or (verb not in _BE and (verb in _VERBS or not verb.endswith("s")))
    return Clause(subject, verb, sentence[words[i].end() :].strip(), plural)


def _word(match: re.Match[str]) -> str:
    return match.group().lower().strip(",;")


def _is_verb(words: list[re.Match[str]], i: int) -> bool:
    """Whether a word is a verb that is known, at a place where a verb may stand."""
    word = _word(words[i])
    if i > 1 and _word(words[i - 1]) in _PRONOUNS:
        return False
    return word in _BE or (
        _word(words[i - 1]) not in _NOUN_BEFORE and base_form(word) in _VERBS and not _is_noun_here(words, i)
    )


def _looks_like_verb(words: list[re.Match[str]], i: int) -> bool:
    """Whether an unknown word agrees with its subject and what follows could be its object.

    `The roux thickens the sauce`, `headbands reinforce the spine`.
    """
    word, before = _word(words[i]), _word(words[i - 1])
    if before in _NOUN_BEFORE or _word(words[i + 1]) not in _BEFORE_OBJECTS or len(word) <= 3:
        return False
    return _is_plural(word) or (_is_plural(before) and word.isalpha() and not word.endswith(("ly", "ing", "ed")))


def _is_plural(word: str) -> bool:
    """Whether a word ends like a plural noun, and so like a verb's third person."""
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def base_form(verb: str) -> str:
    """The infinitive of a third person: prevents, classifies, passes."""
    if verb in _VERBS or not verb.endswith("s"):
        return verb
    for ending, instead in (("ies", "y"), ("es", ""), ("es", "e"), ("s", "")):
        if verb.endswith(ending) and verb[: -len(ending)] + instead in _VERBS:
            return verb[: -len(ending)] + instead
    return verb


def _is_noun_here(words: list[re.Match[str]], i: int) -> bool:
    """Whether a form that may be noun or verb is followed by the real verb: `learning rate changes affect …`."""
    after = next((match.group().lower() for match in words[i + 1 :] if "\0" not in match.group()), "")
    return base_form(words[i].group().lower()) in _OFTEN_NOUNS and (
        after in _BE or (base_form(after) in _VERBS and after not in _VERBS)
    )


def _trimmed(subject: str) -> str:
    words = subject.strip(" ,;").split()
    while words and (words[-1].lower() in _ADVERBS or (_ADVERB.search(words[-1]) and len(words) > 1)):
        words.pop()
    return " ".join(words)
