import { PortError, type Clock, type Progress } from "../../../../provider/rollout/ports";
import { forbiddenWitness } from "../../../fakes/witness";
import type { Ports } from "../driver";
import type { Author, Call, Read, TelemetryRead, Write } from "../log";
import { noise, Random } from "../random";
import { Silence } from "./faults";
import type { Caller } from "./network";
import { textOf } from "./cloud";
import { simulatedGates } from "./gates";
import { simulatedProbes } from "./probes";
import type { Process } from "./process";
import { splitText } from "./versions";
import type { World } from "./world";

/** All ports of a run. */
export function portsOf(process: Process, world: World): Ports {
  const { log } = process;
  const deployments = deploymentsFor(process, world, { kind: "run", run: log }, log);
  return {
    deployments,
    past: pastOf(deployments, world),
    telemetry: {
      read: (query) => {
        const call: TelemetryRead = { ...newCall(world), query, series: [] };
        log.telemetry.push(call);
        return world.network.call(process, "telemetry", call, () => {
          world.faults.check("telemetry", world.scheduler.now);
          call.series = world.telemetry.read(query, world.scheduler.now);
          return call.series;
        });
      },
      readiness: () =>
        world.network.call(process, "readiness", newCall(world), () => {
          world.faults.check("readiness", world.scheduler.now);
          return { blindBecause: undefined, warnings: [] };
        }),
    },
    witness: forbiddenWitness,
    gates: simulatedGates(process, world),
    probes: delayed(world, process),
    clock: clockOf(process, world),
    progress: progressOf(process, world),
    interruption: process.interruption.signal,
    random: new Random(`${world.scenario.seed} ${process.name} jitter`).unit,
  };
}

/** What was deployed before, as it is told with the active deployment. */
export function pastOf(deployments: Ports["deployments"], world: World): NonNullable<Ports["past"]> {
  return {
    recent: () => deployments.active().then((active) => world.cloud.listedUntil(active)),
    named: () => Promise.resolve(undefined),
  };
}

/** The deployments as `caller` reaches them; what it does is written down in `log`. */
export function deploymentsFor(
  caller: Caller,
  world: World,
  by: Author,
  log: { readonly reads: Read[]; readonly writes: Write[] },
): Ports["deployments"] {
  const { network, scheduler, faults, cloud } = world;
  let lastShown: string | undefined;
  return {
    active: () => {
      const read: Read = { ...newCall(world), shown: undefined };
      log.reads.push(read);
      return network.call(caller, "active", read, (nth) => {
        faults.check("active", scheduler.now);
        read.shown = shownBy(world, nth);
        const shown = read.shown?.deployment.id ?? "an empty list";
        world.say(caller.name, () => `reads ${shown}`, shown === lastShown);
        lastShown = shown;
        return read.shown?.deployment;
      });
    },
    create: (split, message, options = {}) => {
      const { force = false, record } = options;
      const text = textOf(split, message, options);
      const write: Write = { ...newCall(world), split, message, record, isForced: force, commit: undefined };
      log.writes.push(write);
      world.say(caller.name, () => `sends ${splitText(split)}${force ? ", forced" : ""}: ${text}`);
      return network.call(caller, "create", write, (nth) => served(write, text, nth, by, world));
    },
    deployable: () =>
      network.call(caller, "deployable", newCall(world), () => {
        faults.check("deployable", scheduler.now);
        return cloud.deployable();
      }),
  };
}

function shownBy(world: World, nth: number) {
  const { scenario, scheduler, faults, cloud } = world;
  const bad = faults.badRead(nth);
  if (bad?.how === "silent") throw new Silence();
  if (bad?.how === "error") throw new PortError("unavailable", "Failed for now: HTTP 502.");
  if (bad?.how === "empty") return undefined;
  return cloud.shown(faults.staleMs(scheduler.now, () => noise(scenario.seed, nth, scheduler.now)));
}

/** What the service does with a write that arrives. */
function served(write: Write, text: string, nth: number, by: Author, world: World) {
  const { scheduler, faults, cloud } = world;
  faults.check("create", scheduler.now);
  const bad = faults.badWrite(nth);
  const failed = new PortError("unavailable", "Failed for now: HTTP 500.");
  if (bad?.how === "passing") throw new PortError("unavailable", "Failed for now: HTTP 404, 100146.");
  if (bad?.how === "lostSilent") throw new Silence();
  if (bad?.how === "lostError") throw failed;
  cloud.check(write.split, text, write.isForced);
  const commit = (): void => {
    const made = cloud.commit(write.split, text, by);
    write.commit = made;
    world.say("Cloudflare", () => `${made.deployment.id} is active: ${splitText(write.split)}`);
  };
  if (bad?.how === "doneLate") {
    scheduler.after(bad.ms, commit);
    throw failed;
  }
  commit();
  if (bad?.how === "doneSilent") throw new Silence();
  if (bad?.how === "doneError" || write.commit === undefined) throw failed;
  return write.commit.deployment;
}

function delayed(world: World, process: Process): Ports["probes"] {
  const { scheduler, scenario, cloud, start } = world;
  const probes = simulatedProbes(cloud, scenario, scheduler, start);
  return {
    observe: (versionId, wanted, since) =>
      wanted.length === 0
        ? Promise.resolve({ results: [], troubles: [] })
        : sleeping(world, process, 120).then(() => probes.observe(versionId, wanted, since)),
  };
}

function clockOf(process: Process, world: World): Clock {
  const { scheduler, scenario, start } = world;
  const { ms, jumpAt, thenMs } = scenario.clock;
  return {
    now: () => Math.round(scheduler.now + (scheduler.now - start < jumpAt ? ms : thenMs)),
    sleep: (sleepMs, signal) => sleeping(world, process, sleepMs, signal),
  };
}

/** A sleep from which a killed process never wakes, and any other as soon as the signal is aborted. */
function sleeping({ scheduler }: World, process: Process, ms: number, signal?: AbortSignal): Promise<void> {
  process.pending(1);
  return new Promise((resolve) => {
    let isOver = false;
    const wake = (): void => {
      if (isOver || process.isKilled()) return;
      isOver = true;
      process.pending(-1);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    scheduler.after(signal?.aborted ? 0 : ms, wake);
    signal?.addEventListener("abort", wake);
  });
}

function progressOf(process: Process, world: World): Progress {
  let last = "";
  return {
    event: (line) => {
      world.say(process.name, () => `tells: ${line}`);
    },
    status: (line) => {
      // The rest of the line changes with every look.
      const stage = line.split(" · ", 2).join(" · ");
      if (stage !== last) world.say(process.name, () => `status: ${line}`);
      last = stage;
    },
  };
}

function newCall({ scheduler }: World): Call {
  return { sentAt: scheduler.now, servedAt: undefined, answeredAt: undefined, failure: undefined };
}
