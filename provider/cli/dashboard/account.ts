import { dashboardLinks } from "../../cloudflare/dashboardLinks";
import { newestVersions } from "../../cloudflare/newestVersions";
import { scriptNames } from "../../cloudflare/scripts";
import { Kept, type Known } from "../../dashboard/kept";
import { NotThere, type Account, type Order, type Ports, type Seen } from "../../dashboard/ports";
import { scriptNameOf } from "../worker";
import { viewOf } from "../../view/view";
import type { WorkerView } from "../../view/schema";
import type { Sight } from "../../view/sight";
import type { AccountAccess } from "./access";
import { give, propose } from "./orders";
import { reportPage } from "./reports";
import type { Runs } from "./runs";
import { WorkerLook, type Judgement, type NamedPlan } from "./workerLook";

/** The list of Workers is read so often while somebody looks at it, in milliseconds. */
const listMs = 60_000;
/** Without a release a Worker is read this often at most, and more rarely the more of them there are. */
const idleMs = 60_000;
const idleMsEach = 1500;
/** So many Workers are begun to be read at a time. */
const atOnce = 4;

/** What a dashboard may know of plans. */
export interface KnownPlans {
  /** The plan of that name, if it can be used. Throws why not. */
  readonly named: (name: string, args: Readonly<Record<string, string>>) => Promise<NamedPlan>;
  /** The one plan that a release under way can go by; undefined where there is none, or several. */
  readonly of: (sight: Sight) => Promise<NamedPlan | undefined>;
}

/** The Workers of an account, as the dashboard's pages ask for them. */
export function accountPorts(
  access: AccountAccess,
  plans: KnownPlans,
  runs: Runs,
  by: string,
): Omit<Ports, "plans" | "backtest"> {
  const { accountId, client, clock } = access;
  const looks = new Map<string, WorkerLook>();
  const names = new Kept(
    () => scriptNames(client, accountId).then((all) => all.filter(isName).toSorted()),
    clock,
  );
  // Two orders for one Worker come one after the other: the second sees what the first has done.
  const last = new Map<string, Promise<unknown>>();

  const lookOf = (scriptName: string): WorkerLook => {
    const known = looks.get(scriptName);
    if (known !== undefined) return known;
    const made = new WorkerLook(scriptName, access, (sight) => plans.of(sight));
    looks.set(scriptName, made);
    return made;
  };

  const existing = async (scriptName: string): Promise<WorkerLook> => {
    const listed = await names.fresh(listMs);
    if (listed.value !== undefined && !listed.value.includes(scriptName)) {
      throw new NotThere(`This account has no Worker "${scriptName}".`);
    }
    return lookOf(scriptName);
  };

  const seen = (look: WorkerLook, { value, trouble }: Known<Judgement>, withPoints: boolean): Seen => {
    const { scriptName } = look;
    const view = value && viewNow(value.sight, clock.now(), withPoints);
    const release = view?.release ?? null;
    const run = runs.lineOf(scriptName, release);
    return {
      scriptName,
      ...(view && { view }),
      ...(release && { isOurs: runs.goesOnWith(release, scriptName) }),
      ...(value?.plan && { plan: value.plan.name }),
      ...(trouble !== undefined && { trouble }),
      ...(run && { run }),
    };
  };

  return {
    clock,

    async account(): Promise<Account> {
      const known = names.last.value === undefined ? await names.fresh(listMs) : names.peek(listMs);
      if (known.value === undefined) return { name: accountId, ...troubleOf(known) };
      const ms = Math.max(idleMs, idleMsEach * known.value.length);
      let begun = 0;
      const workers = known.value.map((scriptName) => {
        const look = lookOf(scriptName);
        const before = look.isReading;
        const peeked = look.peek(before || begun < atOnce ? ms : Infinity);
        if (look.isReading) begun += 1;
        return seen(look, peeked, false);
      });
      return { name: accountId, workers, ...troubleOf(known) };
    },

    async worker(scriptName, plan) {
      const look = await existing(scriptName);
      if (plan !== undefined) look.choose(await plans.named(plan, {}));
      return seen(look, await look.see(), true);
    },

    async history(scriptName, mostReleases) {
      const { value, trouble } = await (await existing(scriptName)).history(mostReleases);
      if (value !== undefined) return value;
      throw new Error(trouble);
    },

    links: (scriptName) => dashboardLinks(access.connection, { accountId, scriptName }),

    async report(scriptName, releaseId) {
      const { plan, deployed } = await existing(scriptName);
      return reportPage(access, deployed, { scriptName, releaseId, plan: plan?.plan });
    },

    async propose(scriptName, kind) {
      await existing(scriptName);
      return propose(access, scriptName, kind, by);
    },

    async versions(scriptName) {
      await existing(scriptName);
      return newestVersions(client, { accountId, scriptName });
    },

    async start({ scriptName, versionId, plan, args, retry }) {
      const look = await existing(scriptName);
      const chosen = await plans.named(plan, args);
      try {
        return await runs.start({ scriptName, versionId, retry }, chosen.given);
      } finally {
        look.choose(chosen);
        look.forget();
      }
    },

    async order(order: Order) {
      const look = await existing(order.scriptName);
      const before = last.get(order.scriptName) ?? Promise.resolve();
      const done = before.then(() => give(access, order, by));
      last.set(
        order.scriptName,
        done.catch(() => undefined),
      );
      try {
        return await done;
      } finally {
        look.forget();
      }
    },
  };
}

function isName(text: string): boolean {
  try {
    return scriptNameOf(text) === text;
  } catch {
    return false;
  }
}

/** What a sight shows as of now: what is left of a soak goes on between two looks. */
function viewNow(sight: Sight, now: number, withPoints: boolean): WorkerView {
  const view = viewOf({ ...sight, at: Math.max(sight.at, now) });
  return withPoints ? { ...view, health: plotted(sight) } : view;
}

const plots = new WeakMap<Sight, { readonly health: WorkerView["health"] }>();

/** The health with what plots show, which takes some time: once for each sight. */
function plotted(sight: Sight): WorkerView["health"] {
  const known = plots.get(sight) ?? { health: viewOf(sight, { withPoints: true }).health };
  plots.set(sight, known);
  return known.health;
}

function troubleOf({ trouble }: Known<unknown>): { readonly trouble?: string } {
  return trouble === undefined ? {} : { trouble };
}
