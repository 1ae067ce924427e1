/** What may come up behind the front, to be loaded at once. */
export { bindJobs } from "./bind-jobs.ts";
export { composeRest } from "./compose.ts";
export { mountRest } from "./http/app.ts";
