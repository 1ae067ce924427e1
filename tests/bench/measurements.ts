import { measureAck } from "./ack.ts";
import { measureAckWhileRescoring } from "./ack-while-rescoring.ts";
import { measureCalls } from "./calls.ts";
import { measureCards } from "./cards.ts";
import { measureColdStart } from "./cold-start.ts";
import { measureIntake } from "./intake.ts";
import { measureRescore } from "./rescore.ts";
import type { Measurement } from "./result.ts";
import { measureWriteBack } from "./write-back.ts";

/** Everything that `npm run bench` measures, in its order. */
export const MEASUREMENTS: readonly Measurement[] = [
  { names: ["intake/batch"], measure: (context) => measureIntake(context, "intake/batch", 100) },
  { names: ["intake/single"], measure: (context) => measureIntake(context, "intake/single", 1) },
  { names: ["ack/p99"], measure: measureAck },
  { names: ["ack/worst-while-rescoring"], measure: measureAckWhileRescoring },
  {
    names: [
      "rescore/1000000",
      "rescore/1000000-explained",
      "rescore/memory/10000",
      "rescore/memory/1000000",
      "rescore/per-account/100000",
      "rescore/per-account/1000000",
    ],
    measure: measureRescore,
  },
  { names: ["card/reads", "card/p99", "card/p99-while-rescoring"], measure: measureCards },
  { names: ["write-back/window", "write-back/p50", "write-back/p99"], measure: measureWriteBack },
  { names: ["calls/hubspot", "calls/zendesk", "calls/with-429s"], measure: measureCalls },
  { names: ["cold-start/empty", "cold-start/filled"], measure: measureColdStart },
];
