import type { ChurnRisk as ChurnRiskView } from "@bellwether/shared";
import { Flex, Tag, Text } from "@hubspot/ui-extensions";
import { churnSentence, intervalSentence } from "../text.ts";
import { Section } from "./Section.tsx";

const BAND_TAGS = { low: "success", medium: "warning", high: "error", unknown: "default" } as const;
const BAND_LABELS = { low: "Low", medium: "Medium", high: "High", unknown: "Unknown" } as const;

/** Probability of losing the customer, with how sure that is and what it rests on. */
export function ChurnRisk({ churnRisk, reasonLimit }: { churnRisk: ChurnRiskView; reasonLimit: number }) {
  const interval = intervalSentence(churnRisk);
  return (
    <Section title="Churn risk">
      <Flex direction="row" gap="small" align="center" wrap>
        <Tag variant={BAND_TAGS[churnRisk.band]}>{BAND_LABELS[churnRisk.band]}</Tag>
        <Text format={{ fontWeight: "demibold" }}>{churnSentence(churnRisk)}</Text>
        {interval !== null && <Text>{interval}</Text>}
      </Flex>
      {churnRisk.reasons.slice(0, reasonLimit).map((reason) => (
        <Text
          key={reason.feature}
        >{`${reason.logOdds > 0 ? "Raises" : "Lowers"} it: ${reason.sentence}`}</Text>
      ))}
      <Text variant="microcopy">{churnRisk.note}</Text>
    </Section>
  );
}
