/** A true minus sign: a hyphen is easily missed before a number. */
const MINUS = "−";

export interface Formats {
  /** At most one decimal. */
  number: (value: number) => string;
  /** With its sign, at most one decimal; nothing before zero. */
  signed: (value: number) => string;
  /** 0–1 as whole per cent; what is not nothing never reads as nothing. */
  percent: (share: number) => string;
  /** An ISO instant as day and time in the agent's zone. */
  instant: (iso: string) => string;
  day: (iso: string) => string;
}

/**
 * @param browserLanguage of the browser, e.g. "en-GB"; another language than English is not mixed into English sentences
 * @param timeZone IANA name; absent = the browser's own, which is the agent's
 */
export function formatsFor(browserLanguage: string, timeZone?: string): Formats {
  const language = englishOf(browserLanguage);
  const zone = timeZone ? { timeZone } : {};
  const decimal = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const signed = new Intl.NumberFormat(language, { maximumFractionDigits: 1, signDisplay: "exceptZero" });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...zone });
  const instant = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    ...zone,
  });
  return {
    number: (value) => decimal.format(value).replace("-", MINUS),
    signed: (value) => signed.format(value).replace("-", MINUS),
    percent: (share) => (share > 0 && share < 0.005 ? `<${percent.format(0.01)}` : percent.format(share)),
    instant: (iso) => instant.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
  };
}

/** Some systems name a language that is no language tag, e.g. `en-US@posix`, and `Intl` throws on it. */
function englishOf(browserLanguage: string): string {
  const [tag] = /^en(-[a-z0-9]{2,8})*(?![\w-])/i.exec(browserLanguage) ?? ["en"];
  return tag;
}

/** The formats of this browser. */
export const formats: Formats = formatsFor(navigator.language);
