"""What servers say when they refuse mail, by families of wording, in the languages they say it in.

A family is tried in the order of :data:`FAMILIES`: what is said of this mail or of us stands before
what is said of the address, because a text that names both ("rejected: user over quota") is about
the first.
"""

from enum import StrEnum

from digest.deliver.feedback.wordings_address import (
    DISABLED,
    FULL,
    HOST,
    MOVED,
    REFUSED,
    USER,
    family,
)


class Reason(StrEnum):
    """Why a server took a mail not, in families that share a verdict."""

    FULL = "full"
    TRANSIENT = "transient"
    LATER = "later"
    SIZE = "size"
    NO_MAIL = "no-mail"
    SENDER = "sender"
    CONTENT = "content"
    BLOCKED = "blocked"
    DISABLED = "disabled"
    HOST = "host"
    USER = "user"
    REFUSED = "refused"
    MOVED = "moved"


_TRANSIENT = family(
    r"\bdeferred\b|\btimed? ?-?out\b|\bexpired\b|temporar(?:y|ily)|try (?:again|later)|"
    r"greylist|graylist",
    r"(?:given|giving) up after|been in the queue too long|retry timeout|could not deliver for",
    r"(?:failed|attempts?|retri\w+)(?:\W+\w+){0,3}?\W+\d+ (?:attempts|times|tries)",
    r"delivery failed \d+ attempts|after multiple (?:retries|attempts)|message (?:is )?too old",
    r"(?:was )?not delivered (?:within|for|after)|undeliver\w+ (?:for|after) \d|"
    r"unable to deliver in",
    r"connection (?:refused|reset|closed|dropped|lost|failed|was)|refused a connection",
    r"(?:could|can|did|does|was)(?: ?n[o']t|not)(?:\W+\w+){0,4}?\W+(?:connect|respond|"
    r"contact|establish)",
    r"(?:unable|failed|fail) to (?:connect|contact|establish|reach)|not respond|no route to host",
    r"host (?:is )?(?:unreachable|down|not responding)|network (?:is )?(?:unreachable|error)",
    r"(?:lookup|resolution|name server|dns).{0,60}(?:failure|failed|timeout|servfail|try again)",
    r"too many hops|(?:mail|routing|forwarding) loop|loops? back|hop count|maximum allowed times",
    r"too many (?:\w+ ){0,3}(?:concurrent|connections|sessions|recipients|errors|messages|"
    r"e?-?mails|users)",
    r"rate.?limit|throttl|too fast|frequen(?:cy|tly)|(?:messages|e?-?mails) (?:per|an?|"
    r"in) (?:minute|"
    r"hour|day|session|connection)|(?:exceed|max)\w*(?:\W+\w+){0,5}?\W+(?:rate|per|connections|"
    r"sessions)",
    r"service (?:currently |is )?(?:not available|unavailable)|closing transmission|"
    r"server busy|too busy",
    r"internal (?:system|server)? ?error|system error|local error|(?:resources?|"
    r"load).{0,30}(?:insufficient|too high)",
    r"message (?:has been |was )?delayed|will (?:be )?retr(?:y|ied)|still trying|"
    r"unexpected name server reply",
    r"zeitüberschreitung|vor[üu]bergehend|temporairement|réessayer|temporalmente|temporariamente",
    r"temporaneamente|tijdelijk|tymczasow|временн|по таймауту|一時的|しばらく|暂时|暫時|일시적",
)
# Of the moment, whatever else is said: what names nobody now may name somebody tomorrow.
_LATER = family(
    r"(?:try|retry|attempt|send)(?:\W+\w+){0,3}?\W+later|(?<!and )(?<!then )try again|"
    r"too many (?:\w+ )?(?:invalid|unknown|bad|non-?existent|wrong)|(?:domain|host|lookup|"
    r"user).{0,30}"
    r"temporar(?:y|ily)|temporar(?:y|ily)(?:\W+\w+){0,4}?\W+(?:lookup|resolution|dns|failure|error|"
    r"deferr|suspend|unavailable|reject|unable)|dns soft error|servfail|"
    r"no address associated|(?:unexpected|malformed|no) (?:\w+ ){0,2}name server (?:reply|"
    r"response)|später (?:erneut|noch)|plus tard|más tarde|mais tarde|più tardi|"
    r"probeer het later|spróbuj ponownie|позже|稍后|稍後|後ほど|나중에",
)
_SIZE = family(
    r"(?:message|mail|attachment|size|data)(?:\W+\w+){0,5}?\W+(?:too (?:large|big|long)|exceed\w*)",
    r"exceed(?:s|ed|ing)?(?:\W+\w+){0,5}?\W+(?:size|length|maximum message|limit)|recipsizelimit",
    r"size limit|(?:too large|too big) for|length exceeds|nachricht.{0,20}zu gro[sß]|"
    r"trop volumineux",
    r"demasiado grande|troppo grande|te groot|слишком больш|サイズ.{0,12}(?:超|大)",
)
_NO_MAIL = family(
    r"null ?mx|(?:does|do)(?: not|n't) (?:accept|receive) (?:any )?(?:e?-?mail|messages)"
    r"(?!(?: \w+)?(?: from| for| larger| with| that| in\b| of| to\b))",
    r"(?:domain|host)(?: \w+)? not used for mail|does not receive mail|"
    r"not accepting network messages|never (?:accepts|receives) mail|accepts no mail",
)
_SOURCE = (
    r"(?:your|source|sending|client|connecting) (?:ip|network|server|mta|domain is (?:list|block))|"
    r"client (?:host|address)|(?:black|block|deny|reject) ?list|\brbl\b|dns-?bl|spamhaus|spamcop|"
    r"sorbs|"
    r"barracuda|reputation|banned|\bip (?:address )?(?:is |was )?(?:block|list|ban)|"
    r"(?:is|was|been|found|currently) (?:listed|blacklisted)|listed (?:at|by|on) "
)
_SENDER = family(
    r"(?:sender|from|mail from|return path|envelope)(?: (?:e-?mail|address|domain|is|was|"
    r"verify|verification)){0,3}"
    r"(?: \S+)? ?(?:rejected|refused|denied|failed|not allowed|unknown|invalid|blocked|"
    r"not verified)",
    r"(?:invalid|unknown|bad|unverified|rejected?|malformed) (?:sender|from|return.path|"
    r"envelope sender)",
    r"sender.{0,40}(?:resolve|dns|no (?:a|mx))|dns check failed|"
    r"(?:domain of )?sender (?:address|domain)(?: \S+)? (?:does not|doesn't|not|cannot|could not)",
    r"my name was rejected|sender was rejected|bad sender|helo|ehlo|reverse (?:dns|lookup|address)",
    r"\bptr\b|mail from:?.{0,40}(?:rejected|denied|not)|not verified|rdns|send mail as|"
    r"valid sender",
    _SOURCE,
    r"address in from: header|in from: header|absenderadresse|adresse (?:de l')?exp[ée]diteur",
)
_CONTENT = family(
    r"virus|malware|infected|phish|\bspam|spam\b|spamsig|unsolicited|junk|"
    r"bulk (?:e-?)?mail|\buce\b",
    r"content.{0,20}(?:reject|denied|block|filter|not (?:accepted|allowed))|"
    r"blacklisted (?:url|link)",
    r"message (?:content )?(?:rejected|refused|not allowed|not accepted|was blocked)|"
    r"prohibited attachment",
    r"e?-?mail (?:was |is |has been )?(?:rejected|refused) (?:due|per|for|by|as|because)|"
    r"media error",
    r"duplicate|redundant|loop alert|spam.?verdacht|indésirable|no deseado|indesejad|"
    r"нежелательн|спам|迷惑|垃圾|스팸",
)
_BLOCKED = family(
    r"\bpolic(?:y|ies)\b|blocked|block(?:ed)? ?list|black ?list|deny ?list|\brbl\b|dnsbl|"
    r"spamhaus|spamcop|barracuda",
    r"\bdmarc\b|\bspf\b|\bdkim\b|authenticat|reputation|access denied|permission|"
    r"not permitted|not allowed",
    r"(?:no|not|n't|to|longer|open|unauthori[sz]ed) (?:\w+ ){0,2}?relay|"
    r"protocol violation|(?:message|delivery|mail|recipient|sender|user) (?:is |was )?(?:denied|"
    r"not authori)|"
    r"human verification|requires? (?:that )?(?:you )?(?:to )?verif|rule imposed|"
    r"received too many bounces|"
    r"dial-?up|dynamic-ip|(?:allow|white|accept|safe) ?list|weren't sent|"
    r"relay(?:ing)?(?: \w+){0,2} (?:denied|not|prohibited|access)|relay mail|open relay|"
    r"not (?:configured )?to relay|unable to relay",
    r"prohibit|denied \[|not in whitelist|forbidden|banned|restricted|(?:not|"
    r"only) authori[sz]ed|unauthori[sz]ed|security|rejected for",
    r"refused to talk|not accepting (?:connections|messages from)|client host|(?:your|"
    r"source|sending) (?:ip|host|server)",
    r"(?:not|only|except)(?: \w+){0,5} (?:allow|white|accept|safe|permitted)\w*(?: \w+)? ?list|"
    r"dynamic (?:ip|"
    r"addr|host)|(?:accept|receive|want)(?: any)?(?: e?-?mail| messages?)? from (?:you|your|this|"
    r"dynamic|"
    r"that|unknown|external|outside)|personal .{0,20}(?:filter|rule|list)|(?:mail|message|"
    r"e-?mail) rej[eè]t|"
    r"rejeit|rechazad|respint|abgelehnt|refus[ée]|rifiutat|geweigerd|odrzucon|отклон|отверг",
    r"not (?:a )?member|permission to post|members? only|(?:group|list).{0,80}(?:post|"
    r"member)|no access|subscribers? only",
    r"administrative prohib|complain|suspicious|\bquarantin|complaint|daily .{0,20}quota|"
    r"unusual (?:rate|volume)|suspected",
    r"command (?:parameter )?(?:not|un)|bad sequence|improper sequence|syntax error|tls|"
    r"starttls|certificate",
    r"richtlinie|bloqu[ée]|bloquead|bloccat|geblokkeerd|zablokowan|заблокирован|запрещ|"
    r"拒否|拒绝|拒絕|차단|거부",
)
# A guess is no proof: said where nobody looked, often to a sender who may not write there.
_HEDGED = family(
    r"\b(?:may|might) (?:not|have|no longer)\b|\b(?:may|might) be (?:un|in|mis|no|wrong|closed)|"
    r"\b(?:probably|perhaps|possibly)\b|"
    r"pravděpodobně|možná|"
    r"möglicherweise|vielleicht|eventuell|peut-être|quizás?|posiblemente|puede que|talvez|"
    r"pode não|forse|"
    r"potrebbe|misschien|mogelijk|być może|możliwe|kanske|kanskje|måske|ehkä|возможно|"
    r"может быть|можливо|ймовірно|"
    r"belki|olabilir|可能|かもしれ|可能性|수도 있|ربما|قد (?:لا|يكون)|ייתכן|อาจ|có thể|"
    r"mungkin|हो सकता",
)
FAMILIES = (
    (Reason.FULL, FULL),
    (Reason.NO_MAIL, _NO_MAIL),
    (Reason.SIZE, _SIZE),
    (Reason.LATER, _LATER),
    (Reason.CONTENT, _CONTENT),
    (Reason.SENDER, _SENDER),
    (Reason.MOVED, MOVED),
    (Reason.DISABLED, DISABLED),
    (Reason.HOST, HOST),
    (Reason.USER, USER),
    (Reason.TRANSIENT, _TRANSIENT),
    (Reason.REFUSED, REFUSED),
    (Reason.BLOCKED, _BLOCKED),
)


def reasons(text: str) -> tuple[Reason, ...]:
    """The families that a diagnostic text belongs to, the most telling first."""
    return tuple(reason for reason, pattern in FAMILIES if pattern.search(text))


def is_guess(text: str) -> bool:
    """Whether a text says only what may be the case."""
    return bool(_HEDGED.search(text))
