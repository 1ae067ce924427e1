import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { storageKinds } from "../support/one-company.ts";
import { drawsFor, inSeconds, sized } from "./support/plan.ts";
import { startStream } from "./support/sender.ts";
import { type FaultWorld, openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

describe.each(storageKinds)("F1 a server that is killed (%s)", (kind) => {
  it("F1 at random moments of a stream loses nothing, doubles nothing and soon goes on", async () => {
    const random = drawsFor(`F1 stream ${kind}`);
    const kills = sized(kind === "server" ? 40 : 25, 4);
    const world = await openFaultWorld({ kind });
    try {
      let server = await world.start();
      showOnFailure(() => [server]);
      await untilReady(world, server);
      const stream = startStream(world.sandbox, world.sender, random);
      const goesOn: number[] = [];
      for (let kill = 1; kill <= kills; kill++) {
        await sleep(random.int(20, 900));
        const marked = kill % 4 === 0 ? await markedAccount(world, stream, kill / 4 - 1) : null;
        await world.kill(server);
        const restartedAt = performance.now();
        server = await world.start();
        if (marked) goesOn.push(await untilWritten(world, marked, restartedAt));
      }
      stream.stop();
      const report = await world.settle([server]);
      sayFault(`F1 stream (${kind})`, {
        kills,
        report,
        measured: { "work goes on after at most": inSeconds(Math.max(...goesOn)) },
      });
      expect(report.violations).toEqual([]);
      expect(world.sender.wrongAnswers).toEqual([]);
      expect(Math.max(...goesOn)).toBeLessThan(10_000);
    } finally {
      await world.remove();
    }
  });
});

interface Marked {
  companyId: string;
  from: number;
}

/** An account whose change was acknowledged and not yet written: what has to go on after the kill. */
async function markedAccount(
  { sandbox }: FaultWorld,
  stream: ReturnType<typeof startStream>,
  n: number,
): Promise<Marked | null> {
  const stable = sandbox.accounts.filter(
    (account) => account.story === "stable" && account.zendeskOrganizationId,
  );
  const account = stable[n % stable.length];
  if (!account || n >= stable.length) return null;
  const from = sandbox.writes.length;
  await stream.change(account.key);
  return { companyId: account.hubspotCompanyId, from };
}

/** @returns milliseconds since the restart */
async function untilWritten(
  { sandbox }: FaultWorld,
  { companyId, from }: Marked,
  since: number,
): Promise<number> {
  await eventually(() => {
    if (!sandbox.writes.slice(from).some((write) => write.id === companyId))
      throw new Error(`the change of ${companyId} was not written`);
  }, 30_000);
  return performance.now() - since;
}
