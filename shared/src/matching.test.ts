import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normaliseDomain } from "./domains.ts";
import { matchParty } from "./matching.ts";
import { normaliseName } from "./names.ts";
import type { Party } from "./party.ts";

const company = (id: string, of: Partial<Party> = {}): Party => ({
  ref: { platform: "hubspot", objectType: "company", id },
  name: null,
  domains: [],
  externalId: null,
  isCustomer: true,
  ...of,
});
const organization = (of: Partial<Party>): Party => ({
  ...company("7", of),
  ref: { platform: "zendesk", objectType: "organization", id: "7" },
});

describe("matching", () => {
  it("trusts an external id first: HubSpot's record id, or the id that both systems were given", () => {
    const byId = [company("12"), company("13", { domains: ["acme.com"] })];
    expect(matchParty(organization({ externalId: "12", domains: ["acme.com"] }), byId)).toMatchObject({
      kind: "match",
      rule: "external_id",
      with: { ref: { id: "12" } },
    });
    const mapped = [company("12", { externalId: "ACME-1" })];
    expect(matchParty(organization({ externalId: "acme-1" }), mapped)).toMatchObject({ rule: "external_id" });
  });

  it("finds the same pair from either side", () => {
    const zendesk = organization({ externalId: "12" });
    expect(matchParty(company("12"), [zendesk])).toMatchObject({ kind: "match", rule: "external_id" });
  });

  it("does not take a Zendesk record id for HubSpot's", () => {
    expect(matchParty(company("99", { externalId: "7" }), [organization({})])).toEqual({ kind: "none" });
  });

  it("matches by a company's own domain, however it is written", () => {
    const found = matchParty(organization({ domains: ["WWW.Acme.com"] }), [
      company("1", { domains: ["acme.com"] }),
    ]);
    expect(found).toMatchObject({ kind: "match", rule: "domain" });
  });

  it("never matches by a free mail domain", () => {
    const found = matchParty(organization({ domains: ["gmail.com"] }), [
      company("1", { domains: ["gmail.com"] }),
    ]);
    expect(found).toEqual({ kind: "none" });
  });

  it("only suggests when several customers share the domain, and says so", () => {
    const two = [company("2", { domains: ["acme.com"] }), company("1", { domains: ["acme.com"] })];
    expect(matchParty(organization({ domains: ["acme.com"] }), two)).toEqual({
      kind: "suggestion",
      rule: "domain",
      with: two[1],
      reason: "2 customers share the domain acme.com, so a person has to choose.",
    });
  });

  it("only suggests by name, without case, accents and legal form", () => {
    const found = matchParty(organization({ name: "Müller Söhne GmbH" }), [
      company("1", { name: "MULLER SOHNE" }),
    ]);
    expect(found).toMatchObject({ kind: "suggestion", rule: "name" });
    expect(matchParty(organization({ name: "Acme" }), [company("1", { name: "Acme Labs" })])).toEqual({
      kind: "none",
    });
  });

  it("lets an external id that names two decide nothing by itself", () => {
    const two = [company("1", { externalId: "x" }), company("2", { externalId: "x", domains: ["acme.com"] })];
    expect(matchParty(organization({ externalId: "x" }), two)).toEqual({ kind: "none" });
    expect(matchParty(organization({ externalId: "x", domains: ["acme.com"] }), two)).toMatchObject({
      kind: "match",
      with: { ref: { id: "2" } },
    });
  });

  it("leaves out companies that have not bought, and records of the same platform", () => {
    const party = organization({ externalId: "1", domains: ["acme.com"] });
    expect(matchParty(party, [company("1", { isCustomer: false, domains: ["acme.com"] })])).toEqual({
      kind: "none",
    });
    expect(matchParty(party, [organization({ domains: ["acme.com"] })])).toEqual({ kind: "none" });
  });

  it("does not depend on the order of the candidates", () => {
    const names = fc.constantFrom("Acme", "Acme Ltd", "Other");
    const domains = fc.subarray(["acme.com", "other.com", "gmail.com"]);
    const candidates = fc.uniqueArray(
      fc.record({ id: fc.nat(20).map(String), name: names, domains, externalId: fc.constantFrom("x", null) }),
      { selector: (c) => c.id, maxLength: 6 },
    );
    fc.assert(
      fc.property(candidates, domains, (list, own) => {
        const party = organization({ name: "Acme", domains: own, externalId: "x" });
        const parties = list.map(({ id, ...of }) => company(id, of));
        expect(matchParty(party, parties.toReversed())).toEqual(matchParty(party, parties));
      }),
    );
  });
});

describe("normalised names and domains", () => {
  it.each([
    ["https://WWW.Acme.com:443/about?x=1", "acme.com"],
    ["jo@acme.co.uk", "acme.co.uk"],
    ["acme.com.", "acme.com"],
    ["shop.acme.com", "shop.acme.com"],
    ["bücher.example", "bücher.example"],
    ["localhost", null],
    ["not a domain", null],
    ["", null],
    ["a".repeat(10_000), null],
  ])("reads %s as %s", (text, domain) => expect(normaliseDomain(text)).toBe(domain));

  it.each([
    ["Acme, Inc.", "acme"],
    ["  ACME   inc ", "acme"],
    ["A.C.M.E. S.p.A.", "acme"],
    ["Société Générale SA", "societe generale"],
    ["Ltd", "ltd"],
    ["株式会社 東京", "株式会社 東京"],
    ["🚀", ""],
  ])("compares %s as “%s”", (text, name) => expect(normaliseName(text)).toBe(name));

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        (text) => normaliseName(normaliseName(text)) === normaliseName(text),
      ),
    );
  });
});
