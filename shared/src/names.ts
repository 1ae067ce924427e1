/** Legal forms that one system writes and the other leaves out; dots are gone by the time they are looked up. */
const LEGAL_FORMS: ReadonlySet<string> = new Set([
  ...[
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "llc",
    "llp",
    "lp",
    "plc",
    "ltd",
    "limited",
  ],
  ...[
    "gmbh",
    "mbh",
    "ag",
    "kg",
    "ohg",
    "ug",
    "se",
    "ev",
    "sa",
    "sas",
    "sarl",
    "srl",
    "spa",
    "sl",
    "bv",
    "nv",
  ],
  ...[
    "ab",
    "as",
    "asa",
    "aps",
    "oy",
    "oyj",
    "kft",
    "zrt",
    "sro",
    "doo",
    "pty",
    "pte",
    "pvt",
    "kk",
    "lda",
    "ltda",
  ],
]);

/**
 * For comparing company names exactly: without case, accents, punctuation and the legal form at the end.
 * "Müller & Söhne GmbH & Co. KG" and "Mueller" stay different: close is not the same.
 * @returns an empty text where nothing is left to compare
 */
export function normaliseName(name: string): string {
  const words = name
    .slice(0, 1_000)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[.'’]/g, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  while (words.length > 1 && LEGAL_FORMS.has(words.at(-1) ?? "")) words.pop();
  return words.join(" ");
}
