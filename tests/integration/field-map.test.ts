import { problem } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Company,
  type ListedConnection,
  listConnections,
  startCompany,
  untilQuiet,
} from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { ADMIN_TOKEN, adminGet, type ListedAccount, untilScored } from "../support/one-company.ts";

interface Mapped {
  field: string;
  label: string;
  property: string | null;
  usual: string | null;
  isChosen: boolean;
}
interface FieldMap {
  connectionId: string;
  platform: string;
  fields: Mapped[];
}
interface Answer {
  fieldMap: FieldMap;
  rereading: number;
  notes: string[];
}

describe("the field map of one company, over the API", () => {
  let company: Company;
  let accounts: ListedAccount[];
  let connections: ListedConnection[];
  let csmToken = "";
  beforeAll(async () => {
    company = await startCompany();
    accounts = await untilScored(company.server.url);
    await untilQuiet(company.sandbox);
    connections = await listConnections(company.server.url);
    const made = await send("POST", "/tokens", { name: "A manager", role: "csm", financial: false });
    csmToken = ((await made.json()) as { token: string }).token;
  }, 60_000);
  afterAll(() => company?.stop());

  const send = (method: string, path: string, body?: unknown, token = ADMIN_TOKEN): Promise<Response> =>
    fetch(`${company.server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const idOf = (platform: string): string => connections.find((c) => c.platform === platform)?.id ?? "";
  const put = async (platform: string, fields: Record<string, string>): Promise<Answer> => {
    const answer = await send("PUT", "/field-map", { connectionId: idOf(platform), fields });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Answer;
  };
  const fieldOf = (map: FieldMap | undefined, field: string) => map?.fields.find((f) => f.field === field);
  const maps = async (): Promise<FieldMap[]> =>
    (await adminGet<{ fieldMaps: FieldMap[] }>(company.server.url, "/field-map")).fieldMaps;
  const mapOf = async (platform: string) => (await maps()).find((map) => map.platform === platform);
  const measure = async (account: ListedAccount, name: string) =>
    (
      await adminGet<{ contributions: { measure: string; sentence: string }[] }>(
        company.server.url,
        `/accounts/${account.id}/health`,
      )
    ).contributions.find((c) => c.measure === name)?.sentence;

  /** One whose score moves: that of a lost customer is frozen. */
  const customer = async (): Promise<ListedAccount> => {
    for (const account of accounts) {
      const isCompany = account.links.some((l) => l.ref.objectType === "company");
      const path = `/accounts/${account.id}/health`;
      if (isCompany && (await adminGet<{ lost: unknown }>(company.server.url, path)).lost === null)
        return account;
    }
    throw new Error("there is no customer with a company");
  };

  it("shows what feeds each field, with its usual property, for admins alone", async () => {
    expect(fieldOf(await mapOf("hubspot"), "seats")).toEqual({
      field: "seats",
      label: "Licensed seats",
      property: "licensed_seats",
      usual: "licensed_seats",
      isChosen: false,
    });
    expect(fieldOf(await mapOf("zendesk"), "neutralTags")).toMatchObject({ property: "sentiment__neutral" });
    for (const method of ["GET", "PUT"])
      expect((await send(method, "/field-map", method === "PUT" ? {} : undefined, csmToken)).status).toBe(
        403,
      );
  });

  it.each([
    [{ seat: "my_seats" }, "fields.seat: there is no field of this name"],
    [{ seats: "My Seats!" }, "fields.seats: give the internal name"],
    [{ "custom.goal": "bellwether_health_score" }, "written by Bellwether itself"],
  ])("refuses %j by name, and changes nothing", async (fields, detail) => {
    const before = await maps();
    const answer = await send("PUT", "/field-map", { connectionId: idOf("hubspot"), fields });
    expect(answer.status).toBe(400);
    expect(problem.parse(await answer.json()).detail).toContain(detail);
    expect(await maps()).toEqual(before);
  });

  it("knows no connection of another company", async () => {
    const connectionId = "00000000-0000-4000-8000-00000000dead";
    expect((await send("PUT", "/field-map", { connectionId, fields: {} })).status).toBe(404);
  });

  it("reads the companies again with the chosen property, scores on, and takes it back", async () => {
    const { hubspot, hubspotUrl, hubspotAccessToken } = company.sandbox;
    const account = await customer();
    const companyId = account.links.find((l) => l.ref.objectType === "company")?.ref.id ?? "";
    // made a moment ago: what the server knows of the portal's properties is older
    const made = await fetch(`${hubspotUrl}/crm/properties/2026-03/companies`, {
      method: "POST",
      headers: { authorization: `Bearer ${hubspotAccessToken}`, "content-type": "application/json" },
      body: JSON.stringify({
        name: "my_refs",
        label: "Refs",
        type: "number",
        fieldType: "number",
        groupName: "product_usage",
      }),
    });
    expect(made.status).toBe(201);
    hubspot.update(hubspot.get("companies", companyId), { my_refs: "17" });

    const { fieldMap, rereading, notes } = await put("hubspot", {
      referrals: "my_refs",
      "custom.goal": "nobodys_goal",
    });
    expect(rereading).toBeGreaterThan(5);
    expect(notes).toEqual([expect.stringContaining("nobodys_goal does not exist there yet")]);
    expect(fieldOf(fieldMap, "referrals")).toMatchObject({ property: "my_refs", isChosen: true });
    expect(fieldOf(fieldMap, "custom.goal")).toMatchObject({
      label: "goal",
      property: "nobodys_goal",
      usual: null,
    });
    expect((await mapOf("hubspot"))?.fields).toEqual(fieldMap.fields);
    await eventually(async () =>
      expect(await measure(account, "referrals")).toBe("17 referrals in 12 months."),
    );
    const { connections: progress } = await adminGet<{ connections: { isDone: boolean }[] }>(
      company.server.url,
      "/backfill",
    );
    expect(progress.every((c) => c.isDone)).toBe(true);

    const back = await put("hubspot", { referrals: "referrals_12m" });
    expect(back.fieldMap.fields.some((f) => f.isChosen)).toBe(false);
    await eventually(async () => expect(await measure(account, "referrals")).not.toContain("17"));
  }, 60_000);

  it("of Zendesk says which fields are not there, and looks at tickets only when it is about them", async () => {
    const onlyOrganizations = await put("zendesk", { "custom.tier": "organization_fields.bell_tier" });
    expect(onlyOrganizations.notes).toEqual([expect.stringContaining("organization_fields.bell_tier")]);
    const withTags = await put("zendesk", { negativeTags: "angry" });
    expect(withTags.notes).toEqual([]);
    expect(withTags.rereading).toBeGreaterThan(onlyOrganizations.rereading);
    const again = await put("zendesk", {});
    expect(again.rereading).toBe(withTags.rereading);
  });
});
