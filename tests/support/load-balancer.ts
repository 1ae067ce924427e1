import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface LoadBalancer {
  url: string;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  body: Buffer;
}

/** Connections that are kept open, and no more of them than are needed: as balancers and platforms do. */
export const newAgent = (connections: number): Agent =>
  new Agent({ keepAlive: true, maxSockets: connections });

/** What a server that is going away says to whoever comes now: nobody listens, or the listener ended under them. */
export const isGoingAway = (code: string): boolean => code === "ECONNREFUSED" || code === "ECONNRESET";

/** Passes requests on in turn; where nobody listens it tries the next one. Everything else is its client's trouble. */
export async function startLoadBalancer(targets: readonly number[]): Promise<LoadBalancer> {
  const agent = newAgent(8);
  let turn = 0;
  const passOn = async (method: string, path: string, headers: IncomingHttpHeaders, body: Buffer) => {
    turn += 1;
    const first = turn % targets.length;
    for (const port of [...targets.slice(first), ...targets.slice(0, first)]) {
      const answer = await ask(agent, port, { method, path, headers, body });
      if (typeof answer !== "string") return answer;
      if (!isGoingAway(answer)) return { status: 502, body: Buffer.from(answer) };
    }
    return { status: 502, body: Buffer.from("nobody listens") };
  };
  const server = createServer(async (req, res) => {
    const body = await bytesOf(req);
    const answer = await passOn(req.method ?? "GET", req.url ?? "/", req.headers, body);
    res.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Question {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * One request; the code of what went wrong where there is no answer. A reused connection may be closed by its server
 * at the very moment in which a request is sent over it, so that clients send such a request again (RFC 9112, 9.3.1).
 */
export function ask(agent: Agent, port: number, question: Question): Promise<Answer | string> {
  const { body, ...options } = question;
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      resolve(
        sent.reusedSocket && error.code === "ECONNRESET"
          ? ask(agent, port, question)
          : (error.code ?? error.message),
      );
    const sent = request({ ...options, agent, port, host: "127.0.0.1" }, (answer) => {
      bytesOf(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, body: bytes }), failed);
    });
    sent.on("error", failed);
    sent.end(body);
  });
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
