import { Box, Flex, Tag, Text } from "@hubspot/ui-extensions";
import { signedPoints } from "../text.ts";

/** A sentence with the points of score it stands for. */
export function PointsRow({ points, sentence }: { points: number; sentence: string }) {
  return (
    <Flex direction="row" gap="small" align="center">
      <Box flex="none">
        <Tag variant={points < 0 ? "error" : "success"}>{signedPoints(points)}</Tag>
      </Box>
      <Text>{sentence}</Text>
    </Flex>
  );
}
