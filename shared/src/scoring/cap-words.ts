/** What a cap is called, and what ends it. Caps of other names are told by their own sentence. */
const WORDS: Readonly<Record<string, { label: string; lift: string }>> = {
  urgent_ticket: {
    label: "Urgent ticket",
    lift: "Get the urgent ticket solved: until then it holds the score down.",
  },
  notice_of_non_renewal: {
    label: "Notice of non-renewal",
    lift: "The customer takes its notice of non-renewal back: until then it holds the score down.",
  },
  low_csat: {
    label: "Ticket ratings",
    lift: "Get the ticket ratings back above the line: until then they hold the score down.",
  },
};

interface CapText {
  cap: string;
  sentence: string;
}

const wordsOf = (cap: string): { label: string; lift: string } | undefined =>
  Object.hasOwn(WORDS, cap) ? WORDS[cap] : undefined;

export const capLabel = ({ cap }: CapText): string => wordsOf(cap)?.label ?? "What holds the score";
export const capLift = ({ cap, sentence }: CapText): string =>
  wordsOf(cap)?.lift ?? `This has to end: ${sentence}`;
