/** `npm run scorecard -- …`: scorecards as files, for those who want them in git. */
import { runScorecardCommand } from "./scorecard-command.ts";

process.exitCode = await runScorecardCommand(process.argv.slice(2), {
  environment: process.env,
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
});
