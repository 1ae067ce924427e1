import { compareText } from "./canonical-json.ts";
import { FREE_MAIL_DOMAINS, normaliseDomain } from "./domains.ts";
import { normaliseName } from "./names.ts";
import type { Party } from "./party.ts";
import { refKey } from "./source-record.ts";

/** What the matching found; `reason` says in words why it is only a suggestion. */
export type MatchResult<C extends Party> =
  | { kind: "match"; rule: "external_id" | "domain"; with: C }
  | { kind: "suggestion"; rule: "domain" | "name"; with: C; reason: string }
  | { kind: "none" };

/**
 * Finds the other platform's record of the same customer: by external id, then by domain, then by exact
 * normalised name. A name, or a rule that fits several, is only a suggestion, because a wrong link shows one
 * customer's tickets at another; companies that have not bought take no part.
 */
export function matchParty<C extends Party>(party: Party, candidates: readonly C[]): MatchResult<C> {
  const possible = candidates
    .filter((c) => c.ref.platform !== party.ref.platform && c.isCustomer)
    .toSorted((a, b) => compareText(refKey(a.ref), refKey(b.ref)));
  const named = possible.filter((c) => isNamedBy(party, c) || isNamedBy(c, party));
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return { kind: "match", rule: "external_id", with: only };
  // an id that names several decides nothing, but narrows the choice
  const choice = named.length > 1 ? named : possible;
  return byDomain(party, choice) ?? byName(party, choice) ?? { kind: "none" };
}

/** Zendesk's external id is the HubSpot company's record id, or equals the id that both systems were given. */
function isNamedBy(party: Party, other: Party): boolean {
  const id = idText(party.externalId);
  return (
    id !== null &&
    ((party.ref.platform === "zendesk" && id === idText(other.ref.id)) || id === idText(other.externalId))
  );
}

/** Zendesk's external ids do not tell cases apart. */
const idText = (id: string | null): string | null => id?.trim().toLowerCase() || null;

function byDomain<C extends Party>(party: Party, candidates: readonly C[]): MatchResult<C> | null {
  const own = ownDomains(party);
  const shared = candidates.filter((c) => [...ownDomains(c)].some((domain) => own.has(domain)));
  const [first, ...others] = shared;
  if (first === undefined) return null;
  if (others.length === 0) return { kind: "match", rule: "domain", with: first };
  const domain = [...ownDomains(first)].find((d) => own.has(d));
  const reason = `${shared.length} customers share the domain ${domain}, so a person has to choose.`;
  return { kind: "suggestion", rule: "domain", with: first, reason };
}

function ownDomains(party: Party): ReadonlySet<string> {
  const domains = party.domains.map(normaliseDomain).filter((domain) => domain !== null);
  return new Set(domains.filter((domain) => !FREE_MAIL_DOMAINS.has(domain)));
}

function byName<C extends Party>(party: Party, candidates: readonly C[]): MatchResult<C> | null {
  const name = normaliseName(party.name ?? "");
  if (name === "") return null;
  const namesakes = candidates.filter((c) => normaliseName(c.name ?? "") === name);
  const [first] = namesakes;
  if (first === undefined) return null;
  const reason =
    namesakes.length === 1
      ? `The names are the same, but neither an id nor a domain confirms it.`
      : `${namesakes.length} customers have this name, and neither an id nor a domain tells them apart.`;
  return { kind: "suggestion", rule: "name", with: first, reason };
}
