import fc from "fast-check";

/** Properties try the same examples in every run, so that a red run can be run again; `PROPERTY_SEED` tries others. */
const SEED = Number(process.env["PROPERTY_SEED"] ?? 20_261_121);

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });
