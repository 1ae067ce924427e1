/** Follows redirects as a browser would, keeping cookies per origin; for sign-ins that need no page. */
export class CookieJar {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** @param steer changes an address before it is asked, as a choice on a page would */
  async get(address: string, steer = (url: URL): URL => url): Promise<Response> {
    let url = steer(new URL(address));
    for (let hop = 0; hop < 10; hop++) {
      const answer = await fetch(url, { redirect: "manual", headers: { cookie: this.#header(url.origin) } });
      this.#keep(url.origin, answer.headers.getSetCookie());
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
      url = steer(new URL(location, url));
    }
    throw new Error(`too many redirects from ${address}`);
  }

  #header(origin: string): string {
    return [...(this.#cookies.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  #keep(origin: string, set: readonly string[]): void {
    const cookies = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, cookies);
    for (const line of set) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}
