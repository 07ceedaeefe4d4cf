import { awaitedPercent } from "../../../../provider/rollout/record/record";
import type { Split } from "../../../../provider/rollout/ports";
import { operate, type Command } from "../driver";
import type { Deed, Piece, When } from "../scenario/scenario";
import { deploymentsFor, pastOf } from "./ports";
import { splitOf, splitText, versions, whole } from "./versions";
import type { World } from "./world";

/** Lets the people of a scenario act when their time comes. */
export function inviteAll(world: World): void {
  for (const piece of world.scenario.pieces) invite(piece, world);
}

function invite(piece: Piece, world: World): void {
  const on = (when: When, act: () => void): void => {
    const once = (): void => {
      if (world.isOver()) return;
      world.faults.hit(nameOf(piece));
      act();
    };
    if ("at" in when) world.scheduler.at(world.start + when.at, once);
    else world.moments.on(when, once);
  };
  switch (piece.kind) {
    case "uploads":
      on(piece, () => {
        world.say("somebody", () => `uploads ${piece.count} versions`);
        world.cloud.upload(piece.count);
      });
      return;
    case "secret":
      on(piece, () => {
        world.say("somebody", () => "changes a secret");
        world.cloud.changeSecret();
      });
      return;
    case "colleague":
      on(piece.when, () => {
        colleague(piece.does, piece.percent, world);
      });
      return;
    case "approver":
      approver(piece.from, piece.everyMs, world);
      return;
    case "holder":
      on(piece.when, () => {
        holder(piece.forMs, world);
      });
      return;
    case "promoter":
      on(piece.when, () => {
        command("promote", world);
      });
      return;
    case "aborter":
      on(piece.when, () => {
        command("abort", world);
      });
      return;
    case "interrupt":
      on(piece.when, () => {
        world.interruptOldest();
      });
      return;
    case "kill":
      on(piece.when, () => {
        world.killOldest(piece.restart);
      });
      return;
    case "secondRun":
      on(piece.when, () => {
        world.startSecond(piece.owner, piece.version);
      });
      return;
    default:
  }
}

function nameOf(piece: Piece): string {
  switch (piece.kind) {
    case "colleague":
      return `colleague: ${piece.does}`;
    case "secondRun":
      return `second run of ${piece.owner === "same" ? "the same" : "another"} owner`;
    case "kill":
      return piece.restart ? "kill and restart" : "kill";
    default:
      return piece.kind;
  }
}

function colleague(does: Deed, percent: number, world: World): void {
  const split = splitFor(does, percent, world);
  if (!split.every(({ versionId }) => world.cloud.isDeployable(versionId))) return;
  const made = world.cloud.commit(split, "", { kind: "colleague", does }, does === "upload");
  world.say("colleague", () => `deploys ${splitText(split)} (${does}, ${made.deployment.id})`);
}

function splitFor(does: Deed, percent: number, world: World): Split {
  switch (does) {
    case "hotfix":
    case "upload":
      return whole(versions.hotfix);
    case "rollback":
      return whole(versions.old);
    case "promote":
      return whole(versions.new);
    case "split":
      return splitOf(versions.old, versions.new, percent);
    case "splitOther":
      return splitOf(versions.old, versions.hotfix, percent);
    case "nextStage":
      return splitOf(versions.old, versions.new, nextPercent(world) ?? percent);
  }
}

function nextPercent({ cloud }: World): number | undefined {
  const record = cloud.active?.record;
  return record && awaitedPercent(record);
}

function approver(from: number, everyMs: number, world: World): void {
  const tryAgain = (): void => {
    if (world.isOver()) return;
    const record = world.cloud.active?.record;
    // Only to keep the log short: a command that has nothing to approve changes nothing.
    if (record?.phase === "wait") command("approve", world);
    world.scheduler.after(everyMs, tryAgain);
  };
  world.scheduler.at(world.start + from, tryAgain);
}

/** Who has held a release tries to resume it, and ends its run where nothing else helps. */
function holder(forMs: number, world: World): void {
  command("hold", world);
  let tries = 0;
  const tryAgain = (): void => {
    if (world.isOver()) return;
    if (world.cloud.active?.record?.heldBy !== undefined) {
      tries += 1;
      if (tries <= mostTries) command("resume", world);
      else world.interruptOldest();
    }
    world.scheduler.after(resumeEveryMs, tryAgain);
  };
  world.scheduler.after(forMs, tryAgain);
}

const mostTries = 40;
const resumeEveryMs = 45_000;

function command(what: Command, world: World): void {
  world.faults.hit(what);
  world.say("operator", () => `runs workers-release ${what}`);
  const caller = {
    name: `operator ${(world.operators += 1)}`,
    isRun: false,
    isKilled: () => false,
    pending: () => undefined,
  };
  const deployments = deploymentsFor(caller, world, { kind: what }, { reads: [], writes: [] });
  const clock = {
    now: () => world.scheduler.now,
    sleep: (ms: number) =>
      new Promise<void>((resolve) => {
        world.scheduler.after(ms, resolve);
      }),
  };
  operate(what, { deployments, past: pastOf(deployments, world), clock }, "kim@example.com").catch(
    (error: unknown) => {
      world.say("operator", () => `${what} fails: ${String(error)}`);
    },
  );
}
