import type { PrismaClient } from "./generated/client.ts";

export type SqlValue = string | number | boolean | Date | null | Uint8Array | readonly string[];

export interface QueryOptions {
  /** Planned once per connection: for the few constant statements of the busiest paths, not for made-up texts. */
  isPrepared?: boolean;
}

/** Where statements run: on their own, or inside one transaction. */
export interface Sql {
  /** One statement. `bigint` columns come back as numbers, times as `Date`, JSON parsed. */
  query<Row>(text: string, values?: readonly SqlValue[], options?: QueryOptions): Promise<Row[]>;
  /** Several statements without parameters. */
  script(text: string): Promise<void>;
}

/**
 * PostgreSQL, on a server or inside this process. Where it cannot be reached or is starting, stopping or
 * recovering, every method rejects with an `AppError` of code `unavailable`.
 */
export interface Database extends Sql {
  /** `embedded`: one connection, so that one transaction holds up all others; keep them short. */
  readonly kind: "server" | "embedded";
  /** Run again from the start when it lost a deadlock or a serialization conflict: `work` must be repeatable. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Ordinary reads and writes. */
  orm<T>(work: (client: PrismaClient) => PromiseLike<T>): Promise<T>;
  /**
   * One at a time per name over all processes; holds no transaction, so `work` may take long. Not re-entrant.
   * Let go when the process dies.
   */
  exclusive<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Answers within 2 s. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
}
