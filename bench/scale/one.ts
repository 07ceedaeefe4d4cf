import { simulate } from "./simulate";
import { plan, type Measured } from "./report";

const minute = 60_000;

/** Carries out as many releases as it is told, and prints what was measured as a line of JSON. */
async function main(releases: number): Promise<void> {
  let residentMb = 0;
  const begun = performance.now();
  const { figures, outcomes, statuses, elapsedMs } = await simulate({
    ...{ releases, plan, bad: Math.min(20, Math.ceil(releases / 10)) },
    ...{ mostMs: 150 * minute, afterMs: 12 * minute },
    onMinute: (_service, minutes) => {
      residentMb = Math.max(residentMb, process.memoryUsage.rss() / 1024 / 1024);
      if (minutes % 5 === 0) console.error(`${releases} releases: ${minutes} simulated minutes`);
    },
  });
  const measured: Measured = {
    ...figures,
    ...{ residentMb, simulatedMinutes: elapsedMs / minute },
    seconds: (performance.now() - begun) / 1000,
    outcomes: Object.fromEntries(
      [...Map.groupBy(outcomes.values(), (status) => status)].map(([status, all]) => [status, all.length]),
    ),
    lastStatus: [...statuses.values()].at(-1) ?? "",
  };
  console.log(JSON.stringify(measured));
  process.exit(0);
}

void main(Number(process.argv[2]));
