import { Command } from "commander";
import { foundAfter, type Case } from "../../test/health/latencies";
import { positive } from "../positive";

const times = (factor: number): Case => ({ change: (ms) => ms * factor });
const doubledTail: Case = { change: (ms, rank) => (rank > 0.98 ? ms * 2 : ms) };
const addASecond = (share: number): Case => ({
  change: (ms, _, luck) => (luck < share ? ms + 1000 : ms),
});
const outage = { incident: (bucket: number) => (bucket >= 100 && bucket < 130 ? 5 : 1) };
const allowed = { tolerance: 1.2 };

/** By what is done to the new version's requests, and what else is so. */
const cases: Readonly<Record<string, Case>> = {
  "nothing, 0 % allowed": {},
  "20 % faster, 0 % allowed": times(0.8),
  "10 % slower, 0 % allowed": times(1.1),
  "20 % slower, 0 % allowed": times(1.2),
  "50 % slower, 0 % allowed": times(1.5),
  "20 % slower from minute 15, 0 % allowed": { ...times(1.2), from: 90 },
  "p99 doubled, 0 % allowed": doubledTail,
  "5 % of requests +1 s, 0 % allowed": addASecond(0.05),
  "1 % of requests +1 s, 0 % allowed": addASecond(0.01),
  "20 % slower, 0 % allowed, 5 min of trouble in the hour before": { ...times(1.2), ...outage },
  "nothing, 0 % allowed, both swing together by σ 0.3": { sharedSwing: 0.3 },
  "nothing, 0 % allowed, each swings by σ 0.1": { ownSwing: 0.1 },
  "nothing, 0 % allowed, each swings by σ 0.3": { ownSwing: 0.3 },
  "20 % slower, 20 % allowed": { ...times(1.2), ...allowed },
  "50 % slower, 20 % allowed": { ...times(1.5), ...allowed },
  "p99 doubled, 20 % allowed": { ...doubledTail, ...allowed },
  "nothing, 20 % allowed, each swings by σ 0.1": { ownSwing: 0.1, ...allowed },
  "nothing, 20 % allowed, each swings by σ 0.3": { ownSwing: 0.3, ...allowed },
  "50 % slower, 20 % allowed, each swings by σ 0.1": { ...times(1.5), ownSwing: 0.1, ...allowed },
};

/** Releases of half an hour: how many were found slower, and after how many seconds. */
function row(name: string, given: Case, runs: number): string {
  const found = Array.from({ length: runs }, (_, run) => foundAfter(`${name} ${run}`, given))
    .filter((seconds) => seconds !== undefined)
    .sort((a, b) => a - b);
  const at = (part: number): string => String(found[Math.ceil(part * runs) - 1] ?? "–");
  return `| ${name} | ${Number(((100 * found.length) / runs).toFixed(1))} % | ${at(0.5)} | ${at(0.9)} |`;
}

const { runs } = new Command("npm run bench -- slower --")
  .description("How soon a slower version is found, and how often one that is not")
  .option("--runs <number>", "releases of each case", positive, 100)
  .parse()
  .opts<{ runs: number }>();

console.log(`# What \`slower\` finds

\`npm run bench -- slower --runs ${runs}\`: 50 requests a second of which the new version gets a tenth, log-normal with a median of
60 ms and a 99th percentile of 400 ms, in releases of 30 minutes at a level of 1 %. Swings have a memory of 45 s. Seconds are from
the begin of the trouble; the two minutes that requests have to be old come on top. "–" is not within the release.

| what is done to the new version | found slower | median s | p90 s |
| --- | --- | --- | --- |`);
for (const [name, given] of Object.entries(cases)) console.log(row(name, given, runs));
