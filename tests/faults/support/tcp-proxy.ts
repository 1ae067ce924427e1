import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** What happens to bytes on their way. Parts that are absent do not apply. */
export interface Trouble {
  /** Every piece of either direction comes so much later. */
  latencyMs?: number;
  /** New connections are accepted and cut at once. */
  refuses?: boolean;
  /** Half-open: what is sent is taken and goes nowhere, and nobody is told. */
  swallows?: "requests" | "answers" | "both";
  /** When one side ends the connection, the other is told so much later. */
  slowCloseMs?: number;
}

type Direction = "request" | "answer";

export interface Cut {
  direction: Direction;
  /** Looked for in what passes, over the borders of pieces as well. */
  pattern: RegExp | string;
  /** Bytes of the piece with the pattern that still pass; all of them when absent, none with 0. */
  after?: number;
  /** Which match is meant, from 1. */
  nth?: number;
}

export interface TcpProxy {
  port: number;
  /** Connections that are open now. */
  readonly open: number;
  /** In force from now on for all connections; `{}` = none. */
  trouble(trouble: Trouble): void;
  /** RST on both sides of every open connection. @returns how many they were */
  resetAll(): number;
  /** Resolves when the pattern has passed, in the moment before the piece is handed on. */
  seen(direction: Direction, pattern: RegExp | string, nth?: number): Promise<void>;
  /** Resets the connection that the pattern passes on: mid-stream, or after the request and before its answer. */
  cut(cut: Cut): Promise<void>;
  close(): Promise<void>;
}

/** As much of the past as a pattern may need. */
const REMEMBERED_CHARACTERS = 300;

interface Watch {
  direction: Direction;
  pattern: RegExp | string;
  left: number;
  found(pair: Pair, piece: Buffer): number;
}

interface Pair {
  client: Socket;
  upstream: Socket;
}

/** A TCP proxy on 127.0.0.1 between what is tried and what it depends on. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let trouble: Trouble = {};
  const pairs = new Set<Pair>();
  let watches: Watch[] = [];

  const watched = (pair: Pair, direction: Direction, tail: string, piece: Buffer): number => {
    const text = tail + piece.toString("latin1");
    let passes = piece.length;
    for (const watch of watches.filter((each) => each.direction === direction)) {
      if (!has(text, watch.pattern, tail.length)) continue;
      watch.left -= 1;
      if (watch.left > 0) continue;
      watches = watches.filter((each) => each !== watch);
      passes = Math.min(passes, watch.found(pair, piece));
    }
    return passes;
  };

  const pipe = (pair: Pair, direction: Direction): void => {
    const [from, to] = direction === "request" ? [pair.client, pair.upstream] : [pair.upstream, pair.client];
    let tail = "";
    from.on("data", (piece: Buffer) => {
      const passes = watched(pair, direction, tail, piece);
      tail = (tail + piece.toString("latin1")).slice(-REMEMBERED_CHARACTERS);
      const { swallows, latencyMs = 0 } = trouble;
      if (swallows === "both" || swallows === `${direction}s`) return;
      const pass = (): void => {
        if (!to.destroyed && passes > 0) to.write(piece.subarray(0, passes));
      };
      if (latencyMs > 0) setTimeout(pass, latencyMs);
      else pass();
    });
    from.on("end", () => later(trouble.slowCloseMs ?? trouble.latencyMs, () => to.end()));
    from.on("close", () => {
      pairs.delete(pair);
      later(trouble.slowCloseMs, () => to.destroy());
    });
    from.on("error", () => later(trouble.slowCloseMs, () => to.destroy())); // the other side learns of it
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (trouble.refuses) {
      client.on("error", () => client.destroy());
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    const pair = { client, upstream };
    pairs.add(pair);
    pipe(pair, "request");
    pipe(pair, "answer");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const watch = (of: Omit<Watch, "left">, nth = 1): void => void watches.push({ ...of, left: nth });
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return pairs.size;
    },
    trouble: (next) => {
      trouble = next;
    },
    resetAll: () => {
      const all = [...pairs];
      for (const pair of all) reset(pair);
      return all.length;
    },
    seen: (direction, pattern, nth) =>
      new Promise((resolve) => {
        const found = (_: Pair, piece: Buffer): number => {
          resolve();
          return piece.length;
        };
        watch({ direction, pattern, found }, nth);
      }),
    cut: ({ direction, pattern, after, nth }) =>
      new Promise((resolve) => {
        const found = (pair: Pair, piece: Buffer): number => {
          // what may still pass is written first
          setImmediate(() => {
            reset(pair);
            resolve();
          });
          return after ?? piece.length;
        };
        watch({ direction, pattern, found }, nth);
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const { client, upstream } of pairs) {
          client.destroy();
          upstream.destroy();
        }
      }),
  };
}

function reset({ client, upstream }: Pair): void {
  client.resetAndDestroy();
  upstream.resetAndDestroy();
}

function later(ms: number | undefined, run: () => void): void {
  if (ms === undefined || ms === 0) run();
  else setTimeout(run, ms);
}

/** Whether the pattern is in the text and not wholly in its first `old` characters, which were looked through before. */
function has(text: string, pattern: RegExp | string, old: number): boolean {
  if (typeof pattern === "string") return text.indexOf(pattern, Math.max(0, old - pattern.length + 1)) >= 0;
  for (const match of text.matchAll(new RegExp(pattern.source, `${pattern.flags.replace("g", "")}g`)))
    if (match.index + match[0].length > old) return true;
  return false;
}
