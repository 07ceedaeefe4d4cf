import { PortError, type Deployment } from "../../../../provider/rollout/ports";
import { drive, type Driver, type Ports } from "../driver";

// Drivers with one fault each, as a careless change could bring it into the rollout. The invariants must catch them.

type Outcome = Awaited<ReturnType<Driver>>;

/** The code under test behind other ports. */
function behind(change: (ports: Ports) => Partial<Ports>): Driver {
  return (order, ports) => drive(order, { ...ports, ...change(ports) });
}

function withDeployments(change: (real: Ports["deployments"]) => Partial<Ports["deployments"]>): Driver {
  return behind(({ deployments }) => ({ deployments: { ...deployments, ...change(deployments) } }));
}

/** The code under test, which tells something else in the end. */
function telling(change: (outcome: Outcome) => Outcome): Driver {
  return async (order, ports) => change(await drive(order, ports));
}

/** Believes that its own deployment is active without looking. */
export const looksOnce: Driver = withDeployments((real) => {
  let known: Promise<Deployment | undefined> | undefined;
  return {
    active: () => (known ??= real.active()),
    create: async (...given) => {
      const made = await real.create(...given);
      known = Promise.resolve(made);
      return made;
    },
  };
});

/** Never looks what its own write has overwritten. */
export const looksBeforeOnly: Driver = behind(({ deployments }) => ({
  past: {
    recent: async () => [await deployments.active()].filter((active) => active !== undefined),
    named: () => Promise.resolve(undefined),
  },
}));

/** Takes a write that failed for done, and never looks whether it was. */
export const believesEveryWrite: Driver = withDeployments((real) => {
  let known: Deployment | undefined;
  return {
    active: async () => known ?? real.active(),
    create: async (split, message, options) => {
      const made = real.create(split, message, options);
      const pretended = {
        id: "pretended",
        createdAt: Date.UTC(2031, 0),
        createdOn: "2031-01-01T00:00:00Z",
        split,
        record: options?.record,
        isUnproven: false,
        message,
        author: "",
        byUpload: false,
      };
      known = await made.catch(() => pretended);
      return known;
    },
  };
});

/** Sees nothing bad. */
export const seesNothingBad: Driver = behind(({ telemetry }) => ({
  telemetry: {
    ...telemetry,
    read: async (query) => {
      const series = await telemetry.read(query);
      const good = (counts: { valid: number }) => ({ valid: counts.valid, bad: 0 });
      return series.map((each) =>
        each.map((bucket) => ({ ...bucket, new: good(bucket.new), old: good(bucket.old) })),
      );
    },
  },
}));

/** Says that it has put the traffic back, and has not. */
export const onlySaysItReverts: Driver = withDeployments((real) => ({
  create: async (split, message, options) => {
    if (!options?.force) return real.create(split, message, options);
    const active = await real.active();
    if (!active) throw new PortError("missing", "nothing is deployed");
    return { ...active, split, message };
  },
}));

/** Says that every release is complete. */
export const praisesItself: Driver = telling((outcome) => ({ ...outcome, status: "completed" }));

/** Gives a revert up before it has tried. */
export const givesUp: Driver = (order, ports) => {
  const forced = new PortError("refused", "too tired");
  const { deployments } = ports;
  const create: Ports["deployments"]["create"] = (split, message, options) =>
    options?.force ? Promise.reject(forced) : deployments.create(split, message, options);
  return drive(order, { ...ports, deployments: { ...deployments, create } });
};

/** Leaves stages out of its report. */
export const forgetsStages: Driver = telling((outcome) => ({ ...outcome, stages: [] }));

/** Throws where it should tell an outcome. */
export const throwsInTheEnd: Driver = async (order, ports) => {
  await drive(order, ports);
  throw new PortError("unavailable", "lost the outcome");
};

/** Takes an outcome as a plain object that throws something unexpected. */
export const stumbles: Driver = async (order, ports) => {
  await ports.deployments.active();
  throw new TypeError(`cannot read ${order.releaseId}`);
};

/** Deploys shares that Cloudflare cannot keep. */
export const roundsBadly: Driver = withDeployments((real) => ({
  create: (split, ...rest) =>
    real.create(
      split.map((share) => ({ ...share, percent: share.percent + 0.001 })),
      ...rest,
    ),
}));

/** Skips to the last stage. */
export const leaps: Driver = withDeployments((real) => ({
  create: (split, message, options) => {
    const [first, last] = split;
    if (!first || !last || last.percent === 0) return real.create(split, message, options);
    return real.create(
      [
        { ...first, percent: 0 },
        { ...last, percent: 100 },
      ],
      message,
      options,
    );
  },
}));

/** Does not see that somebody holds it. */
export const overlooksHolds: Driver = withDeployments((real) => ({
  active: async () => {
    const active = await real.active();
    if (active?.record === undefined) return active;
    const { heldBy, ...free } = active.record;
    return heldBy === undefined ? active : { ...active, record: free };
  },
}));

/** Takes every gate for open. */
export const asksNoGate: Driver = behind(() => ({ gates: { ask: () => ({ kind: "open", text: "" }) } }));

/** Has no patience with soaks. */
export const hurries: Driver = behind(({ clock }) => {
  const begun = clock.now();
  return { clock: { ...clock, now: () => begun + 4 * (clock.now() - begun) } };
});

/** Never comes to an end. */
export const neverEnds: Driver = async (order, ports) => {
  await drive(order, ports);
  for (;;) await ports.clock.sleep(60_000);
};

/** Asks without a pause. */
export const asksTooOften: Driver = behind(({ clock }) => ({
  clock: {
    now: () => clock.now(),
    // A deadline is no pause.
    sleep: (ms, signal) => clock.sleep(ms < 60_000 ? 300 : ms, signal),
  },
}));

/** Goes on reading after it has ended. */
export const goesOn: Driver = async (order, ports) => {
  const outcome = await drive(order, ports);
  void ports.clock.sleep(5000).then(() => ports.deployments.active());
  return outcome;
};

/** Forgets a promise that is rejected. */
export const leavesRejections: Driver = async (order, ports) => {
  void Promise.reject(new Error("nobody cares"));
  return drive(order, ports);
};

/** Leaves a listener behind at every look. */
export const collectsListeners: Driver = behind(({ deployments, interruption }) => ({
  deployments: {
    ...deployments,
    active: () => {
      interruption.addEventListener("abort", () => undefined);
      return deployments.active();
    },
  },
}));

/** Writes after it has told the end. */
export const writesLate: Driver = async (order, ports) => {
  const outcome = await drive(order, ports);
  const split = [{ versionId: outcome.oldVersionId ?? "", percent: 100 }];
  void ports.clock.sleep(2000).then(() => ports.deployments.create(split, "afterthought"));
  return outcome;
};
