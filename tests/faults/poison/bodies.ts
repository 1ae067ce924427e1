/** A well signed body that no sender in its right mind would send. */
export interface Poison {
  name: string;
  body: string;
  /** Of the answer: 202 or 200 = taken in, 400 = refused and kept to be looked at, 413 = not even read. */
  status: 200 | 202 | 400 | 413;
  /** Entries that an admin finds in the list of rejected events. */
  parked: number;
}

const DEEP = 10_000;
const deepArray = `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`;
const deepObject = `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`;
const TEN_MEGABYTES = 10 * 1024 * 1024;

/** @param others a portal that nobody connected */
export function hubspotPoison(portal: string, others: string, companyId: string): Poison[] {
  let eventId = 900_000;
  const fields = (portalId = portal): string =>
    `"eventId":${eventId++},"portalId":${portalId},"objectId":${companyId},"occurredAt":1770000000000,` +
    `"subscriptionType":"company.propertyChange","propertyName":"logins_30d"`;
  const taken = (name: string, body: string, parked = 0): Poison => ({ name, body, status: 202, parked });
  const refused = (name: string, body: string): Poison => ({ name, body, status: 400, parked: 1 });
  return [
    refused("no JSON", `[{"portalId":${portal},"subscriptionType":`),
    refused("no JSON, and nobody is named", "[{,"),
    refused("an empty body", ""),
    refused("NaN", `[{${fields()},"propertyValue":NaN}]`),
    { name: "10 MB", body: `["${"x".repeat(TEN_MEGABYTES)}"]`, status: 413, parked: 0 },
    refused(
      "10,000 elements",
      `[${`{"portalId":${portal},"objectId":1,"occurredAt":1,"subscriptionType":"a.b"},`.repeat(9_999)}{}]`,
    ),
    refused("arrays 10,000 deep", deepArray),
    refused("objects 10,000 deep", `[${deepObject}]`),
    taken("10,000 deep beside a good event", `[{${fields()}},{"portalId":${portal},"x":${deepObject}}]`, 1),
    taken("10,000 deep in a good event", `[{${fields()},"propertyValue":${deepArray}}]`),
    taken("10,000 deep in one portal's event", `[{${fields()},"x":${deepObject}},{${fields(others)}}]`),
    refused("1e400 for a time", `[{${fields().replace("1770000000000", "1e400")}}]`),
    taken("1e400 for an id", `[{${fields().replace(companyId, "1e400")}}]`),
    taken("lone surrogates", `[{${fields()},"propertyValue":"\\ud800","\\udfff":"\\udc00"}]`),
    taken("a lone surrogate for a name", `[{${fields().replace("logins_30d", "\\ud800")}}]`),
    taken("NUL for an id", `[{${fields().replace(/"eventId":\d+/, '"eventId":"\\u0000"')}}]`),
    taken("NUL in a type", `[{${fields().replace("company.propertyChange", "company\\u0000.x")}}]`),
    taken("an unknown type", `[{${fields().replace("company.propertyChange", "galaxy.exploded")}}]`),
    taken("an unknown portal", `[{${fields(others)}}]`),
    taken("__proto__", `[{${fields()},"__proto__":{"portalId":${others},"then":1},"constructor":{}}]`),
    refused("__proto__ alone", `[{"__proto__":{${fields()}}}]`),
    refused("no list", `{${fields()}}`),
    refused("an empty list", "[]"),
    refused("a list of nothing", '[null,null,7,"x"]'),
  ];
}

export function zendeskPoison(ticketId: string): Poison[] {
  let id = 0;
  const fields = (): string =>
    `"id":"poison-${id++}","type":"zen:event-type:ticket.status_changed","time":"2026-11-20T10:00:00Z",` +
    `"subject":"zen:ticket:${ticketId}"`;
  const detail = `"detail":{"id":"${ticketId}"},"event":{}`;
  const taken = (name: string, body: string): Poison => ({ name, body, status: 202, parked: 0 });
  const refused = (name: string, body: string): Poison => ({ name, body, status: 400, parked: 1 });
  return [
    refused("no JSON", '{"type":'),
    refused("an empty body", ""),
    refused("NaN", `{${fields()},${detail.replace(`"${ticketId}"`, "NaN")}}`),
    { name: "10 MB", body: `{"x":"${"x".repeat(TEN_MEGABYTES)}"}`, status: 413, parked: 0 },
    refused("10,000 elements", `[${"{},".repeat(9_999)}{}]`),
    refused("arrays 10,000 deep", deepArray),
    taken("10,000 deep in a good event", `{${fields()},${detail},"account_id":${deepObject}}`),
    taken(
      "10,000 deep in the detail",
      `{${fields()},"detail":{"id":"${ticketId}","x":${deepArray}},"event":{}}`,
    ),
    refused("1e400 for an id", `{${fields().replace(/"poison-\d+"/, "1e400")},${detail}}`),
    taken("1e400 for a ticket", `{${fields()},"detail":{"id":1e400},"event":{"a":1e400}}`),
    taken("lone surrogates", `{${fields().replace(/poison-\d+/, "\\ud800")},${detail},"\\udfff":"\\udc00"}`),
    taken("NUL", `{${fields().replace(/poison-(\d+)/, "\\u0000$1")},${detail}}`),
    taken("an unknown type", `{${fields().replace("ticket.status_changed", "galaxy.exploded")},${detail}}`),
    taken("__proto__", `{${fields()},${detail},"__proto__":{"type":"x"},"constructor":{}}`),
    refused("__proto__ alone", `{"__proto__":{${fields()},${detail}}}`),
    refused("null", "null"),
  ];
}

/** Bodies of `/v1/batch`. */
export function segmentPoison(): Poison[] {
  let id = 0;
  const event = (more = ""): string =>
    `{"type":"track","event":"Opened","userId":"u","messageId":"poison-${id++}"${more}}`;
  const taken = (name: string, events: string, parked = 0): Poison => ({
    name,
    body: `{"batch":[${events}]}`,
    status: 200,
    parked,
  });
  const refused = (name: string, body: string): Poison => ({ name, body, status: 400, parked: 1 });
  return [
    refused("no JSON", '{"batch":['),
    refused("an empty body", ""),
    refused("NaN", `{"batch":[${event(',"properties":{"a":NaN}')}]}`),
    { name: "10 MB", body: `{"x":"${"x".repeat(TEN_MEGABYTES)}"}`, status: 413, parked: 0 },
    taken("10,000 elements", `${"7,".repeat(9_999)}8`, 2),
    refused("arrays 10,000 deep", deepArray),
    taken("10,000 deep", `${event(`,"properties":${deepObject}`)},${event()}`, 1),
    taken("1e400 for a time", event(',"timestamp":1e400'), 1),
    taken("1e400 for a number", event(',"properties":{"n":1e400}')),
    taken(
      "lone surrogates and NUL",
      event(',"properties":{"\\udfff":"\\udc00"},"context":{"groupId":"\\u0000\\ud800"}'),
    ),
    taken("an unknown type", '{"type":"purchase","userId":"u"}', 1),
    taken("__proto__", event(',"__proto__":{"userId":"evil"},"context":{"__proto__":{"groupId":"evil"}}')),
    refused("null", "null"),
    refused("no list", '{"batch":{"type":"track"}}'),
  ];
}
