import { AppError } from "../../services/errors.ts";

/** Classes and codes of PostgreSQL after which the same request may succeed a little later. */
const UNAVAILABLE_STATES = /^(08...|57P0[1-5]|57014|53[1-4]00|55P03|25006|3D000)$/;
const UNAVAILABLE_SYSTEM = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** Prisma: not reachable, timed out, connection closed, pool exhausted, too many connections. */
const UNAVAILABLE_PRISMA = /^P(1001|1002|1008|1017|2024|2037)$/;
/** What `pg` throws without a code. */
const UNAVAILABLE_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|PGlite is clos/;
/** Serialization failure, deadlock, and Prisma's word for both. */
const REPEATABLE = /^(40001|40P01|P2034)$/;

/** An error and everything that caused it; drivers and Prisma wrap each other. */
function* chain(error: unknown): Generator<Record<string, unknown>> {
  let next: unknown = error;
  for (let depth = 0; depth < 6 && typeof next === "object" && next !== null; depth++) {
    const link = next as Record<string, unknown>;
    yield link;
    const meta = link["meta"] as Record<string, unknown> | undefined;
    next = link["cause"] ?? meta?.["driverAdapterError"];
  }
}

const codes = (link: Record<string, unknown>): string[] =>
  [link["code"], link["originalCode"]].filter((code) => typeof code === "string");

export const isRepeatable = (error: unknown): boolean =>
  [...chain(error)].some((link) => codes(link).some((code) => REPEATABLE.test(code)));

export const isUnavailable = (error: unknown): boolean =>
  [...chain(error)].some(
    (link) =>
      codes(link).some(
        (code) =>
          UNAVAILABLE_STATES.test(code) || UNAVAILABLE_SYSTEM.test(code) || UNAVAILABLE_PRISMA.test(code),
      ) || UNAVAILABLE_MESSAGE.test(String(link["message"] ?? "")),
  );

const MAX_ATTEMPTS = 5;
const FIRST_WAIT_MS = 10;

/** Repeats `work` when it lost a deadlock or a conflict; turns "not there" into `unavailable`. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (isRepeatable(error) && attempt < MAX_ATTEMPTS) {
        await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt));
        continue;
      }
      if (isUnavailable(error))
        throw new AppError("unavailable", "the database does not answer at the moment", { cause: error });
      throw error;
    }
  }
}
