import { randomUUID } from "node:crypto";
import { noSuchScript } from "../api/error";
import type { EdgeContext } from "../context";
import type { State } from "../state";
import { timestamp } from "../state/timestamp";
import { checkDeployable, type Standing } from "./deployable";
import { cutMessage } from "./message";
import { checkShares } from "./rules";
import type { Deployment } from "./types";

/** What a deployment is asked to be. */
export type Wish = Pick<Deployment, "shares" | "message" | "triggeredBy">;

export function newDeployment(scriptName: string, source: string, wish: Wish): Deployment {
  const message = wish.message === undefined ? undefined : cutMessage(wish.message);
  return { ...wish, message, id: randomUUID(), scriptName, source, createdOn: timestamp() };
}

/** Gives traffic to the versions wished for. It has effect when this returns. */
export function deploy(
  context: EdgeContext,
  scriptName: string,
  source: string,
  wish: Wish,
  force: boolean,
): Deployment {
  const { state, routes } = context;
  checkShares(wish.shares);
  const deployment = newDeployment(scriptName, source, wish);
  state.transaction(() => {
    checkDeployable(wish.shares, standingOf(state, scriptName), force);
    state.deployments.add(deployment);
  });
  routes.reload(scriptName);
  return deployment;
}

function standingOf(state: State, scriptName: string): Standing {
  const script = state.scripts.get(scriptName);
  // It may have been deleted since the request began.
  if (script === undefined) throw noSuchScript();
  return {
    versions: state.versions.list(scriptName),
    active: state.deployments.active(scriptName),
    durableObjects: script.durableObjects,
  };
}
