"""What servers say of an address: that it is full, shut, unknown, moved, or nowhere.

:mod:`digest.deliver.feedback.wordings` says what the families mean.
"""

import re


def family(*patterns: str) -> re.Pattern[str]:
    """One pattern of many wordings, whatever their case."""
    return re.compile("|".join(patterns), re.IGNORECASE)


_BOX = r"(?:mail[- ]?box|in ?box|account|mail ?drop|mailfolder|user|recipient|destination)"

FULL = family(
    rf"{_BOX}(?:\W+\w+){{0,6}}?\W+(?:is |too |now )*full\b",
    r"full (?:mail|in)box|mailbox.{0,20}(?:full|size limit)|box(?:'s| is)? full",
    r"(?:over|exceed\w*|out of|above|beyond)(?:\W+\w+){0,4}?\W+(?:quota|storage|disk space)",
    r"(?:zu viele|zuviele) (?:e?-?mails|nachrichten)|(?:too much|too many)(?: \w+){0,2} (?:mail|"
    r"messages)(?: \w+){0,2} (?:stored|in)|quota(?:\W+\w+){0,5}?\W+(?:exceed|violat|full|"
    r"reached)|quota exceed|\boverquota\b|"
    r"over.?quota",
    r"exceed(?:s|ed)?(?:\W+\w+){0,5}?\W+(?:mailbox|storage|local limit|allocat|space)",
    r"(?:disk|space|storage)(?:\W+\w+){0,3}?\W+(?:full|exhausted|exceeded|insufficient)",
    r"(?:insufficient|not enough|no)(?:\W+\w+){0,3}?\W+(?:disk|storage|space)|mailbox exceeds",
    r"not able to receive any more|space (?:has |is )?used up|message count|too many messages|"
    r"maximum number of messages|number of messages in .{0,30}exceed",
    r"too much mail data|recipient storage|enough (?:disk )?space|mail ?folder is full",
    r"(?:casilla|cuenta|buz[oó]n).{0,20}llen|speichervolumen|postfach.{0,30}voll|speicherplatz|"
    r"kontingent|bo[iî]te.{0,30}(?:pleine|satur)|quota d[ée]pass",
    r"buz[oó]n.{0,30}(?:lleno|llena)|cuota.{0,20}excedid|espacio insuficiente|caixa.{0,30}cheia",
    r"cota.{0,20}excedid|casella.{0,30}piena|spazio.{0,20}esaurit|postvak.{0,30}vol\b",
    r"skrzynk\w+.{0,30}(?:pe[łl]n|przepe)|переполнен|превышен\w* (?:квот|лимит)|kutusu.{0,20}dolu",
    r"inkorgen.{0,20}full|postkassen.{0,20}full|schr[aá]nk.{0,20}pln|"
    r"postaláda.{0,20}(?:megtelt|tele)",
    r"いっぱい|容量.{0,12}(?:超|オーバー|一杯)|(?:郵箱|邮箱|郵件信箱|信箱).{0,12}(?:满|滿)|"
    r"(?:超出|超过).{0,6}配[额額]",
    r"용량.{0,12}(?:초과|부족)|ممتلئ|מלאה|γεμάτ",
)

DISABLED = family(
    rf"{_BOX}(?:\W+\w+){{0,6}}?\W+(?:disabled|deactivated|inactive|suspended|locked|on hold|"
    rf"expired|closed|frozen|blocked)",
    rf"(?:disabled|deactivated|inactive|suspended|locked|blocked|"
    rf"closed)(?:\W+\w+){{0,3}}?\W+{_BOX}",
    r"(?:account|user|mailbox|address)(?: \w+){0,2} not (?:yet )?activated|"
    r"administratively disabled|"
    r"is (?:currently |now )?(?:disabled|inactive|suspended|not active|over)|"
    r"not (?:currently )?(?:active|accepting (?:mail|messages))",
    r"has been (?:disabled|suspended|deactivated|locked)|temporarily (?:inactive|disabled|"
    r"locked)|on hold|under maintenance",
    r"(?:mail|messages) (?:is |are )?(?:not |no longer )?(?:currently )?being accepted for|"
    r"due to inactivity|\binactivo\b|\binactif\b|bloccato|zablokowan|nieaktywn|expirad|"
    r"por falta de uso|"
    r"deaktiviert|gesperrt|d[ée]sactiv|suspendu|desactivad|suspendid|disattivat|sospes|"
    r"отключ|停止|停用|冻结|凍結|정지",
)

_WHO = (
    r"(?:users?|userid|receiver|e-?mail id|mailbox(?:es)?|mail[- ]?box(?:es)?|recipients?|"
    r"accounts?|"
    r"address(?:es)?|"
    r"addressee|alias|person|"
    r"local[- ]?part|username|subscriber|mail ?drop|name|customer|destination address|"
    r"e-?mail address|e-?mail account)"
)

_LACK = (
    r"(?:un+k+n?own|illegal|not found|not exist|n'?t exists?\b|no longer exist|not known|"
    r"unrecogni[sz]ed|"
    r"not recogni[sz]ed|nonexistent|"
    r"non.existent|invalid|not (?:a |an )?(?:valid|recogni[sz]ed|known)|not listed|"
    r"not available here|unavailable|"
    r"not available|"
    r"undefined|not registered|"
    r"couldn't be found|could not be found|cannot be found|can't be found|can not be found|"
    r"not local|"
    r"no such|not (?:a |an )?(?:active|present|account|on this)|not (?:be )?resolved|"
    r"not our customer|not here|has been deleted|was deleted|terminated|removed)"
)

USER = family(
    rf"{_WHO}\b.{{0,60}}?\b{_LACK}",
    rf"{_LACK}(?:\W+\w+){{0,3}}?\W+{_WHO}",
    r"\bno (?:such |known |mail ?|valid )?(?:user|mailbox|recipient|account|address|person|"
    r"alias|one)",
    r"(?:does|do|did)(?: not|n't) (?:exist|have an? (?:account|mailbox)|"
    r"have .{0,30}account)|not? exist",
    r"(?:not|isn't|is n't) (?:listed|a (?:known|valid|local) )|unlisted|delivery userid|"
    r"bad (?:destination|address|recipient)",
    r"\bno such (?!file|command|object|process|directory|device|service|host|domain)\w+|"
    r"no mail[- ]?box|(?:cannot|can't|unable to) (?:accept|deliver) (?:any )?(?:e?-?mail|"
    r"messages) (?:for|to) "
    r"(?:this|that|the|addr)|undeliverable address|mailbox name not allowed|"
    r"addr (?:is )?not (?:ok\b|used|known|valid|recogni[sz]ed)|(?:have|has) an e-?mail (?:address|"
    r"account)|"
    r"list of allowed recipients|no users? here|chdir to maildir|badrcptto|badrecipientto|"
    r"validrcptto|envelope recipient|no one at this|"
    r"(?:can't|cannot) accept user|missing home directory|recipient.{0,40}incorrect|"
    r"mailbox (?:unavailable|not found|unknown)|couldn't be found|wasn't found at|"
    r"recipnotfound|"
    r"not our (?:customer|user)|not a (?:member|user|customer) (?:of|on|at|here)|"
    r"no one (?:with|by|here)|nobody (?:with|by|here|at)|no[- ]one by|"
    r"(?:don't|do not|doesn't|does not) (?:know|recogni[sz]e|handle mail for)|"
    r"not (?:be )?(?:known|found|listed|present|defined|registered) (?:at|to|on|in|with|here)\b|"
    r"(?:recipients?|address(?:es)?|mailbox|user)(?:\W+\w+){0,3}? (?:can ?not|could not|can't) be "
    r"(?:verified|validated|located|resolved)|(?:exact(?:ly)? )?match(?:es)? (?:to|an?|for|found)|"
    r"no match(?:es|ing)?\b|(?:wrong|incorrect|erroneous|misspelled) (?:recipient|address|user|"
    r"e-?mail)|"
    r"(?:destination|recipient|address|mailbox|user) (?:is )?(?:wrong|incorrect|not valid|"
    r"not ok)\b|"
    r"(?:address|user|alias|map) (?:\w+ ){0,3}lookup(?: \w+){0,4} failed|"
    r"final e-?mail delivery point|"
    r"adr\.?norec|unable to find|nosuchuser|user_?unknown|unknown_?user|addressing error|"
    r"(?:recipient|rcpt|address).{0,20}(?:is )?(?:invalid|not valid)|"
    r"(?:who|i) (?:is|am) not|never logged|incorrectly addressed|check the (?:recipient|"
    r"address|e-?mail)",
    r"keine? (?:\w+ ){0,2}?(?:person|postfach|benutzer|empf|konto|mailbox|adresse|"
    r"e-?mail)(?:\W+\w+){0,3}? "
    r"(?:mit|unter|vorhanden|gefunden|bekannt)|adressat unbekannt|unbekannter? nutzer|"
    r"(?:empf(?:ä|ae)nger|benutzer|postfach|adresse|mailadresse|konto).{0,60}(?:unbekannt|"
    r"nicht (?:gefunden|bekannt|vorhanden)|existiert nicht|ungültig|gibt es nicht)",
    r"\bpas d(?:e |')(?:bo[iî]te|compte|utilisateur|adresse)|aucun (?:utilisateur|compte|"
    r"destinataire)|"
    r"destin\w*\.?(?: \w+){0,2} (?:errat|sconosciut|erron|incorrect)|usuario no |no existe |"
    r"(?:brak|nie ma|nie znaleziono) (?:takie\w+ )?(?:u[żz]ytkownik|kont|skrzynk|adres|odbiorc)|"
    r"geen (?:\w+ )?(?:gebruiker|mailbox|postbus|account)|finns ej|existerar inte|eksisterer ikke|"
    r"nincs ilyen|nenalezen|neexistuj|böyle bir|"
    r"unbekannte[rs]? (?:empf|benutz|adress)|existiert nicht|nicht (?:gefunden|"
    r"zugestellt werden, da)",
    r"(?:destinataire|utilisateur|adresse|boîte|compte).{0,60}(?:inconnu|invalide|"
    r"introuvable|n'existe pas|inexistant)|n'existe pas|inconnu[e]?\b",
    r"(?:usuario|destinatario|buz[oó]n|cuenta|direcci[oó]n).{0,60}(?:desconocid|no existe|"
    r"inv[aá]lid|no (?:se )?encontr|inexistente)|no existe",
    r"(?:usu[aá]rio|destinat[aá]rio|caixa|conta|endere[cç]o).{0,60}(?:desconhecid|"
    r"n[aã]o existe|inv[aá]lid|n[aã]o (?:foi )?encontrad|inexistente)|n[aã]o existe",
    r"nessun utente|(?:utente|destinatario|casella|indirizzo).{0,60}(?:sconosciut|"
    r"inesistent|non esist|non valid|non (?:è stat\w )?trovat)|inesistente",
    r"(?:gebruiker|ontvanger|postbus|postvak|adres|account).{0,60}(?:onbekend|bestaat niet|"
    r"niet gevonden|ongeldig)|bestaat niet",
    r"(?:u[żz]ytkownik|odbiorc|skrzynk|adres|konto).{0,60}(?:nieznan|nie istnieje|"
    r"nie (?:zosta[łl]\w* )?znalezion|nieprawid)|nie istnieje",
    r"(?:mottagare|användare|adress|modtager|bruker|bruger|mottaker).{0,60}(?:okänd|ukendt|"
    r"ukjent|finns inte|findes ikke|finnes ikke|ogiltig)|finns inte|findes ikke|"
    r"finnes ikke",
    r"(?:vastaanottaj|käyttäj|osoit).{0,60}(?:tuntematon|ei löydy|ei ole olemassa)|"
    r"neexistuje|neznám\w+ (?:u[žz]ivatel|p[řr][íi]jemc)|nem (?:létezik|található)|"
    r"ismeretlen|inexistent|nu exist",
    r"нет так(?:ого|ой)|так(?:ого|ой) (?:\w+ ){1,3}нет|не зарегистрирован|не обслуживается|"
    r"(?:пользовател|получател|адрес|ящик|абонент|аккаунт|учетн).{0,60}(?:не (?:существует|"
    r"найден|зарегистрир|известен)|неизвест|удал[её]н|недейств)|не существует|не найден|"
    r"не існує|не знайден|не съществува",
    r"(?:kullanıcı|alıcı|adres|hesap|posta).{0,60}(?:bulunam|yok|bilinmiyor|geçersiz|"
    r"mevcut değil)|mevcut değil|δεν (?:υπάρχει|βρέθηκε)|άγνωστ",
    r"(?:宛先|ユーザ|アドレス|メールボックス|受信者|アカウント).{0,40}(?:見つかり|存在し|"
    r"不明|無効|ありません|登録されていま)|存在しま?せん|見つかりません",
    r"[無无]此(?:用|使|收|帳|账|信|邮|郵|地)|[没沒]有(?:此|这个|這個|该|該|找到)|不是有效|已(?:注[销銷]|被?[删刪]除)|"
    r"(?:宛|あて)先不明|該当する.{0,20}(?:ありません|おりません)|"
    r"(?:用户|用戶|使用者|收件人|地址|邮箱|郵箱|信箱|帐号|帳號|账号).{0,20}(?:不存在|"
    r"未找到|找不到|无效|無效|未知)|不存在|找不到|查无此|查無此",
    r"(?:사용자|수신자|주소|계정|받는).{0,30}(?:없|찾을 수|존재하지|알 수)|존재하지 않|"
    r"غير موجود|لا يوجد|לא (?:קיים|נמצא)|ไม่พบ|không tồn tại|tidak (?:ditemukan|ada)|"
    r"tidak dikenal|मौजूद नहीं",
)

# Says no more than the code it stands behind.
REFUSED = family(
    r"(?:recipients?|rcpt|address)(?: \w+){0,3} (?:rejected|not accepted|refused|failed)|"
    r"(?:rejected|refused)(?: the| all)? recipients?\b",
    r"requested action not taken(?!\W+(?:e?-?mail|message|this)\b)|\b5\d\d addr (?:rejected|"
    r"refused)",
)

HOST = family(
    r"(?:unknown|bad|invalid|illegal|no such) (?:host|domain|mail exchanger)|"
    r"host(?: ?name)? (?:is )?(?:unknown|not found|does not exist|lookup .{0,20}not found)",
    r"(?:domain|host)(?: name)?(?: [^\s:;\[\]]+){0,4}?(?: ?:)? (?:does(?: not|n't) exist|"
    r"not found|unknown|"
    r"couldn't be found|could not be found|can(?:not|'t) be (?:found|resolved)|"
    r"is not reachable|is invalid|doesn't)",
    r"domain (?:name )?(?:is |has been |was )?(?:no longer|retired|obsolete|expired)|"
    r"(?:illegal|bad) host/?domain|domain must resolve|couldn't find any host|domain must exist|"
    r"could not find .{0,30}host|"
    r"couldn't find a mail exchanger|no (?:\w+ )?mx\b|mail exchanger|nxdomain|non.existent (?:host|"
    r"domain)",
    r"unrout(?:e)?able|name or service not known|host not found|no (?:relevant answers|"
    r"route to domain)|type=(?:mx|a)\b|name service error.{0,80}not found",
    r"dns (?:domain )?.{0,20}(?:does not exist|nxdomain)|not a valid domain|cannot resolve|"
    r"all relevant mx records",
    r"unbekannter? (?:host|domain)|domain.{0,30}(?:existiert nicht|nicht gefunden)|"
    r"domaine.{0,30}(?:inconnu|n'existe|introuvable)|dominio.{0,30}(?:no existe|desconocid|"
    r"inesistente|sconosciut)",
    r"dom[íi]nio.{0,30}n[ãa]o|домен.{0,30}(?:не существует|не найден)|"
    r"ドメイン.{0,20}(?:存在|見つかり|不明)|域名.{0,12}(?:不存在|找不到)|"
    r"도메인.{0,12}(?:없|찾)",
)

MOVED = family(
    r"(?:has|have) (?:\w+ )?moved|no longer (?:(?:an?|the) (?!relay)|on|at|with|here|valid|"
    r"in use|works?|"
    r"exists?|"
    r"accept|receiv|monitor|employed|available|active|associated|use|known|part)|moved (?:to|"
    r"permanently)",
    r"forwarding address|user has left|left the (?:company|organi[sz]ation)|"
    r"address (?:has )?changed|changed (?:my|his|her|their) (?:e-?mail )?address",
    r"e-?mail has changed|replaced by|please (?:try|use) <|nicht mehr (?:aktiv|g(?:ü|ue)ltig|"
    r"verf(?:ü|ue)gbar|bei|im|"
    r"t(?:ä|ae)tig|vorhanden|existent)|"
    r"n'est plus|ya no|não é mais|non è più|niet meer|больше не|転出|変更されま",
)
