import { createHash, randomUUID } from "node:crypto";
import { type Role, SCORECARD_DEFAULT_V1, type Segment, type TenantId } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { activateScorecard } from "../../server/src/services/activate-scorecard.ts";
import type { Actor } from "../../server/src/services/actor.ts";
import { approveScorecard } from "../../server/src/services/approve-scorecard.ts";
import { changeScorecard } from "../../server/src/services/change-scorecard.ts";
import { createScorecard } from "../../server/src/services/create-scorecard.ts";
import { knownScorecard, knownScorecards } from "../../server/src/services/known-scorecards.ts";
import { proposeScorecard } from "../../server/src/services/propose-scorecard.ts";
import { rejectScorecard } from "../../server/src/services/reject-scorecard.ts";
import { rollBackScorecard } from "../../server/src/services/roll-back-scorecard.ts";
import type { ScorecardDeps } from "../../server/src/services/scorecard-deps.ts";
import { forEachDatabase, newTenant } from "../support/database.ts";
import { type Stores, storesOfProcess } from "../support/stores.ts";

const HOUR_MS = 3_600_000;
const START = Date.parse("2026-03-01T12:00:00.000Z");

forEachDatabase("The life of a scorecard", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  /** A company with a clock of its own. */
  const company = () => {
    const tenant: TenantId = newTenant();
    let now = START;
    const deps: ScorecardDeps = {
      ...stores,
      clock: { now: () => new Date(now) },
      definitions: { scorecard: SCORECARD_DEFAULT_V1 },
      sha256: (text) => createHash("sha256").update(text).digest("base64url"),
    };
    const admin: Actor = {
      id: "admin",
      name: "Administrator",
      tenantId: null,
      role: "admin",
      financial: true,
    };
    const hire = async (role: Role): Promise<Actor> => {
      const id = randomUUID();
      const token = { id, tenantId: tenant, name: role, role, financial: false };
      await stores.tokens.insert(
        { ...token, createdBy: "admin", createdAt: new Date(now), revokedAt: null },
        id,
      );
      return { ...token, id: `token:${id}` };
    };
    const act = (version: string, actor = admin) => ({ tenant, actor, version });
    const draft = (version: string, segments?: Segment[]) =>
      createScorecard(deps, { tenant, actor: admin }, { basedOn: "default-1", version, segments });
    const approved = async (version: string, segments?: Segment[]): Promise<void> => {
      await draft(version, segments);
      await proposeScorecard(deps, act(version), { note: "a test" });
      await approveScorecard(deps, act(version));
    };
    const activate = (version: string, segments?: Segment[]) =>
      activateScorecard(deps, act(version), { segments, withoutBacktest: { reason: "a test" } });
    const inUse = async () =>
      Object.fromEntries(
        (await knownScorecards(deps, tenant)).flatMap((card) =>
          card.activeFor.map((segment) => [segment, card.version]),
        ),
      );
    const wait = (hours: number): void => {
      now += hours * HOUR_MS;
    };
    const rollBack = (segment?: Segment) => rollBackScorecard(deps, { tenant, actor: admin, segment });
    return { tenant, deps, admin, hire, act, draft, approved, activate, inUse, wait, rollBack };
  };

  it("lets one person alone propose and approve, and two people only each other's", async () => {
    const { deps, tenant, act, draft, hire, admin } = company();
    for (const version of ["a", "b", "c"]) await draft(version);
    await proposeScorecard(deps, act("a"), { note: "alone" });
    await approveScorecard(deps, act("a"));
    const [csm, lead] = [await hire("csm"), await hire("lead")];
    await proposeScorecard(deps, act("b"), { note: "with a lead" });
    await expect(approveScorecard(deps, act("b"))).rejects.toMatchObject({ code: "forbidden" });
    await approveScorecard(deps, act("b", lead));
    await proposeScorecard(deps, act("c", lead), { note: "the only lead" });
    await approveScorecard(deps, act("c", lead));
    const second = await hire("lead");
    await draft("d");
    await proposeScorecard(deps, act("d", lead), { note: "one of two" });
    await expect(approveScorecard(deps, act("d", lead))).rejects.toMatchObject({ code: "forbidden" });
    await stores.tokens.revoke(tenant, second.id.replace("token:", ""), new Date());
    expect(await approveScorecard(deps, act("d", lead))).toMatchObject({
      proposedBy: lead.id,
      approvedBy: lead.id,
    });
    await draft("e");
    await proposeScorecard(deps, act("e", csm), { note: "of a csm" });
    expect(await approveScorecard(deps, act("e", admin))).toMatchObject({ approvedBy: "admin" });
  });

  it("goes back step by step through what each segment used, and no further", async () => {
    const { approved, activate, inUse, wait, rollBack } = company();
    for (const version of ["a", "b", "c"]) await approved(version);
    const all = (version: string) => ({ new: version, growing: version, established: version });
    expect(await inUse()).toEqual(all("default-1"));
    await activate("a");
    wait(24);
    await activate("b", ["new"]);
    wait(24);
    await activate("c");
    expect(await inUse()).toEqual(all("c"));
    await rollBack();
    expect(await inUse()).toEqual({ ...all("a"), new: "b" });
    await rollBack();
    expect(await inUse()).toEqual(all("a"));
    await rollBack("growing");
    expect(await inUse()).toEqual({ ...all("a"), growing: "default-1" });
    await rollBack();
    expect(await inUse()).toEqual(all("default-1"));
    await expect(rollBack()).rejects.toMatchObject({ code: "conflict" });
    await expect(rollBack("new")).rejects.toMatchObject({ code: "conflict" });
  });

  it("waits a day after an activation, to the millisecond, and not after a rollback", async () => {
    const { approved, activate, wait, rollBack, inUse } = company();
    for (const version of ["a", "b"]) await approved(version);
    await activate("a", ["new"]);
    await activate("b", ["growing"]);
    wait(24 - 1 / HOUR_MS);
    await expect(activate("b")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("2026-03-02T12:00:00.000Z"),
    });
    await rollBack("new");
    await expect(activate("b", ["new"])).rejects.toMatchObject({ code: "conflict" });
    wait(1 / HOUR_MS);
    await activate("b");
    expect(await inUse()).toEqual({ new: "b", growing: "b", established: "b" });
  });

  it("uses a built-in version after a proposal and a yes as well, and gives it back", async () => {
    const { deps, act, activate, inUse, wait, rollBack, tenant } = company();
    await expect(activate("six-1")).rejects.toMatchObject({ code: "conflict" });
    const proposed = await Promise.allSettled(
      ["one", "two"].map((note) => proposeScorecard(deps, act("six-1"), { note })),
    );
    expect(proposed.map((outcome) => outcome.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await approveScorecard(deps, act("six-1"));
    await activate("six-1", ["new"]);
    expect(await inUse()).toEqual({ new: "six-1", growing: "default-1", established: "default-1" });
    const { active } = await stores.scorecards.inForce(tenant, new Date());
    expect([...active].map(([segment, card]) => [segment, card.version])).toEqual([["new", "six-1"]]);
    await rollBack();
    expect(await inUse()).toEqual({ new: "default-1", growing: "default-1", established: "default-1" });
    expect((await stores.scorecards.inForce(tenant, new Date())).active.size).toBe(0);
    expect(await knownScorecard(deps, tenant, "six-1")).toMatchObject({ status: "retired" });
    wait(24);
    await activate("six-1");
    expect(await knownScorecard(deps, tenant, "six-1")).toMatchObject({ status: "active" });
  });

  it("does one of two things that are wanted at the same time", async () => {
    const { deps, act, approved, activate, draft } = company();
    for (const version of ["a", "b"]) await approved(version);
    const activated = await Promise.allSettled([activate("a"), activate("b")]);
    expect(activated.map((outcome) => outcome.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const { revision } = await draft("c");
    const changed = await Promise.allSettled(
      ["one", "two", "three"].map((note) => changeScorecard(deps, act("c"), { revision, note })),
    );
    expect(changed.map((outcome) => outcome.status).toSorted()).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
    ]);
  });

  it("takes a change of a draft whose backtest tells its progress meanwhile, and discards the backtest", async () => {
    const { deps, act, draft, tenant } = company();
    const { revision, definition } = await draft("a");
    const stored = await knownScorecard(deps, tenant, "a");
    await stores.scorecards.update(tenant, stored, { backtest: { of: "before" } });
    const noted = await changeScorecard(deps, act("a"), { revision, note: "only words" });
    expect(noted.backtest).toEqual({ of: "before" });
    const changed = await changeScorecard(deps, act("a"), {
      revision: noted.revision,
      definition: { ...definition, name: "Another" },
    });
    expect(changed.backtest).toBeNull();
    expect(changed.definition.name).toBe("Another");
  });

  it("keeps a rejected version readable and out of use, and what came with the product open to a new proposal", async () => {
    const { deps, act, draft, approved, activate } = company();
    await draft("mine-1");
    await expect(rejectScorecard(deps, act("mine-1"), { reason: "too early" })).rejects.toMatchObject({
      code: "conflict",
    });
    await approved("mine-2");
    expect(await rejectScorecard(deps, act("mine-2"), { reason: "not now" })).toMatchObject({
      status: "retired",
      approvedAt: null,
    });
    await expect(activate("mine-2")).rejects.toMatchObject({ code: "conflict" });
    await proposeScorecard(deps, act("six-1"), { note: "a test" });
    await rejectScorecard(deps, act("six-1"), { reason: "not now" });
    await proposeScorecard(deps, act("six-1"), { note: "once more" });
  });
});
