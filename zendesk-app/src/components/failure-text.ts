import type { CallFailure } from "../health/account-api.ts";
import { translate } from "../translate.ts";

/** The server's own words where it had any. */
export const failureText = (failure: CallFailure): string =>
  "detail" in failure ? failure.detail : translate(`failed_${failure.failure}`);
