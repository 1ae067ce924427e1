import type { AccountHealthView, OverrideView } from "@bellwether/shared";
import { formats } from "../format.ts";
import { translate } from "../translate.ts";
import { List, Small, Strong, Subtle } from "./layout.ts";

/** What stands over the calculation: that the customer is lost, or a person's word, with the calculation beside it. */
export function PeopleNotes({ view: { lost, override } }: { view: AccountHealthView }) {
  return (
    <>
      {lost && (
        <div style={{ margin: "6px 0" }}>
          <Small>
            <Strong>{translate("lost_on", { date: formats.day(lost.at) })}</Strong>
          </Small>
          <Small>{lost.sentence}</Small>
          <Subtle>{translate("lost_stands")}</Subtle>
        </div>
      )}
      {override && (
        <div style={{ margin: "6px 0" }}>
          <Small>
            <Strong>{overrideLine(override)}</Strong>
          </Small>
          <Small>{translate("quoted", { words: override.reason })}</Small>
          <Small>{override.sentence}</Small>
        </div>
      )}
    </>
  );
}

/** By whom is said by the override's own sentence. */
function overrideLine({ band, points, expiresAt }: OverrideView): string {
  const values = { date: formats.day(expiresAt) };
  if (band !== null)
    return translate("override_band", { ...values, band: translate(`band_${band}`).toLowerCase() });
  const added = points ?? 0;
  const words = { ...values, points: formats.number(Math.abs(added)) };
  return translate(added < 0 ? "override_lowered" : "override_raised", words);
}

/** Warning signs that have a name of their own. */
export function RedFlags({ flags }: { flags: AccountHealthView["redFlags"] }) {
  if (flags.length === 0) return null;
  return (
    <List aria-label={translate("red_flags")} style={{ margin: "6px 0" }}>
      {flags.map(({ flag, label, sentence, since }) => (
        <li key={flag} style={{ marginBottom: 4 }}>
          <Small>
            <Strong>{since ? translate("flag_since", { label, date: formats.day(since) }) : label}</Strong>
          </Small>
          <Small>{sentence}</Small>
        </li>
      ))}
    </List>
  );
}
