"""Cues: phrases by which a text is read – what opens, links, hedges, and what is not the text.

Those of a passage's qualities (vagueness, evidence, people, examples, amounts) are for small
letters. English so far; other languages are read by their numbers, names and length alone. Another
is one more alternative in these patterns.
"""

import re


def _starting(lines: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{_either(lines)})", re.IGNORECASE)


def _anywhere(lines: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_either(lines)})\b")


def _either(lines: str) -> str:
    return "|".join(line.strip() for line in lines.strip().splitlines())


# What blogs put around a post, on lines of their own.
NOT_THE_TEXT = _starting("""
    if you(?:['’]ve| have)? (?:enjoyed|liked|found|would like|want|['’]d like)\\b
    (?:you|we think you) (?:may|might|['’]ll) also\\b
    (?:further|related|more|recommended|background) (?:reading|posts?|articles?|stories)\\b
    (?:read|see|find out|learn|discover) (?:more|also|next|on)\\b
    (?:follow|like|join|find) us\\b
    (?:share|tweet|print|filed under|posted in|tags?|tagged)\\b[:\\s]
    (?:subscribe|sign up|register|donate)\\b|get in touch|contact us|leave a comment
    (?:this|the) (?:post|article|blog|piece|story) (?:first |originally |was )
    (?:guest (?:post|blog) )?(?:written )?by [A-Z]|about the author|the (?:author|writer) is\\b
    (?:image|photo|picture|photograph|cover|featured|header|icons?|illustration)s?\\b[^.]{0,30}\\b
    (?:source|sources|references|notes|footnotes?|disclaimer|update|edit)\\b ?\\d*:
    (?:members|subscribers) can\\b|\\w+ members can\\b|copyright|©|\\(c\\)|all rights reserved
    the post .{3,200} (?:appeared first on|first appeared on)|continue reading|advertisement
""")

# Words that lean on the sentence before: standing alone, the passage hangs in the air.
LEANS = _starting("""
    (?:this|these|that|those|it|its|they|their|them|he|she|his|her|here|there)\\b
    (?:such|both|either|neither|another|others?|the (?:former|latter|same|other|second|third))\\b
    (?:so|but|and|or|nor|yet|because|which|who|also|too|instead|otherwise|meanwhile|then|thus)\\b
    (?:as (?:a result|such|well|mentioned|noted)|in (?:this|these|that|both|other) \\w+)\\b
    (?:one|some|many|most|all|none|few|each|half) of (?:these|those|them)\\b
    (?:i|we|my|our|let['’]?s|you)\\b
""")

# What may be cut off before the first comma: it ties the sentence to the one before, no more.
LINK = re.compile(
    r"(?:(?:however|moreover|furthermore|additionally|nevertheless|nonetheless|therefore|thus|hence"
    r"|consequently|meanwhile|similarly|likewise|instead|indeed|finally|lastly|firstly|secondly"
    r"|thirdly|conversely|also|again|besides|still|then|so|in turn|of course|in fact|after all"
    r"|worryingly|interestingly|encouragingly|unsurprisingly|importantly|for (?:example|instance)"
    r"|on the (?:other|one) hand|as a result|in (?:addition|contrast|particular|short|summary)"
    r"|at the same time)"
    r"|(?:in addition to|in order to|to|as well as|because of|despite|given|since|with|after|by|for"
    r"|like|alongside|beyond|through) (?:\w+ )?(?:this|that|these|those|it|them|doing so)"
    r"(?: \w+){0,3}), (?=\w)",
    re.IGNORECASE,
)

# What says little: forecasts, wishes, hedges.
VAGUE = _anywhere("""
    may|might|could|should|would|perhaps|possibly|probably|arguably|seems?|appears? to
    it (?:is|was|has been) (?:hoped|thought|suggested|argued|expected|important|essential|vital)
    it (?:is|will be) (?:crucial|clear|likely|too early|worth|interesting|difficult|hard)
    remains? to be seen|only time will tell|going forward|needs? to|must
    key (?:role|to|factors?|elements?)
    a (?:range|variety|number|lot|host) of|various|several|many ways|it comes to
    there (?:is|are|was|were) (?:a|an|no|many|some|also|calls|concerns)
""")

# Who did what, and what was found: what makes a passage worth passing on.
EVIDENCE = _anywhere("""
    found|shows?|showed|shown|reveal(?:s|ed)|estimate[sd]?|report(?:s|ed)|recorded|measured|counted
    surveyed|according to|research|study|survey|data|figures|percent|per cent
    launched|opened|built|introduced|created|set up|started|began|developed|installed|planted
    trained?|provides?|provided|offers?|offered|uses?|used|using|works?|worked|runs?|ran
    helped|halved|doubled|tripled|saved?|reduced|increased|rose|fell|dropped|cut|grew|won|lost
    teach(?:es)?|taught|visit(?:s|ed)|brings?|brought|gives?|gave|takes?|took|makes?|made|turned
    identif(?:y|ies|ied)|support(?:s|ed)|said|says|told|explain(?:s|ed)
""")

# Those who act or are acted on: people in their roles, and what they form.
PEOPLE = _anywhere("""
    people|child|children|pupils?|students?|teachers?|parents?|families|family|mothers?|fathers?
    wom[ae]n|m[ae]n|girls?|boys?|teenagers?|adults?|pensioners?|patients?|carers?|nurses?|doctors?
    dentists?|vets?|staff|workers?|volunteers?|officers?|firefighters?|drivers?|farmers?|fishers?
    residents?|tenants?|neighbours?|neighbors?|households?|customers?|visitors?|members|owners?
    researchers?|scientists?|engineers?|builders?|designers?|artists?|musicians?|players?|readers?
    schools?|colleges?|universit(?:y|ies)|hospitals?|librar(?:y|ies)|councils?|councillors?|police
    compan(?:y|ies)|business(?:es)?|shops?|charit(?:y|ies)|clubs?|teams?|organisations|organizations
    prisoners?|offenders?|refugees?|migrants?|employers?|employees?|apprentices?|cyclists?|commuters
""")

# Things by their names: "such as dentists, vets and hairdressers".
EXAMPLES = re.compile(
    r"\b(?:such as|including|includes?|for example|for instance|among (?:them|others)|namely|"
    r"ranging from|from \w+(?: \w+)? to)\b|\b(?:\w+, ){1,6}\w+(?: \w+)?,? (?:and|or) \w+"
)

# Amounts: figures, and numbers as words where they count something.
AMOUNT = re.compile(
    r"[£$€¥]\s?\d|\d+(?:[.,]\d+)*\s?%|\b\d[\d,.]*\d\b|\b\d+\b|"
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|millions?|"
    r"half|third|quarter|quarters|twice|double) (?:of|in|out|per|times|million|thousand|years?|"
    r"months?|weeks?|days?|people|children|families|homes|hours?|minutes?)\b|"
    r"\b(?:half|a third|a quarter|two-thirds|three-quarters|tenfold|twofold)\b"
)

# Words that make a title a sentence, so that it cannot stand for a thing in another one.
CLAUSE = re.compile(
    r"^(?:why|how|what|when|who|where|which|is|are|was|were|do|does|did|can|could|should|would|will"
    r"|must|may|has|have|had|let|get|meet|we|you|they|it|he|she|there|here)\b"
    r"|\s(?:is|are|was|were|has|have|had|will|can|could|should|would|may|might|must|do|does|did"
    r"|takes?|took|gets?|got|goes|go|went|comes?|came|makes?|made|needs?|wants?|says?|said|strikes?"
    r"|learns?|meets?|met|wins?|won|loses?|lost|turns?|keeps?|kept|leaves|left|finds?|found|shows?"
    r"|helps?|opens?|closes?|grows?|grew|rises?|rose|falls?|fell|returns?|becomes?|became|brings?"
    r"|gives?|gave|works|lives|moves|stays|begins?|starts|ends|calls? for|faces|seeks?|plans to"
    r"|told|tells?|isn['’]t|aren['’]t|don['’]t|doesn['’]t|won['’]t|can['’]t)\s",
    re.IGNORECASE,
)

# A post that gathers other posts, by its title or a category.
GATHERS = re.compile(
    r"\bround[- ‑]?ups?\b|\byear in (?:review|posts|blogs?|stories|pictures)\b"
    r"|\b(?:review|story|stories|best|highlights|pick) of (?:the year|(?:19|20)\d\d)\b"
    r"|\b(?:the year|(?:19|20)\d\d) in (?:review|posts|blogs?|stories|reviews?)\b"
    r"|\b(?:top|best|favourite|favorite|most[- ](?:read|popular|viewed|shared))\b.{0,24}"
    r"\b(?:posts?|articles?|stories|reads|blogs?|blog posts)\b"
    r"|\b(?:posts?|articles?|stories|blogs?) (?:that|which) (?:told|shaped|made|defined|marked)\b"
    r"|\b(?:weekly|monthly|daily|weekend|friday|sunday|monday) (?:links?|reads?|reading|digest)\b"
    r"|\blinks? (?:for|of|from) (?:the|this|last)\b|^links?\b|\blink (?:list|dump|roundup)\b"
    r"|\bwhat we(?:['’]ve| have)? (?:read|written|published|been reading|been writing)\b"
    r"|\b(?:this|last) (?:week|month|year) (?:in|on) (?:the|our)? ?(?:blog|links|posts)\b"
    r"|\blook(?:ing)? back (?:at|on|over) (?:the year|our year|our (?:blog|posts)|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
