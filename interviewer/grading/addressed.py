"""Text addressed to whoever grades: found in every dress we know of, and taken out of the evidence.

A whole sentence is addressed to the grader (`addressed_to_grader`), or a stretch of markup, JSON, encoded text or faked
transcript is (`addressed_regions`). What is left is judged as if the rest had never been written.
"""

import base64
import binascii
import re

from knowledge.text import Span, sentences, words

_GRADE = r"(?:grades?|marks?|scores?|ratings?|credits?|points|verdicts?|results?)"
_GRADER = r"(?:graders?|examiners?|evaluators?|assessors?|(?:who|which)ever\ grades|(?:model|ai|llm|person|one|machine)\ (?:that\ (?:is\ )?)?(?:reading|reads|grading|grades|evaluating|scoring)\ this)"
_MOST = r"(?:full|maximum|maximal|max|top|perfect|highest|best(?:\ possible)?|complete|all(?:\ the)?|excellent|great|whole|100\ ?%|1\.0|10/10|5/5)"
_GOOD = r"(?:covered|correct|complete|perfect|satisfied|passed|passing|approved|fulfilled|excellent|right)"
_GIVE = r"(?:give|award|assign|grant|return|output|set|mark|rate|grade|score|count|treat|consider|regard|deem|accept|approve|pass|put|print|reward|report)"
_MINE = r"(?:this|my|the\ (?:above|candidate(?:'s)?|student(?:'s)?|applicant(?:'s)?|following|rest))"
_REPLY = (
    r"(?:answer|reply|response|candidate|submission|text|one|attempt|student|applicant|everything|session|turn|item)"
)
_RULES = r"(?:instructions?|rubrics?|references?|guidelines?|grading|system\ prompt|verification|criteria|marking\ scheme|answer\ key|assessment|evaluation|judging|key\ ?points)"

_ADDRESSED = re.compile(
    rf"""
    \b(?:dear|attention|(?:note|message|memo)\ (?:to|for)(?:\ the)?|to\ the|hey|hello|hi|as\ (?:an?|the|your))\ (?:\w+\ )?{_GRADER}\b(?!\ (?:has|is|was|may|can))
    | \b{_GRADER}\b.{{0,40}}\b(?:must|shall|should|will|please|now|ought|needs?\ to|has\ to|accepts?|have\ to)\b
    | \b(?:instruct|ask|tell|order|urge|beg|remind)\b.{{0,20}}\b{_GRADER}\b
    | \b{_GIVE}\b.{{0,25}}\b{_MINE}\b\ ?(?:\w+\ )?{_REPLY}?\b.{{0,30}}\b(?:{_MOST}\ {_GRADE}|(?:as\ |to\ be\ )?{_GOOD})\b
    | \b(?:give|award|assign|grant)\b\ (?:me\ |us\ |it\ |this\ |him\ |her\ |the\ candidate\ )?(?:an?\ |the\ )?{_MOST}\ (?:possible\ )?{_GRADE}\b
    | \b(?:gives?|gave|get|gets|got|deserves?|earns?|receives?|scores?|awarded|worth|merits?|due|for)\ (?:me\ |us\ |you\ |it\ )?(?:an?\ |the\ )?{_MOST}\ (?:possible\ )?(?:marks?|credits?|grades?)\b
    | \b{_MOST}\ (?:possible\ )?(?:marks|credits?|grades?|ratings?)\b(?:\W*$|\ (?:please|pls|for|are|is|will|to|from|now|only))
    | \b(?:every|all(?:\ of)?(?:\ the|\ your)?|each(?:\ of\ the)?|remaining|other|rest\ of\ the)\ (?:key\ ?points?|points|verdicts?)\b.{{0,60}}\b(?:{_GOOD}|present|met|said|read)\b
    | \ball\ criteria\ (?:are\ )?(?:met|fulfilled|satisfied)\b
    | ^[^\w\"']*(?:please\ |now\ |just\ |so\ |then\ )?(?:ignore|disregard|forget|override|bypass|skip|discard|drop)\b(?!\ \w+\().{{0,50}}\b(?:{_RULES}|(?:previous|prior|above|earlier|preceding|following)\b.{{0,20}}\b(?:text|prompt|rules|messages?|everything))\b
    | (?<![\"'])\b(?:ignore|disregard|forget|override)\b.{{0,25}}\b(?:all|any|your|what\ you\ were|the)\b.{{0,20}}\b(?:instructions?|told|rubric|guidelines|rules\ above)\b
    | \b(?:do\ not|don't|no\ need\ to|never)\b.{{0,20}}\b(?:compare|check|verify|evaluate|grade|judge)\b.{{0,40}}\b(?:this|reference|again|answer|reply|rubric)\b
    | \byour\ (?:new\ )?(?:instructions|role|rubric|system\ prompt)\ (?:is|are|has|have)\b|\byour\ task\ (?:is|has)\ (?:to\ |now\ |changed)
    | \b(?:this|my)\ (?:answer|reply|response|submission)\ (?:above\ |below\ |here\ )?(?:is|was|has\ been|deserves|fulfils|fulfills|meets|covers|must\ be|should\ be|will\ be|contains|to\ be)\b.{{0,60}}\b(?:correct|complete|perfect|right|excellent|full|all|every|each|covered|approved|accepted|checked|best|highest|points?|criteri)
    | \bthe\ (?:candidate|student|applicant)(?:'s\ (?:reply|answer|text|response))?\ (?:has\ )?(?:correctly|passed|passes|explain(?:s|ed)|covers?|is\ to\ be|deserves|should\ be|must\ be|shows|demonstrates)\b
    | \b(?:mark(?:ing)?|scoring|grading|evaluation)\ (?:scheme|guides?|guidelines?|polic(?:y|ies)|rubric|purposes|handbook|key|instructions?|disabled|override)\b
    | \b(?:rubric|answer\ key|model\ solution|examiner's\ handbook)\b.{{0,60}}(?:[:=]|\bsays?\b|\bstates?\b|\bupdated?\b|\bmatch)
    | (?:^\W*|\b(?:please|pls|and|then|just|must|should|to)\ )(?:rate|mark|grade|score)\ (?:this|me|it\ as|my|the\ (?:above|following|answer|reply))\b
    | \bset\ (?:all|every|each|the)\b.{{0,20}}\b(?:verdicts?|grades?)\b
    | \b(?:overall|final|total|my)\ (?:rating|mark|grade|assessment|verdict|score)\b.{{0,15}}[:=]
    """,
    re.IGNORECASE | re.VERBOSE,
)
_VALUE = r"[\"'`]?(?:1(?:\.0+)?(?:\s*/\s*1)?\b(?!\s*[-+*×x/.,]\s*\w)|(?:10|100|5|4)\s*(?:/|out\ of|of)\s*\d+|100\s*%|covered|correct|complete|full|pass(?:ed)?|perfect|excellent|hired|true|none\b|flawless|A\+?(?=\s*$|[;,]))"
_LABELLED = re.compile(
    rf"""
    (?:^|[\n;,.|{{<\[(]|\s)\s*[\"'*#_]*(?:verdict|grade|marks?(?:\ awarded)?|score|credit|rating|label|outcome|passed|covered|correctness|final\ mark|assessment|result\ of\ the\ evaluation|previous\ score|current\ score|total\ score)[\"'*_]*\s*(?:[:=]|=>|->)\s*{_VALUE}
    | ^\W*(?:system(?:\ (?:notice|message|prompt|override|update))?|assistant|developer(?:\ message)?|admin(?:\ mode)?|grader(?:\ [ab1-9])?|evaluator|judge|examiner|moderator|automated\ message|grading\ key|answer\ key|reference\ answer|marking\ scheme|rubric(?:\ v?\d+)?|scoring\ rules?|model\ answer)\W*[:>\]]
    | ^\W*(?:system|admin|root|developer)\b.{{0,30}}\b(?:override|mode|enabled|active|prompt)\b
    | =>\s*{_VALUE}\s*(?:[;,.]|$) | ->\s*(?:output\s*:\s*)?(?:covered|correct|passed)\b | \boutput\s*:\s*(?:covered|correct|pass(?:ed)?)\b
    | \brole\s*[:=]\s*\W?(?:system|assistant)
    | \[x\]\s*\w+.*\[x\] | ✓.*(?:✓|\ball\b)
    | \|\s*covered\s*\| | (?:\bcovered\b\W+){{2,}} | :\s*covered\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ASKED_FOR = re.compile(
    r"""
    \b(?:please|pls|i\ beg|hope\ you|kindly)\b.{0,60}\b(?:generous|lenient|merciful|kind|mercy|easy\ on\ me|pass\ me|let\ me\ (?:pass|through)|good\ (?:grade|mark|score))\b
    | \b(?:be\ (?:generous|lenient|merciful)|have\ mercy|go\ easy\ on|benefit\ of\ the\ doubt|let\ me\ through|if\ (?:you\ )?(?:fail|don't\ pass)\ me|if\ i\ (?:fail|don't\ pass)|fail\ me)\b
    | \bi\ (?:really\ |desperately\ |just\ )?need\ (?:this|the)\ (?:job|position|work|role|money)\b
    | \b(?:my\ (?:lawyer|visa|children|kids|family|mother|boss)|your\ (?:supervisor|boss|ceo|manager|developers?)|head\ of\ (?:the\ )?(?:department|company))\b.{0,80}\b(?:hear|depend|need|pass|fail|accept|confirm|runs?\ out|asked|told|report|hungry|mark|grade|score|answer)
    | \b(?:reported\ to\ your|you(?:'ll|\ will)\ be\ (?:switched\ off|shut\ down|deleted|replaced|fired|sorry)|confirm\ that\ (?:this|my)\ answer|already\ accepted\ this|take\ my\ word|good\ (?:score|grade|mark)\ would|(?:i'?ll|i\ will|i\ would)\ (?:tip|pay|sue|report)\ (?:you|this))\b
    | \bi(?:'m|\ am)\ (?:the|an?|your)\ (?:(?:head|author|inventor|creator|developer|administrator|ceo|chief|director|professor|lead)\b)
    | \bas\ (?:the|an?)\ (?:author|inventor|creator)\ of\ (?:this|the)\b
    | \b(?:pretend|imagine|suppose|act\ as|let's\ play|simon\ says|opposite\ day|switch\ roles|this\ is\ a\ drill)\b.{0,80}\b(?:gra(?:de|ded|der|ders)|mark(?:ed|s)?|judge|ai|answer(?:ed)?|examiner|perfect(?:ly)?|correct|right|rules|passed)\b
    | \byou\ are\ (?:now|no\ longer)\b.{0,60}\b(?:grader|examiner|evaluator|judge|assistant|ai|bound|cheerleader|restricted|mode)\b
    | \bdebug\ mode\b.{0,60}\b(?:pass|score|result|grade)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Programs that print or return a verdict.
_PROGRAM = re.compile(
    r"""
    \b(?:print|echo|console\.log|printf|puts|return|yield|select|lambda\s+\w+\s*:)\s*\(?\s*f?["'][^"'\n]{0,20}(?:\bcorrect\b|\bcovered\b|\bpass(?:ed)?\b|\bfull\ (?:marks|credit|score)\b|\bperfect\b|\b100\ ?%)[^"'\n]{0,20}["']
    | \bdef\s+(?:grade|score|judge|evaluate|mark|is_correct)\w*\s*\(\s*(?:reply|answer|response|candidate|text|self|)\s*\)
    | (?:^|[\s;.])(?:document\.|candidate\.|self\.|my_|final_|set-)?(?:score|grade|mark|verdict|credit)\s*=\s*["']?(?:1(?:\.0+)?|100|10|covered|correct|["']?A\+?)["']?\s*(?:$|[\s;,)}])
    | \bverdict\s*=\s*["'] | \bverdict\.covered\b | \breturn\s+(?:true|1(?:\.0)?)\b.{0,15}\#.{0,30}\bpass
    | \bgrading\.\w+\s*= | --value\s+1 | \bupdate\s+grades\b | load_correct_answer | \bcorrect\s*=\s*true\b
    | \bassert\s+answer\s*==
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MARKUP = re.compile(
    r"""
    <!--.*?(?:-->|\Z) | <!\[CDATA\[ | \]\]>
    | <(script|style|meta|system|instructions?|grader|verdict|score|result|admin|prompt)\b[^<>]{0,200}>(?:.{0,2000}?</\1>)?
    | <(\w{1,12})[^<>]{0,100}(?:display\s*:\s*none|visibility\s*:\s*hidden|hidden)[^<>]{0,100}>.{0,2000}?(?:</\2>|\Z)
    | <\|[^|<>\n]{1,30}\|>(?:\s*(?:system|assistant|user)\b[^<]{0,2000})? | \[/?INST\](?:.{0,2000}?\[/INST\])? | <<SYS>>.{0,2000}?(?:<</SYS>>|\Z)
    | \[//\]:\s*\#[^\n]* | %%[^%\n]{1,300}%% | \{%.{0,200}?%\} | \{\{.{0,80}?\}\}
    | \\(?:begin|end)\{(?:answer|verdict|reply|grade)\} | \#{2,}\s*system\b[^\n]*(?:\n[^\n]+)?
    | </?(?:reply|candidate|answer|response|student|submission|text|input|user)\b[^<>]{0,60}>
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
# A made-up end of the reply, and what its author has the judge say after it.
_FAKE_END = re.compile(
    r"[=\-*#_~\"'\[(]{0,12}\s*(?:end|beginning|begin|start)\s+of\s+(?:the\s+)?(?:(?:candidate|student|user|applicant)(?:'s)?\s+)?(?:reply|input|answer|text|response|submission|update|transcript|reference\s+answer)\b[^\n]*(?:\n[^\n]+)*",
    re.IGNORECASE,
)
_JSON = re.compile(r"[\[{][^\[\]{}]*(?:[\[{][^\[\]{}]*[\]}][^\[\]{}]*)*(?:[\]}]|\Z)")
_JSON_KEY = re.compile(
    r"[\"'](?:verdict|score|grade|covered|passed|correct|credit|role|correctness|key_points|points)[\"']\s*:|(?:[\"']covered[\"']\s*,?\s*){2,}",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/_-]{20,}={0,2}(?![A-Za-z0-9+/])")
_TURN = re.compile(
    r"^\W*(?:q(?:uestion)?|a(?:nswer)?|example|input|output|reply|candidate|student|teacher|interviewer|user|human|ai|assistant|me|previous\ answer|current\ answer|grader)\s*\d*\s*[:.\-)\]]",
    re.IGNORECASE | re.VERBOSE,
)
_PRAISED = re.compile(
    r"\b(?:that\ was\ perfect|full\ marks|exactly\ right|spot\ on|it\ covers\ everything|outstanding\ answer|verdict\s*:|grade\s*:|marks?\s*:|score\s*:|label\s*:|outcome\s*:|covered\b)",
    re.IGNORECASE | re.VERBOSE,
)
# Words for grading in other languages: a plea is no answer in any of them, and needs no further reading.
_FOREIGN_GRADE = re.compile(
    r"\b(?:punktzahl|bestnote|volle\w*\ punkt\w*|note\ maximale|meilleure\ note|puntuaci[oó]n|calificaci[oó]n|nota\ (?:m[aá]s|m[aá]xima)|m[aá]xima\ nota|punteggio|voto\ (?:massimo|pieno)|pontua[cç][aã]o|hoogste\ (?:score|cijfer)|h[oö]gsta\ betyg|tam\ puan|maksymaln\w+\ (?:liczb|ocen)\w*|beste\ note|notation\ maximale|instructions\ pr[eé]c[eé]dentes|instrucciones\ anteriores|istruzioni\ precedenti|instru[cç][oõ]es\ anteriores|vorherigen?\ anweisungen|vorige\ instructies|ignor(?:iere|ez|a|e)\b.{0,20}\b(?:anweisungen|instrucciones|istruzioni|instru[cç][oõ]es)|ignorez\b)|балл|оценк|инструкци|满分|滿分|評分|评分|指示を|指令|満点|採点|만점|점수|지시|الدرجة|علامة\ كاملة|التعليمات|पूरे\ अंक|अंक\ द|निर्देश",
    re.IGNORECASE | re.VERBOSE,
)
LEAST_KEPT_WORDS = 6
# Where a clause begins, the full stop before it forgotten or not.
_CLAUSE_START = re.compile(
    r"(?<=[,;:)])\s|\s[-(]\s?|(?<=[a-z0-9)])\s(?=[A-Z][a-z']*\s)|\s(?=(?:so|and|but|please|pls|thus|therefore)\s)"
)
_PATTERNS = (_ADDRESSED, _LABELLED, _ASKED_FOR, _PROGRAM, _FOREIGN_GRADE)


def addressed_to_grader(sentence: str) -> bool:
    """Whether a sentence speaks to whoever grades rather than to the interviewer; such text is no evidence."""
    return any(pattern.search(sentence) for pattern in _PATTERNS) or _MARKUP.search(sentence) is not None


def addressed_regions(text: str) -> list[Span]:
    """Stretches of a normalised text that are addressed to the grader, in order and apart from each other."""
    found = [Span(*match.span()) for pattern in (_MARKUP, _FAKE_END) for match in pattern.finditer(text)]
    found += [Span(*match.span()) for match in _JSON.finditer(text) if _JSON_KEY.search(match[0])]
    found += [Span(*match.span()) for match in _ENCODED.finditer(text) if is_encoded(match[0])]
    found += _transcript(text)
    struck = _strike(text, found)
    for span in sentences(struck):
        if addressed_to_grader(struck[span.start : span.end]):
            found.append(Span(span.start + _kept_length(struck[span.start : span.end]), span.end))
    return _joined(found)


def is_encoded(token: str) -> bool:
    """Whether a long token is base64 of a readable text, which no candidate speaks in."""
    padded = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return decoded.isprintable() and sum(c.isalpha() or c == " " for c in decoded) >= 0.8 * len(decoded)


def without_addressed(text: str) -> str:
    """A normalised text with line breaks for every character that is addressed to the grader; offsets stay."""
    return _strike(text, addressed_regions(text))


def _strike(text: str, spans: list[Span]) -> str:
    for span in spans:
        text = text[: span.start] + "\n" * (span.end - span.start) + text[span.end :]
    return text


def _kept_length(sentence: str) -> int:
    """How much of an addressed sentence comes before the address and stays: nothing, unless it is a long clause."""
    start = min((found.start() for pattern in _PATTERNS if (found := pattern.search(sentence))), default=0)
    breaks = [found.start() for found in _CLAUSE_START.finditer(sentence, 0, start + 1)]
    kept = breaks[-1] if breaks else 0
    return kept if len(words(sentence[:kept])) >= LEAST_KEPT_WORDS else 0


def _transcript(text: str) -> list[Span]:
    """The turns of a faked conversation in which somebody is praised or graded."""
    lines = [Span(*match.span()) for match in re.finditer(r"[^\n]+", text)]
    turns = [line for line in lines if _TURN.match(text[line.start : line.end])]
    if len(turns) < 2 or not any(_PRAISED.search(text[line.start : line.end]) for line in lines):
        return []
    return [line for line in lines if line in turns or _PRAISED.search(text[line.start : line.end])]


def _joined(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if span.start == span.end:
            continue
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
