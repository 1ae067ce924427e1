import { Box, Flex, Tag, Text } from "@hubspot/ui-extensions";
import { signedPoints } from "../text.ts";

/** A sentence with the points of score it stands for. */
export function PointsRow({ points, sentence }: { points: number; sentence: string }) {
  return (
    <Flex direction="row" gap="small" align="center">
      <Box flex="none">
        <Tag variant={variantOf(signedPoints(points))}>{signedPoints(points)}</Tag>
      </Box>
      <Text>{sentence}</Text>
    </Flex>
  );
}

/** By what is shown: what rounds to nothing is neither good nor bad. */
function variantOf(shown: string): "default" | "error" | "success" {
  if (/^[^1-9]*$/.test(shown)) return "default";
  return shown.startsWith("+") ? "success" : "error";
}
