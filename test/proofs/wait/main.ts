import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { run } from "../../../provider/rollout/run";
import { newVersion, request, seedPlan, world } from "../../rollout/simulate";

// A release that waits for an approval for weeks, in virtual time: what a look takes and what the process holds, day by
// day. Both must stay as they are. Usage: npm run prove -- wait [days]

const hour = 3_600_000;
const day = 24 * hour;
const days = Number(process.argv[2] ?? 30);

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

// What a test records of the release would grow with it.
const silent = { status: () => undefined, event: () => undefined };
const traffic = { requestsPerSecond: () => 20, badShare: () => 0.002 };
const outside = { ...world(traffic), progress: silent };
const plan = {
  ...seedPlan,
  // 43 000 looks: enough to see what grows, and done in minutes.
  pollInterval: "1m",
  stages: [
    { percent: 50, soakTime: "5m", progression: "manual" as const },
    { percent: 100, soakTime: "1m" },
  ],
  approvalTimeout: "30d",
};

/** What a span of time has shown. */
interface Figures {
  readonly heapMb: number;
  readonly usPerLook: number;
}

/** Of the processor's time: how busy the machine is makes no difference. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

let lookedAt = { us: cpuUs(), looks: 0 };

function figures(): Figures {
  const us = cpuUs();
  collectGarbage();
  const looks = outside.telemetry.reads;
  const usPerLook = (us - lookedAt.us) / Math.max(1, looks - lookedAt.looks);
  lookedAt = { us: cpuUs(), looks };
  return { heapMb: process.memoryUsage().heapUsed / 1e6, usPerLook };
}

const told: Figures[] = [];

function tell(elapsedDays: number): void {
  const found = figures();
  told.push(found);
  const heap = found.heapMb.toFixed(1).padStart(6);
  console.log(
    `day ${String(elapsedDays).padStart(4)}  heap ${heap} MB  ${Math.round(found.usPerLook)} µs a look`,
  );
}

for (let at = 0.5; at <= days - 0.5; at += at < 1 ? 0.5 : 1)
  outside.clock.at(at * day, () => {
    tell(at);
  });
outside.clock.at(days * day - hour, () =>
  outside.deployments.foreign([{ versionId: newVersion, percent: 100 }]),
);

void run(request({ plan }), outside).then(({ status }) => {
  const [first, last] = [told[1], told.at(-1)];
  const isFlat =
    first !== undefined &&
    last !== undefined &&
    last.heapMb < 1.2 * first.heapMb + 5 &&
    last.usPerLook < 2 * first.usPerLook;
  console.log(`${status} after ${days} days; memory and the time of a look ${isFlat ? "are flat" : "GREW"}`);
  process.exitCode = isFlat && status === "completed" ? 0 : 1;
});
