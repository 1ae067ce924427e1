import type pg from "pg";

/** `pg` has these, and its types do not. */
interface CopyConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** COPY in one direction, without more than `pg` itself. */
abstract class Copy implements pg.Submittable {
  readonly done: Promise<void>;
  protected readonly settle: { resolve: () => void; reject: (error: Error) => void };
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.settle = { resolve, reject };
  }
  submit(connection: pg.Connection): void {
    connection.query(this.#text);
  }
  handleError(error: Error): void {
    this.settle.reject(error);
  }
  handleReadyForQuery(): void {
    this.settle.resolve();
  }
  handleCommandComplete(): void {
    // the end is what counts
  }
  handleCopyData(_message: { chunk: Buffer }): void {
    this.settle.reject(new Error("rows came where none are read"));
  }
  handleCopyInResponse(_connection: CopyConnection): void {
    this.settle.reject(new Error("rows are asked for where none are sent"));
  }
}

class CopyOut extends Copy {
  readonly #take: (row: Buffer) => void;
  constructor(text: string, take: (row: Buffer) => void) {
    super(text);
    this.#take = take;
  }
  override handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.#take(chunk);
  }
}

class CopyIn extends Copy {
  readonly #chunks: Iterable<Buffer>;
  constructor(text: string, chunks: Iterable<Buffer>) {
    super(text);
    this.#chunks = chunks;
  }
  override handleCopyInResponse(connection: CopyConnection): void {
    this.#send(connection).catch((error: Error) => this.settle.reject(error));
  }
  async #send(connection: CopyConnection): Promise<void> {
    for (const chunk of this.#chunks) {
      connection.sendCopyFromChunk(chunk);
      if (connection.stream.writableNeedDrain)
        await new Promise<void>((resolve) => connection.stream.once("drain", resolve));
    }
    connection.endCopyFrom();
  }
}

/** @param take gets each row as the database sends it */
export async function copyOut(client: pg.Client, text: string, take: (row: Buffer) => void): Promise<void> {
  await client.query(new CopyOut(text, take)).done;
}

export async function copyIn(client: pg.Client, text: string, chunks: Iterable<Buffer>): Promise<void> {
  await client.query(new CopyIn(text, chunks)).done;
}
