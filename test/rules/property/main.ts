import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";

// `npm run property -- --seeds 1..50` runs the property with other seeds than CI does.
const { values } = parseArgs({ options: { seeds: { type: "string", default: "1..50" } } });
process.env.PROPERTY_SEEDS = values.seeds;
const vitest = await startVitest("test", ["test/rules/property"], { watch: false });
await vitest.close();
