/**
 * Mail providers whose domain says nothing about the company behind an address. The large ones of each region;
 * a domain that is missing here and shared by several customers still leads to a suggestion only.
 */
export const FREE_MAIL_DOMAINS: ReadonlySet<string> = new Set([
  ...[
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "hotmail.co.uk",
    "hotmail.fr",
    "hotmail.de",
  ],
  ...["hotmail.it", "hotmail.es", "live.com", "live.co.uk", "live.nl", "live.fr", "msn.com", "passport.com"],
  ...[
    "yahoo.com",
    "yahoo.co.uk",
    "yahoo.co.in",
    "yahoo.co.jp",
    "yahoo.fr",
    "yahoo.de",
    "yahoo.it",
    "yahoo.es",
  ],
  ...["yahoo.com.br", "yahoo.ca", "yahoo.in", "ymail.com", "rocketmail.com", "aol.com", "aim.com"],
  ...["icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "pm.me", "tutanota.com", "tuta.io"],
  ...["gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "posteo.de"],
  ...[
    "mailbox.org",
    "arcor.de",
    "bluewin.ch",
    "chello.at",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
  ],
  ...["sfr.fr", "libero.it", "virgilio.it", "tiscali.it", "alice.it", "ziggo.nl", "kpnmail.nl", "telenet.be"],
  ...["skynet.be", "btinternet.com", "sky.com", "virginmedia.com", "talktalk.net", "ntlworld.com"],
  ...["comcast.net", "verizon.net", "att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net"],
  ...["earthlink.net", "rogers.com", "shaw.ca", "sympatico.ca", "bigpond.com", "optusnet.com.au"],
  ...[
    "mail.com",
    "email.com",
    "zoho.com",
    "zohomail.com",
    "fastmail.com",
    "fastmail.fm",
    "hey.com",
    "inbox.com",
  ],
  ...[
    "mail.ru",
    "bk.ru",
    "list.ru",
    "yandex.ru",
    "yandex.com",
    "rambler.ru",
    "ukr.net",
    "wp.pl",
    "o2.pl",
    "onet.pl",
  ],
  ...["interia.pl", "seznam.cz", "centrum.cz", "abv.bg", "naver.com", "hanmail.net", "daum.net"],
  ...["qq.com", "163.com", "126.com", "sina.com", "sohu.com", "foxmail.com", "aliyun.com", "rediffmail.com"],
  ...["uol.com.br", "bol.com.br", "terra.com.br", "ig.com.br"],
]);

/** A host name: at least two labels of letters (of any script), digits and hyphens. */
const DOMAIN =
  /^(?=.{3,253}$)([\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}][\p{L}\p{N}-]{0,61}[\p{L}\p{N}]$/u;

/**
 * `https://WWW.Acme.com:443/about` and `jo@acme.com` become `acme.com`. Other subdomains stay: they may be
 * another company's, as in `acme.myshop.example`.
 * @returns `null` for what is not a domain
 */
export function normaliseDomain(text: string): string | null {
  if (text.length > 2_048) return null;
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, "")
    .replace(/[/?#].*$/s, "")
    .replace(/^.*@/s, "")
    .replace(/:\d*$/, "")
    .replace(/\.+$/, "")
    .replace(/^www\./, "");
  return DOMAIN.test(host) ? host : null;
}
