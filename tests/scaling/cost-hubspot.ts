import { FEW_USERS } from "../bench/bench-company.ts";
import { BenchHubspot } from "../bench/bench-hubspot.ts";
import { companyId, TEMPLATES, templateOf } from "../bench/write-back-book.ts";

/**
 * The portal of `measure-costs.ts`, in a process of its own so that its work is not counted; prints its origin. Every
 * company that is no template has fewer users than is known of it. Argument: how many companies.
 */
const companies = Number(process.argv[2]);
const listed = Array.from({ length: TEMPLATES }, (_, n) => companyId(n));
const hubspot = new BenchHubspot({ listed, callsPer10s: 1_000, templateOf });
for (let n = TEMPLATES; n < companies; n++) hubspot.change(companyId(n), FEW_USERS);
process.stdout.write(`${await hubspot.start()}\n`);
