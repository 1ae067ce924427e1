import { type HealthResult, writeBackValues, zendeskFieldValues } from "@bellwether/shared";
import type { Sandbox, SandboxWrite } from "../../sandbox/index.ts";
import type { StoredAccount } from "./ledger.ts";

const SCORED_AT = "bellwether_scored_at";
/** Rows of one call to either platform. */
const CALL_ROWS = 100;

/** What the writes have to agree with. */
export interface Scored {
  accounts: readonly (Pick<StoredAccount, "name" | "parties" | "versions"> & {
    current: { result: HealthResult } | null;
  })[];
}

/** A moment in which something was cut off: a write under way then may be sent once more. */
export interface Disturbance {
  /** Milliseconds since 1970. */
  from: number;
  /** As long as answers may have been lost; equal to `from` for a kill. */
  to: number;
  /** Calls that may have been under way per connection: one per process that was cut off. 1 when absent. */
  calls?: number;
}

export interface WriteReport {
  violations: string[];
  writes: number;
  /** Sent once more after a disturbance, with the same values. */
  repeats: number;
}

const accountWrites = (sandbox: Sandbox): SandboxWrite[] =>
  sandbox.writes.filter(({ objectType }) => objectType === "company" || objectType === "organization");
const recordOf = ({ platform, objectType, id }: SandboxWrite): string => `${platform}:${objectType}:${id}`;
const saidIn = ({ values }: SandboxWrite): string => JSON.stringify({ ...values, [SCORED_AT]: null });
const text = (value: unknown): string => String(value ?? "");

/** Checks 3, 4 and 5: last values, order of versions, number of writes; and that no other tenant was written to. */
export function checkWrites(
  sandbox: Sandbox,
  stored: Scored,
  disturbances: readonly Disturbance[],
): WriteReport {
  const writes = accountWrites(sandbox);
  const byRecord = Map.groupBy(writes, recordOf);
  const repeats = [...Map.groupBy(sandbox.writes, recordOf)].flatMap(([, own]) => repeatsIn(own));
  return {
    violations: [
      ...lastValues(byRecord, stored),
      ...[...byRecord].flatMap(([record, own]) => backwards(record, own, lostDays(stored))),
      ...tooMany(byRecord, stored),
      ...unexplained(repeats, disturbances),
      ...foreignWrites(sandbox),
    ],
    writes: sandbox.writes.length,
    repeats: repeats.length,
  };
}

function lastValues(byRecord: ReadonlyMap<string, SandboxWrite[]>, { accounts }: Scored): string[] {
  const options = { change30d: null, onboardingProgress: null, keys: null };
  return accounts.flatMap(({ name, parties, current }) => {
    if (current === null) return [`(2) ${name} was never scored`];
    return parties.flatMap((party) => {
      const shown: Record<string, unknown> = Object.assign(
        {},
        ...(byRecord.get(party) ?? []).map((write) => write.values),
      );
      const isHubspot = party.startsWith("hubspot:");
      const wanted = (isHubspot ? writeBackValues : zendeskFieldValues)(current.result, options);
      return Object.entries(wanted)
        .filter(([key, value]) => key !== SCORED_AT && text(shown[key]) !== value)
        .map(
          ([key, value]) =>
            `(3) ${party} of ${name} shows ${key} "${text(shown[key])}" instead of "${value}"`,
        );
    });
  });
}

/** When the account of each party was lost: its last version is that of this day, whenever it was heard of. */
const lostDays = ({ accounts }: Scored): Map<string, string> =>
  new Map(
    accounts.flatMap(({ parties, current }) =>
      parties.map((party) => [party, current?.result.lostAt ?? ""] as const),
    ),
  );

/** Times are ISO 8601 in UTC, so that their texts stand in order; Zendesk's fields hold days. */
const backwards = (
  record: string,
  own: readonly SandboxWrite[],
  lost: ReadonlyMap<string, string>,
): string[] =>
  own.flatMap((write, i) => {
    const [before, at] = [text(own[i - 1]?.values[SCORED_AT]), text(write.values[SCORED_AT])];
    const isLoss = at !== "" && (lost.get(record) ?? "").startsWith(at);
    return before > at && !isLoss
      ? [`(4) ${record} went from its version of ${before} back to that of ${at}`]
      : [];
  });

function tooMany(byRecord: ReadonlyMap<string, SandboxWrite[]>, { accounts }: Scored): string[] {
  return accounts.flatMap(({ name, parties, versions }) =>
    parties.flatMap((party) => {
      const own = byRecord.get(party) ?? [];
      const told = own.length - repeatsIn(own).length;
      return told > versions ? [`(5) ${party} of ${name} was told ${told} versions of ${versions}`] : [];
    }),
  );
}

interface Repeat {
  record: string;
  /** Connection and type, which share their calls. */
  lane: string;
  first: number;
  again: number;
}

const repeatsIn = (own: readonly SandboxWrite[]): Repeat[] =>
  own.flatMap((write, i) => {
    const before = own[i - 1];
    if (before === undefined || saidIn(before) !== saidIn(write)) return [];
    const lane = `${write.platform} ${write.objectType}`;
    return [{ record: recordOf(write), lane, first: before.at.getTime(), again: write.at.getTime() }];
  });

/** Clocks of the fakes and of the test are one, but a kill takes a moment. */
const SLACK_MS = 100;

function unexplained(repeats: readonly Repeat[], disturbances: readonly Disturbance[]): string[] {
  const explained = new Map<string, number>();
  const found: string[] = [];
  for (const { record, lane, first, again } of repeats) {
    const cause = disturbances.findIndex(({ from, to }) => first <= to + SLACK_MS && from <= again);
    if (cause < 0)
      found.push(`(5) ${record} was told the same twice though nothing was disturbed in between`);
    const place = `${lane} ${cause}`;
    explained.set(place, (explained.get(place) ?? 0) + 1);
  }
  for (const [place, rows] of explained) {
    const [, , cause] = place.split(" ");
    const calls = disturbances[Number(cause)]?.calls ?? 1;
    if (rows > calls * CALL_ROWS)
      found.push(
        `(5) ${rows} rows were told twice after one disturbance (${place}), more than were under way`,
      );
  }
  return found;
}

const foreignWrites = ({ writes, portalId, subdomain }: Sandbox): string[] =>
  writes
    .filter(({ tenant }) => tenant !== portalId && tenant !== subdomain)
    .map((write) => `(6) ${recordOf(write)} of another tenant (${write.tenant}) was written to`);
