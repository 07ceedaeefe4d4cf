// npm run prove -- kill [rounds] [seed]: many rounds of what kill.test.ts runs a few of.
import { proveKills } from "./rounds";

async function main([rounds = "50", seed = String(Date.now())]: string[]): Promise<void> {
  console.log(`${rounds} rounds with the seed ${seed}`);
  const { kills, writes } = await proveKills(Number(rounds), seed, console.log);
  console.log(`${kills} kills; all of the ${writes} writes that were answered with success are there`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
