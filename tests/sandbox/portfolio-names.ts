import type { Random } from "./random.ts";

const words = (text: string): string[] => text.trim().split(/\s+/);

/** All invented; domains end in `.example`, which nobody can own. */
const STEMS = words(`
  Averwick Belmarra Brisuno Caldovey Cinderfell Corvanta Dalmoor Drimsted Elvarro Fennimore
  Fjordwell Galdring Harrowmead Hexaloft Ilvermond Jundara Kestrovia Kirnwood Lanterby
  Lumenstrand Marrowick Mirelund Norvessa Oakmarrow Orlistan Ospenwick Pellucia Quillmarsh
  Ravensund Rillbrook Sabelino Selkridge Skarholm Solvanni Tarnwick Tavrilo Thistlemoor Umberdale
  Valkensee Veldora Vintermark Wexalon Wolmarden Yarrowby Zephyrine
`);
const TRADES = words(`
  Logistics Analytics Foods Robotics Insurance Health Energy Textiles Media Learning Shipping
  Bank Materials Travel Optics Property
`);
const FIRST = words(`
  Amara Anselm Beatrix Caspian Dagny Edrik Fenna Gideon Halina Idris Jorunn Kasimir Leontine
  Maelis Nadir Odile Petra Quentin Rosalba Sunniva Tobiah Ulrike Vesna Wendell Xanthe Yorick
  Zelda Aurelio Birgit Cosmin
`);
const LAST = words(`
  Ashgrove Bellweather Carrowmore Drakensted Everhart Falkenrath Greymantle Hollingberry Isaksund
  Jarrowdale Kettlewick Lindenmoor Marchbanks Nightingall Ostrander Pennyfold Quickenden
  Rosenquill Stellingwerf Thornbury Underhallow Vandermere Whitlocke Yellowley
`);
const TITLES = {
  CHAMPION: ["Head of Operations", "Director of Customer Care", "Programme Lead"],
  EXECUTIVE_SPONSOR: ["Chief Operating Officer", "Chief Financial Officer", "Managing Director"],
  BUDGET_HOLDER: ["Procurement Manager", "Finance Director"],
  END_USER: ["Operations Specialist", "Team Lead", "Analyst", "Coordinator"],
} as const;
export type BuyingRole = keyof typeof TITLES;

export interface Person {
  firstName: string;
  lastName: string;
  email: string;
  role: BuyingRole;
  title: string;
}

export interface CompanyName {
  key: string;
  name: string;
  domain: string;
}

/** So many different company names, in an order of the seed's own. */
export function companyNames(random: Random, count: number): CompanyName[] {
  const all = STEMS.flatMap((stem) => TRADES.map((trade) => ({ stem, trade, rank: random.next() })));
  const perStem = new Map<string, number>();
  // Names that share their first word are told apart badly; each is used again only when all have been used.
  const ranked = all
    .sort((x, y) => x.rank - y.rank)
    .map((entry) => {
      const round = perStem.get(entry.stem) ?? 0;
      perStem.set(entry.stem, round + 1);
      return { ...entry, round };
    })
    .sort((x, y) => x.round - y.round || x.rank - y.rank);
  return Array.from({ length: count }, (_, i) => {
    const entry = ranked[i % ranked.length];
    const suffix = i < ranked.length ? "" : ` ${Math.floor(i / ranked.length) + 1}`;
    const name = `${entry?.stem} ${entry?.trade}${suffix}`;
    const key = name.toLowerCase().replaceAll(" ", "-");
    return { key, name, domain: `${key}.example` };
  });
}

/** The people of one customer: a champion, a sponsor from three on, the rest users. */
export function people(random: Random, domain: string, count: number): Person[] {
  const first = random.shuffle(FIRST);
  const last = random.shuffle(LAST);
  return Array.from({ length: count }, (_, i) => {
    const role: BuyingRole =
      i === 0
        ? "CHAMPION"
        : i === 1 && count > 2
          ? "EXECUTIVE_SPONSOR"
          : i === 2 && count > 5
            ? "BUDGET_HOLDER"
            : "END_USER";
    const firstName = first[i % first.length] ?? "Amara";
    const lastName = last[i % last.length] ?? "Ashgrove";
    const email = `${firstName}.${lastName}@${domain}`.toLowerCase();
    return { firstName, lastName, email, role, title: random.pick(TITLES[role]) };
  });
}

export const TICKET_SUBJECTS = [
  "Export stops at 10,000 rows",
  "Single sign-on loops back to the login page",
  "Scheduled report was not sent on Monday",
  "How do we add a second workspace?",
  "Dashboard loads slowly since the update",
  "Duplicate records after the import",
  "Invoice shows the old address",
  "Need a role that can only read",
  "Mobile app signs out every hour",
  "API answers 500 for large filters",
  "Webhook deliveries arrive twice",
  "Custom field vanished from the form",
  "Two users cannot be deactivated",
  "Question about data residency",
  "Notification mails end up in spam",
  "Totals differ between chart and table",
] as const;
export const GOOD_WORDS = [
  "Quick and to the point.",
  "Solved on the first try, thank you.",
  "Friendly and clear.",
] as const;
export const BAD_WORDS = [
  "Took a week and is still broken.",
  "Had to explain it three times.",
  "No real answer.",
] as const;
