import { once } from "node:events";
import { connect, type Socket } from "node:net";

const HEAD_END = "\r\n\r\n";

/**
 * A connection that carries one request after the other, written by hand: the generator of load shares its cores with
 * what is measured, and a whole HTTP client costs about as much as the answer that it asks for.
 */
export class Wire {
  readonly #socket: Socket;
  #received = "";
  #answered: PromiseWithResolvers<number> | null = null;

  static async open(url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, "connect");
    return new Wire(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#receive(text));
    socket.on("error", (error) => this.#answered?.reject(error));
    socket.on("close", () => this.#answered?.reject(new Error("the connection ended before the answer")));
  }

  /** @param request head and body, as they go over the wire @returns the status, once the whole answer is here */
  send(request: Buffer): Promise<number> {
    if (this.#socket.destroyed) return Promise.reject(new Error("the connection has ended"));
    this.#answered = Promise.withResolvers();
    this.#socket.write(request);
    return this.#answered.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.#received.slice(0, headEnd);
    const length = /^content-length: (\d+)$/im.exec(head)?.[1];
    if (length === undefined) this.#answered?.reject(new Error("the answer does not say how long it is"));
    if (this.#received.length < headEnd + HEAD_END.length + Number(length)) return;
    this.#received = "";
    this.#answered?.resolve(Number(head.split(" ", 2)[1]));
  }
}
