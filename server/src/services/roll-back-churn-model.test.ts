import { tenantId } from "@bellwether/shared";
import fc from "fast-check";
import { expect, it } from "vitest";
import { SYSTEM } from "./actor.ts";
import type { ChurnModelStore } from "./ports.ts";
import { type RollBackDeps, rollBackChurnModel } from "./roll-back-churn-model.ts";

type Activation = Awaited<ReturnType<ChurnModelStore["activations"]>>[number];
const TENANT = tenantId.parse("00000000-0000-4000-8000-000000000001");
const AT = new Date("2026-03-01T00:00:00.000Z");

function history() {
  const newestFirst: Activation[] = [];
  const activate = (version: string): void =>
    void newestFirst.unshift({ version, kind: "activation", at: AT, by: "admin" });
  const deps: RollBackDeps = {
    churnModels: {
      activations: async () => newestFirst,
      activate: async (_, activation) => void newestFirst.unshift(activation),
    },
    audit: { record: async () => undefined },
    clock: { now: () => AT },
  };
  const rollBack = () => rollBackChurnModel(deps, { tenant: TENANT, actor: SYSTEM });
  return { activate, rollBack };
}

it("goes back step by step, also after a new start, and at last to the expert", async () => {
  const { activate, rollBack } = history();
  for (const version of ["a", "b"]) activate(version);
  expect(await rollBack()).toBe("a");
  activate("c");
  expect([await rollBack(), await rollBack()]).toEqual(["a", "prior-1"]);
  await expect(rollBack()).rejects.toMatchObject({ code: "conflict" });
});

it("takes as many steps back as there were activations, whatever they were", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 }), async (versions) => {
      const { activate, rollBack } = history();
      for (const version of versions) activate(version);
      for (const before of versions.toReversed().slice(1)) expect(await rollBack()).toBe(before);
      if (versions.length > 0) expect(await rollBack()).toBe("prior-1");
      await expect(rollBack()).rejects.toMatchObject({ code: "conflict" });
    }),
  );
});
