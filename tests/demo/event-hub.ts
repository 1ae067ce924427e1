import type { Request, Response } from "express";
import type { DemoEvent, DemoSnapshot } from "./protocol.ts";

/** Server-sent events to all open pages; each starts with the whole state. */
export class EventHub {
  readonly #pages = new Set<Response>();
  readonly #snapshot: () => DemoSnapshot;

  constructor(snapshot: () => DemoSnapshot) {
    this.#snapshot = snapshot;
  }

  readonly subscribe = (req: Request, res: Response): void => {
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    res.write(line({ type: "snapshot", snapshot: this.#snapshot() }));
    this.#pages.add(res);
    req.on("close", () => this.#pages.delete(res));
  };

  publish(event: DemoEvent): void {
    for (const page of this.#pages) page.write(line(event));
  }

  close(): void {
    for (const page of this.#pages) page.end();
    this.#pages.clear();
  }
}

const line = (event: DemoEvent): string => `data: ${JSON.stringify(event)}\n\n`;
