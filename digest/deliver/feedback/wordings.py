"""What servers say when they refuse mail, by families of wording, in the languages they say it in.

A family is tried in the order of :data:`FAMILIES`: what is said of this mail or of us stands before
what is said of the address, because a text that names both ("rejected: user over quota") is about
the first.
"""

import re
from enum import StrEnum


class Reason(StrEnum):
    """Why a server took a mail not, in families that share a verdict."""

    FULL = "full"
    TRANSIENT = "transient"
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


def _family(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_BOX = r"(?:mail ?box|in ?box|account|mail ?drop|mailfolder|user|recipient|destination)"
_FULL = _family(
    rf"{_BOX}(?:\W+\w+){{0,6}}?\W+(?:is |too |now )*full\b",
    r"full (?:mail|in)box|mailbox.{0,20}(?:full|size limit)|box(?:'s| is)? full",
    r"(?:over|exceed\w*|out of|above|beyond)(?:\W+\w+){0,4}?\W+(?:quota|storage|disk space)",
    r"quota(?:\W+\w+){0,5}?\W+(?:exceed|violat|full|reached)|quota exceed|\boverquota\b|over.?quota",
    r"exceed(?:s|ed)?(?:\W+\w+){0,5}?\W+(?:mailbox|storage|local limit|allocat|space)",
    r"(?:disk|space|storage)(?:\W+\w+){0,3}?\W+(?:full|exhausted|exceeded|insufficient)",
    r"(?:insufficient|not enough|no)(?:\W+\w+){0,3}?\W+(?:disk|storage|space)|mailbox exceeds",
    r"too many messages|maximum number of messages|number of messages in .{0,30}exceed",
    r"too much mail data|recipient storage|enough (?:disk )?space|mail ?folder is full",
    r"postfach.{0,30}voll|speicherplatz|kontingent|bo[iî]te.{0,30}(?:pleine|satur)|quota d[ée]pass",
    r"buz[oó]n.{0,30}(?:lleno|llena)|cuota.{0,20}excedid|espacio insuficiente|caixa.{0,30}cheia",
    r"cota.{0,20}excedid|casella.{0,30}piena|spazio.{0,20}esaurit|postvak.{0,30}vol\b",
    r"skrzynk\w+.{0,30}(?:pe[łl]n|przepe)|переполнен|превышен\w* (?:квот|лимит)|kutusu.{0,20}dolu",
    r"inkorgen.{0,20}full|postkassen.{0,20}full|schr[aá]nk.{0,20}pln|postaláda.{0,20}(?:megtelt|tele)",
    r"いっぱい|容量.{0,12}(?:超|オーバー|一杯)|(?:郵箱|邮箱|郵件信箱|信箱).{0,12}(?:满|滿)|(?:超出|超过).{0,6}配[额額]",
    r"용량.{0,12}(?:초과|부족)|ممتلئ|מלאה|γεμάτ",
)
_TRANSIENT = _family(
    r"\bdeferred\b|\btimed? ?-?out\b|\bexpired\b|temporar(?:y|ily)|try (?:again|later)|greylist|graylist",
    r"(?:given|giving) up after|been in the queue too long|retry timeout|could not deliver for",
    r"(?:failed|attempts?|retri\w+)(?:\W+\w+){0,3}?\W+\d+ (?:attempts|times|tries)",
    r"delivery failed \d+ attempts|after multiple (?:retries|attempts)|message (?:is )?too old",
    r"(?:was )?not delivered (?:within|for|after)|undeliver\w+ (?:for|after) \d|unable to deliver in",
    r"connection (?:refused|reset|closed|dropped|lost|failed|was)|refused a connection",
    r"(?:could|can|did|does|was)(?: ?n[o']t|not)(?:\W+\w+){0,4}?\W+(?:connect|respond|contact|establish)",
    r"(?:unable|failed|fail) to (?:connect|contact|establish|reach)|not respond|no route to host",
    r"host (?:is )?(?:unreachable|down|not responding)|network (?:is )?(?:unreachable|error)",
    r"(?:lookup|resolution|name server|dns).{0,60}(?:failure|failed|timeout|servfail|try again)",
    r"too many hops|(?:mail|routing|forwarding) loop|loops? back|hop count|maximum allowed times",
    r"too many (?:concurrent|connections|sessions|recipients|errors)|rate.?limit|throttl|too fast",
    r"service (?:currently |is )?(?:not available|unavailable)|closing transmission|server busy|too busy",
    r"internal (?:system|server)? ?error|system error|local error|(?:resources?|load).{0,30}(?:insufficient|too high)",
    r"message (?:has been |was )?delayed|will (?:be )?retr(?:y|ied)|still trying|unexpected name server reply",
    r"zeitüberschreitung|vor[üu]bergehend|temporairement|réessayer|temporalmente|temporariamente",
    r"temporaneamente|tijdelijk|tymczasow|временн|по таймауту|一時的|しばらく|暂时|暫時|일시적",
)
_SIZE = _family(
    r"(?:message|mail|attachment|size|data)(?:\W+\w+){0,5}?\W+(?:too (?:large|big|long)|exceed\w*)",
    r"exceed(?:s|ed|ing)?(?:\W+\w+){0,5}?\W+(?:size|length|maximum message|limit)|recipsizelimit",
    r"size limit|(?:too large|too big) for|length exceeds|nachricht.{0,20}zu gro[sß]|trop volumineux",
    r"demasiado grande|troppo grande|te groot|слишком больш|サイズ.{0,12}(?:超|大)",
)
_NO_MAIL = _family(
    r"null mx|(?:does|do)(?: not|n't) (?:accept|receive) (?:any )?(?:e?-?mail|messages)",
    r"not accepting network messages|never (?:accepts|receives) mail|accepts no mail",
)
_SENDER = _family(
    r"(?:sender|from|mail from|return path|envelope)(?: (?:e-?mail|address|domain|is|was|verify|verification)){0,3}"
    r"(?: \S+)? ?(?:rejected|refused|denied|failed|not allowed|unknown|invalid|blocked|not verified)",
    r"(?:invalid|unknown|bad|unverified|rejected?|malformed) (?:sender|from|return.path|envelope sender)",
    r"(?:domain of )?sender (?:address|domain)(?: \S+)? (?:does not|doesn't|not|cannot|could not)",
    r"my name was rejected|sender was rejected|bad sender|helo|ehlo|reverse (?:dns|lookup|address)",
    r"\bptr\b|mail from:?.{0,40}(?:rejected|denied|not)|not verified|rdns|send mail as|valid sender",
    r"address in from: header|in from: header|absenderadresse|adresse (?:de l')?exp[ée]diteur",
)
_CONTENT = _family(
    r"virus|malware|infected|phish|\bspam|spam\b|spamsig|unsolicited|junk|bulk (?:e-?)?mail|\buce\b",
    r"content.{0,20}(?:reject|denied|block|filter|not (?:accepted|allowed))|blacklisted (?:url|link)",
    r"message (?:content )?(?:rejected|refused|not allowed|not accepted|was blocked)|prohibited attachment",
    r"e?-?mail (?:was |is |has been )?(?:rejected|refused) (?:due|per|for|by|as|because)|media error",
    r"duplicate|redundant|loop alert|spam.?verdacht|indésirable|no deseado|indesejad|нежелательн|спам|迷惑|垃圾|스팸",
)
_BLOCKED = _family(
    r"\bpolic(?:y|ies)\b|blocked|block(?:ed)? ?list|black ?list|deny ?list|\brbl\b|dnsbl|spamhaus|spamcop|barracuda",
    r"\bdmarc\b|\bspf\b|\bdkim\b|authenticat|reputation|access denied|permission|not permitted|not allowed",
    r"relay(?:ing)?(?: \w+){0,2} (?:denied|not|prohibited|access)|relay mail|open relay|not (?:configured )?to relay|unable to relay",
    r"prohibit|denied \[|not in whitelist|forbidden|banned|restricted|(?:not|only) authori[sz]ed|unauthori[sz]ed|security|rejected for",
    r"refused to talk|not accepting (?:connections|messages from)|client host|(?:your|source|sending) (?:ip|host|server)",
    r"not (?:a )?member|permission to post|members? only|(?:group|list).{0,80}(?:post|member)|no access|subscribers? only",
    r"administrative prohib|complain|suspicious|\bquarantin|complaint|daily .{0,20}quota|unusual (?:rate|volume)|suspected",
    r"command (?:parameter )?(?:not|un)|bad sequence|improper sequence|syntax error|tls|starttls|certificate",
    r"richtlinie|bloqu[ée]|bloquead|bloccat|geblokkeerd|zablokowan|заблокирован|запрещ|拒否|拒绝|拒絕|차단|거부",
)
_DISABLED = _family(
    rf"{_BOX}(?:\W+\w+){{0,6}}?\W+(?:disabled|deactivated|inactive|suspended|locked|on hold|expired|closed|frozen|blocked)",
    rf"(?:disabled|deactivated|inactive|suspended|locked|blocked|closed)(?:\W+\w+){{0,3}}?\W+{_BOX}",
    r"is (?:currently )?(?:disabled|inactive|suspended|not active|over)|not (?:currently )?(?:active|accepting (?:mail|messages))",
    r"has been (?:disabled|suspended|deactivated|locked)|temporarily (?:inactive|disabled|locked)|on hold|under maintenance",
    r"deaktiviert|gesperrt|d[ée]sactiv|suspendu|desactivad|suspendid|disattivat|sospes|отключ|停止|停用|冻结|凍結|정지",
)
_WHO = (
    r"(?:users?|userid|mailbox(?:es)?|mail ?box|recipients?|accounts?|address(?:es)?|addressee|alias|person|"
    r"local ?part|username|subscriber|mail ?drop|name|customer|destination address|e-?mail address|e-?mail account)"
)
_LACK = (
    r"(?:unknown|not found|not exist|n't exist|no longer exist|not known|unrecogni[sz]ed|not recogni[sz]ed|nonexistent|"
    r"non.existent|invalid|not (?:a )?valid|not listed|not available here|unavailable|undefined|not registered|"
    r"couldn't be found|could not be found|cannot be found|can't be found|can not be found|not local|"
    r"no such|not (?:a |an )?(?:active|present|account|on this)|not (?:be )?resolved|not our customer|not here|has been deleted|was deleted|terminated|removed)"
)
_USER = _family(
    rf"{_WHO}\b.{{0,60}}?\b{_LACK}",
    rf"{_LACK}(?:\W+\w+){{0,3}}?\W+{_WHO}",
    r"\bno (?:such |known |mail ?|valid )?(?:user|mailbox|recipient|account|address|person|alias|one)",
    r"(?:does|do|did)(?: not|n't) (?:exist|have an? (?:account|mailbox)|have .{0,30}account)|not? exist",
    r"(?:not|isn't|is n't) (?:listed|a (?:known|valid|local) )|unlisted|delivery userid|bad (?:destination|address|recipient)",
    r"no mail ?box|badrcptto|badrecipientto|validrcptto|envelope recipient|no one at this|(?:can't|cannot) accept user|missing home directory|recipient.{0,40}incorrect|mailbox (?:unavailable|not found|unknown)|couldn't be found|wasn't found at|recipnotfound|"
    r"adr\.?norec|unable to find|nosuchuser|user_?unknown|unknown_?user|addressing error|"
    r"(?:recipient|rcpt|address).{0,20}(?:is )?(?:invalid|not valid)|"
    r"(?:who|i) (?:is|am) not|never logged|incorrectly addressed|check the (?:recipient|address|e-?mail)",
    r"(?:empf(?:ä|ae)nger|benutzer|postfach|adresse|mailadresse|konto).{0,60}(?:unbekannt|nicht (?:gefunden|bekannt|vorhanden)|existiert nicht|ungültig|gibt es nicht)",
    r"unbekannte[rs]? (?:empf|benutz|adress)|existiert nicht|nicht (?:gefunden|zugestellt werden, da)",
    r"(?:destinataire|utilisateur|adresse|boîte|compte).{0,60}(?:inconnu|invalide|introuvable|n'existe pas|inexistant)|n'existe pas|inconnu[e]?\b",
    r"(?:usuario|destinatario|buz[oó]n|cuenta|direcci[oó]n).{0,60}(?:desconocid|no existe|inv[aá]lid|no (?:se )?encontr|inexistente)|no existe",
    r"(?:usu[aá]rio|destinat[aá]rio|caixa|conta|endere[cç]o).{0,60}(?:desconhecid|n[aã]o existe|inv[aá]lid|n[aã]o (?:foi )?encontrad|inexistente)|n[aã]o existe",
    r"nessun utente|(?:utente|destinatario|casella|indirizzo).{0,60}(?:sconosciut|inesistent|non esist|non valid|non (?:è stat\w )?trovat)|inesistente",
    r"(?:gebruiker|ontvanger|postbus|postvak|adres|account).{0,60}(?:onbekend|bestaat niet|niet gevonden|ongeldig)|bestaat niet",
    r"(?:u[żz]ytkownik|odbiorc|skrzynk|adres|konto).{0,60}(?:nieznan|nie istnieje|nie (?:zosta[łl]\w* )?znalezion|nieprawid)|nie istnieje",
    r"(?:mottagare|användare|adress|modtager|bruker|bruger|mottaker).{0,60}(?:okänd|ukendt|ukjent|finns inte|findes ikke|finnes ikke|ogiltig)|finns inte|findes ikke|finnes ikke",
    r"(?:vastaanottaj|käyttäj|osoit).{0,60}(?:tuntematon|ei löydy|ei ole olemassa)|neexistuje|neznám\w+ (?:u[žz]ivatel|p[řr][íi]jemc)|nem (?:létezik|található)|ismeretlen|inexistent|nu exist",
    r"(?:пользовател|получател|адрес|ящик|абонент|аккаунт|учетн).{0,60}(?:не (?:существует|найден|зарегистрир|известен)|неизвест|удал[её]н|недейств)|не существует|не найден|не існує|не знайден|не съществува",
    r"(?:kullanıcı|alıcı|adres|hesap|posta).{0,60}(?:bulunam|yok|bilinmiyor|geçersiz|mevcut değil)|mevcut değil|δεν (?:υπάρχει|βρέθηκε)|άγνωστ",
    r"(?:宛先|ユーザ|アドレス|メールボックス|受信者|アカウント).{0,40}(?:見つかり|存在し|不明|無効|ありません|登録されていま)|存在しま?せん|見つかりません",
    r"(?:用户|用戶|使用者|收件人|地址|邮箱|郵箱|信箱|帐号|帳號|账号).{0,20}(?:不存在|未找到|找不到|无效|無效|未知)|不存在|找不到|查无此|查無此",
    r"(?:사용자|수신자|주소|계정|받는).{0,30}(?:없|찾을 수|존재하지|알 수)|존재하지 않|غير موجود|لا يوجد|לא (?:קיים|נמצא)|ไม่พบ|không tồn tại|tidak (?:ditemukan|ada)|tidak dikenal|मौजूद नहीं",
)
# Says no more than the code it stands behind.
_REFUSED = _family(
    r"(?:recipients?|rcpt|address)(?: \w+){0,3} (?:rejected|not accepted|refused|failed)",
    r"requested action not taken|\b5\d\d addr (?:rejected|refused)",
)
# A guess is no proof: said where nobody looked, often to a sender who may not write there.
_HEDGED = _family(
    r"\b(?:may|might) (?:not|have|no longer|be)\b|\b(?:probably|perhaps|possibly)\b|pravděpodobně|možná|"
    r"möglicherweise|vielleicht|eventuell|peut-être|quizás?|posiblemente|puede que|talvez|pode não|forse|"
    r"potrebbe|misschien|mogelijk|być może|możliwe|kanske|kanskje|måske|ehkä|возможно|может быть|можливо|ймовірно|"
    r"belki|olabilir|可能|かもしれ|可能性|수도 있|ربما|قد (?:لا|يكون)|ייתכן|อาจ|có thể|mungkin|हो सकता",
)
_HOST = _family(
    r"(?:unknown|bad|invalid|illegal|no such) (?:host|domain|mail exchanger)|host(?: ?name)? (?:is )?(?:unknown|not found|does not exist|lookup .{0,20}not found)",
    r"(?:domain|host)(?: name)?(?: \S+){0,4}? (?:does(?: not|n't) exist|not found|unknown|couldn't be found|could not be found|can(?:not|'t) be (?:found|resolved)|is not reachable|is invalid|doesn't)",
    r"couldn't find any host|domain must exist|could not find .{0,30}host|couldn't find a mail exchanger|no mx|mail exchanger|nxdomain|non.existent (?:host|domain)",
    r"unrout(?:e)?able|name or service not known|host not found|no (?:relevant answers|route to domain)|type=(?:mx|a)\b|name service error.{0,80}not found",
    r"dns (?:domain )?.{0,20}(?:does not exist|nxdomain)|not a valid domain|cannot resolve|all relevant mx records",
    r"unbekannter? (?:host|domain)|domain.{0,30}(?:existiert nicht|nicht gefunden)|domaine.{0,30}(?:inconnu|n'existe|introuvable)|dominio.{0,30}(?:no existe|desconocid|inesistente|sconosciut)",
    r"dom[íi]nio.{0,30}n[ãa]o|домен.{0,30}(?:не существует|не найден)|ドメイン.{0,20}(?:存在|見つかり|不明)|域名.{0,12}(?:不存在|找不到)|도메인.{0,12}(?:없|찾)",
)
_MOVED = _family(
    r"(?:has|have) (?:\w+ )?moved|no longer (?:on|at|with|here|valid|in use|works?|employed|available|active|associated|use)|moved (?:to|permanently)",
    r"forwarding address|user has left|left the (?:company|organi[sz]ation)|address (?:has )?changed|changed (?:my|his|her|their) (?:e-?mail )?address",
    r"replaced by|please (?:try|use) <|nicht mehr (?:aktiv|gültig|verfügbar|bei)|n'est plus|ya no|não é mais|non è più|niet meer|больше не|転出|変更されま",
)

FAMILIES = (
    (Reason.FULL, _FULL),
    (Reason.NO_MAIL, _NO_MAIL),
    (Reason.SIZE, _SIZE),
    (Reason.CONTENT, _CONTENT),
    (Reason.SENDER, _SENDER),
    (Reason.MOVED, _MOVED),
    (Reason.DISABLED, _DISABLED),
    (Reason.HOST, _HOST),
    (Reason.USER, _USER),
    (Reason.TRANSIENT, _TRANSIENT),
    (Reason.REFUSED, _REFUSED),
    (Reason.BLOCKED, _BLOCKED),
)


def reasons(text: str) -> tuple[Reason, ...]:
    """The families that a diagnostic text belongs to, the most telling first."""
    return tuple(reason for reason, pattern in FAMILIES if pattern.search(text))


def is_guess(text: str) -> bool:
    """Whether a text says only what may be the case."""
    return bool(_HEDGED.search(text))
